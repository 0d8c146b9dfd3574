import CLibPQ

/// The result of one statement.
///
/// `@unchecked Sendable`: a `PGresult` is never changed once libpq has handed it out, and reading it from several threads is
/// allowed (libpq, "Behavior in Threaded Programs").
final class QueryResult: @unchecked Sendable {
    private let pointer: OpaquePointer
    let statement: String
    let count: Int
    /// Column numbers by name.
    let columns: [String: Int32]

    init(_ pointer: OpaquePointer, statement: String) {
        self.pointer = pointer
        self.statement = statement
        count = Int(PQntuples(pointer))
        var columns: [String: Int32] = [:]
        if count > 0 {
            for number in 0..<PQnfields(pointer) {
                if let name = PQfname(pointer, number) { columns[String(cString: name)] = number }
            }
        }
        self.columns = columns
    }

    deinit { PQclear(pointer) }

    var status: ExecStatusType { PQresultStatus(pointer) }

    /// Rows changed by an INSERT, UPDATE, DELETE or MERGE; rows found by a SELECT.
    var affectedRows: Int {
        PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// The first word or so of what was done: `COMMIT`, `INSERT 0 1`.
    var tag: String {
        PQcmdStatus(pointer).map { String(cString: $0) } ?? ""
    }

    /// One value; nil for NULL. libpq checks the bounds.
    func text(row: Int, column: Int32) -> String? {
        guard row >= 0, row < count else { return nil }
        let row = Int32(row)
        guard PQgetisnull(pointer, row, column) == 0, let value = PQgetvalue(pointer, row, column) else { return nil }
        let length = Int(PQgetlength(pointer, row, column))
        return String(decoding: UnsafeRawBufferPointer(start: value, count: length), as: UTF8.self)
    }

    /// The error this result is; nil if the statement was done.
    var error: DatabaseError? {
        switch status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_PIPELINE_SYNC: return nil
        default: break
        }
        var error = DatabaseError(field("M") ?? "PostgreSQL gave no reason.", sqlState: field("C") ?? "")
        error.detail = field("D")
        error.constraint = field("n")
        error.statement = statement
        return error
    }

    private func field(_ code: Unicode.Scalar) -> String? {
        PQresultErrorField(pointer, Int32(code.value)).map { String(cString: $0) }
    }
}
