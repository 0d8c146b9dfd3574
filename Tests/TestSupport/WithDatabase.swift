public import Database
import Foundation
import Logging

/// Makes a database with this schema and a role of its own that is no superuser, migrates, runs the body, and drops all of it.
///
/// PostgreSQL is where `CARILLON_TEST_POSTGRES` says (a superuser's URL), else at 127.0.0.1:54329.
@discardableResult
public func withDatabase<Value>(
    _ schema: String, _ migrations: [Migration] = [], poolSize: Int = 4, _ body: (Database) async throws -> Value
) async throws -> Value {
    try await withDatabase([(schema, migrations)], poolSize: poolSize, body)
}

/// The same with several schemas, made in this order; unqualified names are in the first.
@discardableResult
public func withDatabase<Value>(
    _ schemas: [(schema: String, migrations: [Migration])], poolSize: Int = 4,
    _ body: (Database) async throws -> Value
) async throws -> Value {
    let scratch = try await ScratchDatabase.make()
    do {
        let value = try await scratch.use(schemas, poolSize, body)
        try await scratch.drop()
        return value
    } catch {
        try? await scratch.drop()  // The test's own error is what counts.
        throw error
    }
}

/// Why the tests have no database, for people.
public struct NoTestDatabase: Error, CustomStringConvertible {
    public let description: String
}

/// A database that lives as long as one test.
public struct ScratchDatabase: Sendable {
    /// The URL of a superuser, from the environment.
    public static var superuserURL: String {
        ProcessInfo.processInfo.environment["CARILLON_TEST_POSTGRES"]
            ?? "postgresql://postgres@127.0.0.1:54329/postgres"
    }

    /// Name of the database and of the role that owns it.
    public let name: String
    private let password: String

    /// The URL of the role that owns the database.
    public var url: String { get throws { try url(user: name, password: password) } }

    /// A pool, with a log.
    public static func database(_ configuration: DatabaseConfiguration) -> Database {
        Database(configuration, log: Logger(label: "test.database"))
    }

    public static func make() async throws -> ScratchDatabase {
        let random = UUID().uuidString.lowercased().filter { $0 != "-" }
        let scratch = ScratchDatabase(name: "carillon_test_\(random.prefix(12))", password: random)
        try await scratch.administer { server in
            try await server.script("CREATE ROLE \(scratch.name) LOGIN PASSWORD '\(scratch.password)'")
            try await server.script("CREATE DATABASE \(scratch.name) OWNER \(scratch.name) TEMPLATE template0")
        }
        return scratch
    }

    public func drop() async throws {
        try await administer { server in
            try await server.script("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
            try await server.script("DROP ROLE IF EXISTS \(name)")
        }
    }

    /// The URL of somebody else in this database.
    public func url(user: String?, password: String?) throws -> String {
        guard var parts = URLComponents(string: Self.superuserURL) else {
            throw NoTestDatabase(description: "CARILLON_TEST_POSTGRES has to be a postgresql:// URL of a superuser.")
        }
        parts.path = "/\(name)"
        if let user {
            parts.user = user
            parts.password = password
        }
        return parts.string ?? ""
    }

    func use<Value>(
        _ schemas: [(schema: String, migrations: [Migration])], _ poolSize: Int,
        _ body: (Database) async throws -> Value
    ) async throws -> Value {
        let configuration = DatabaseConfiguration(
            url: try url, schema: schemas.first?.schema, poolSize: poolSize)
        let database = Self.database(configuration)
        do {
            for (schema, migrations) in schemas {
                try await database.migrate(schema: schema, migrations)
            }
            let value = try await body(database)
            await database.close()
            return value
        } catch {
            await database.close()
            throw error
        }
    }

    private func administer(_ body: (Database) async throws -> Void) async throws {
        var configuration = DatabaseConfiguration(url: Self.superuserURL, poolSize: 1)
        configuration.statementTimeout = .seconds(60)
        let server = Self.database(configuration)
        do {
            try await body(server)
            await server.close()
        } catch {
            await server.close()
            guard let error = error as? DatabaseError, error.isConnectionLost else { throw error }
            throw NoTestDatabase(
                description: """
                    The tests need PostgreSQL with a superuser's URL in CARILLON_TEST_POSTGRES (deploy/test starts one), \
                    and it cannot be reached: \(error.message)
                    """)
        }
    }
}

extension Database {
    /// Another pool on the same database, as another process or another role would have.
    public func another(_ change: (inout DatabaseConfiguration) -> Void = { _ in }) -> Database {
        var configuration = configuration
        change(&configuration)
        return ScratchDatabase.database(configuration)
    }
}
