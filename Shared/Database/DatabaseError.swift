/// What went wrong between a statement and its result.
public struct DatabaseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// PostgreSQL's five-character code (`23505`); empty if the error did not come from the server.
    public var sqlState = ""
    /// A sentence; it holds no values of the statement.
    public var message: String
    /// PostgreSQL's detail. It can quote values (`Key (number)=(…) already exists.`), so it is not for the log.
    public var detail: String?
    /// The constraint that refused, as named in the schema.
    public var constraint: String?
    /// The text of the statement, with `$1` for its values.
    public var statement: String?
    /// The connection is gone. What was under way in a transaction is undone; the next use of the pool makes a new connection.
    public var isConnectionLost = false
    /// The connection went while PostgreSQL was committing: the change may be there or not. Look, by an idempotency key; never
    /// repeat blindly.
    public var isCommitInDoubt = false

    public init(_ message: String, sqlState: String = "") {
        self.message = message
        self.sqlState = sqlState
    }

    public var isUniqueViolation: Bool { sqlState == "23505" }
    public var isForeignKeyViolation: Bool { sqlState == "23503" }
    public var isCheckViolation: Bool { sqlState == "23514" }
    /// The transaction lost against another; trying it again from its start is right.
    public var isSerializationFailure: Bool { sqlState == "40001" || sqlState == "40P01" }
    public var isLockTimeout: Bool { sqlState == "55P03" }
    public var isStatementTimeout: Bool { sqlState == "57014" }
    /// PostgreSQL is away, busy, full or just not the one that takes writes: the same may succeed later.
    public var isTemporary: Bool {
        if isConnectionLost || isCommitInDoubt || isSerializationFailure || isLockTimeout { return true }
        // Classes: connection, transaction rollback, resources, operator's intervention, system.
        return ["08", "40", "53", "57", "58"].contains(sqlState.prefix(2)) || ["25006", "25P03"].contains(sqlState)
    }
    /// Refused for want of rights, or by row-level security.
    public var isPermissionDenied: Bool { sqlState == "42501" }

    public var description: String {
        var text = message
        if !sqlState.isEmpty { text += " (\(sqlState))" }
        if let statement { text += " in: \(statement)" }
        return text
    }

    static func lost(_ reason: String) -> DatabaseError {
        var error = DatabaseError("The connection to PostgreSQL is lost: \(reason)")
        error.isConnectionLost = true
        return error
    }

    func commitInDoubt() -> DatabaseError {
        var error = self
        error.isCommitInDoubt = true
        return error
    }

    func of(statement: String) -> DatabaseError {
        var error = self
        if error.statement == nil { error.statement = statement }
        return error
    }
}
