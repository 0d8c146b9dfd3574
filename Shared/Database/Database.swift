public import Logging

/// PostgreSQL, through a few connections that are made when needed and made anew when lost.
///
/// A transaction's body is synchronous: it runs on the connection's own thread and cannot await, so nothing slips into the
/// middle of it and no transaction waits for anything but PostgreSQL.
public final class Database: Sendable {
    public let configuration: DatabaseConfiguration
    /// Rings after each commit here that did something ``Connection/beforeCommit(_:)``.
    public let commits = CommitBell()
    private let pool: ConnectionPool
    let log: Logger

    public init(_ configuration: DatabaseConfiguration, log: Logger) {
        self.configuration = configuration
        self.log = log
        pool = ConnectionPool(configuration, bell: commits, log: log)
    }

    /// Runs one statement and reads its rows. With a tenant, row-level security sees that tenant.
    public func query<T: Sendable>(
        _ sql: SQL, tenant: String? = nil, row: @Sendable (Row) throws -> T
    ) async throws -> [T] {
        try await pool.withConnection { connection in
            try await connection.alone(sql, tenant: tenant) { result in
                try (0..<result.count).map { try row(Row(result: result, index: $0)) }
            }
        }
    }

    /// Runs one statement.
    /// - Returns: how many rows it changed.
    @discardableResult
    public func run(_ sql: SQL, tenant: String? = nil) async throws -> Int {
        try await pool.withConnection { connection in
            try await connection.alone(sql, tenant: tenant) { $0.affectedRows }
        }
    }

    /// Runs the body as one transaction: all of it is done, or, if it throws, nothing.
    ///
    /// - Parameter tenant: whose rows the transaction may see and change, where tables are under row-level security;
    ///   `"*"` is every tenant's.
    /// - Throws: what the body throws, and `DatabaseError`; one with `isCommitInDoubt` if the outcome is unknown.
    public func transaction<T: Sendable>(
        tenant: String? = nil, _ body: @Sendable (isolated Connection) throws -> T
    ) async throws -> T {
        try await pool.withConnection { connection in
            try await connection.transaction(tenant: tenant, body)
        }
    }

    /// Runs many statements as one transaction in one round trip.
    /// - Returns: how many rows each changed.
    @discardableResult
    public func pipeline(_ statements: [SQL], tenant: String? = nil) async throws -> [Int] {
        guard !statements.isEmpty else { return [] }
        return try await pool.withConnection { connection in
            try await connection.alonePipeline(statements, tenant: tenant)
        }
    }

    /// Runs statements without parameters that cannot be part of a transaction (`CREATE DATABASE`). For set-up and tests.
    public func script(_ text: String) async throws {
        try await pool.withConnection { connection in
            try await connection.aloneScript(text)
        }
    }

    /// Whether PostgreSQL answers, for `/readyz`.
    /// - Throws: `DatabaseError` if it does not.
    public func ping() async throws {
        try await run("SELECT 1")
    }

    /// Waits for what is under way, and closes all connections.
    public func close() async {
        await pool.close()
    }

    /// A transaction whose statements may take long, such as migrations.
    func longTransaction<T: Sendable>(
        _ limit: Duration, _ body: @Sendable (isolated Connection) throws -> T
    ) async throws -> T {
        try await transaction { connection in
            try connection.patiently(limit) {
                try connection.script(
                    """
                    SET LOCAL statement_timeout = \(limit.milliseconds); SET LOCAL lock_timeout = \(limit.milliseconds);
                    SET LOCAL idle_in_transaction_session_timeout = \(limit.milliseconds)
                    """)
                return try body(connection)
            }
        }
    }
}
