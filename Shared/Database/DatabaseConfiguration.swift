import CLibPQ

/// Where PostgreSQL is and how long we wait for it.
public struct DatabaseConfiguration: Sendable {
    /// A libpq URL, or `key=value` pairs; several hosts are allowed, the one that takes writes is used.
    public var url: String
    /// A database other than the URL's, on the same server.
    public var database: String?
    /// A role to take on after connecting (`SET ROLE`).
    public var role: String?
    /// The schema that unqualified names are in.
    public var schema: String?
    /// Connections at most; they are made when they are needed.
    public var poolSize = 4
    /// How many callers may wait for a connection; more are refused at once.
    public var waitingLimit = 1000
    /// How long one statement may take.
    public var statementTimeout: Duration = .seconds(10)
    /// How long one statement may wait for another's lock.
    public var lockTimeout: Duration = .seconds(3)
    /// How long a transaction may do nothing.
    public var idleInTransactionTimeout: Duration = .seconds(10)
    public var connectTimeout: Duration = .seconds(3)
    /// How long a failed attempt to connect speaks for the next ones, so that waiting callers fail at once.
    public var reconnectPause: Duration = .milliseconds(250)
    /// Prepared statements kept for each connection.
    public var statementCacheSize = 256
    /// Shown in `pg_stat_activity`; `current_setting('application_name')` in statements.
    public var applicationName = "carillon"

    public init(url: String, schema: String? = nil, role: String? = nil, poolSize: Int = 4) {
        self.url = url
        self.schema = schema
        self.role = role
        self.poolSize = poolSize
    }

    /// Why this URL cannot be used, as a sentence without the URL itself (it may hold a password); nil if it can be tried.
    public static func problem(inURL url: String) -> String? {
        guard !url.isEmpty else { return "it is empty" }
        guard !url.contains("\0") else { return "it holds a NUL character" }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            defer { if let message { PQfreemem(message) } }
            return "it is neither a postgresql:// URL nor key=value pairs"
        }
        PQconninfoFree(options)
        return nil
    }
}

extension DatabaseConfiguration {
    /// What every session starts with.
    var session: String {
        var text = """
            SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'iso_8601'; SET extra_float_digits = 1;
            SET bytea_output = 'hex'; SET standard_conforming_strings = on;
            SET statement_timeout = \(statementTimeout.milliseconds);
            SET lock_timeout = \(lockTimeout.milliseconds);
            SET idle_in_transaction_session_timeout = \(idleInTransactionTimeout.milliseconds);
            """
        // Not by the connection's options: there the URL or PGAPPNAME would win, and streams of facts are named after it.
        text += "SET application_name = \(applicationName.quotedLiteral);"
        if let role { text += "SET ROLE \(role.quotedIdentifier);" }
        if let schema { text += "SET search_path = \(schema.quotedIdentifier);" }
        return text
    }
}

extension Duration {
    /// Whole milliseconds, at least one: PostgreSQL reads 0 as "for ever".
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        guard seconds < 1_000_000_000 else { return 1_000_000_000_000 }
        return max(1, seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}
