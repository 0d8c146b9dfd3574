import ArgumentParser
import Contracts
import Database
import Foundation
import Logging

/// Makes the database, and a role and a schema for each service. Doing it again mends what is missing.
struct Provision: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes the database, and a role and a schema for each service.",
        discussion: """
            The passwords come from files, one a service, as /etc/carillon/secret/cti. Each role reaches its own schema and
            the cluster's, nothing else.
            """)

    @Option(name: .customLong("database"), help: "URL of the server, as a superuser.")
    var url: String

    @Option(help: "Directory of the roles' passwords; one is made where there is none.")
    var secrets: String

    @Option(help: "Name of the database.")
    var name = "carillon"

    func run() async throws {
        if let problem = DatabaseConfiguration.problem(inURL: url) {
            throw ValidationError("The database's URL cannot be used: \(problem).")
        }
        guard name.wholeMatch(of: /[a-z][a-z0-9_]{0,40}/) != nil else {
            throw ValidationError("\(name) cannot name the database: allowed are lower-case letters, digits and _.")
        }
        let log = Logger(label: "carillon") { _ in SwiftLogNoOpLogHandler() }
        try await Database.use(url, log) { server in
            let found = try await server.query("SELECT 1 AS one FROM pg_database WHERE datname = \(name)") { _ in 1 }
            if found.isEmpty { try await server.script("CREATE DATABASE \(name)") }
        }
        try await Database.use(try address(of: name), log) { database in
            try await database.script(common)
            for service in ServiceName.allCases {
                let password = try Secret(file: "\(secrets)/\(service)").kept()
                try await database.script(ownPlace(of: service, password: password))
            }
        }
    }

    /// The cluster's schema belongs to a role that every service is a member of.
    private var common: String {
        """
        REVOKE ALL ON DATABASE \(name) FROM PUBLIC;
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'carillon_cluster') THEN
                CREATE ROLE carillon_cluster NOLOGIN;
            END IF;
        END $$;
        CREATE SCHEMA IF NOT EXISTS cluster AUTHORIZATION carillon_cluster;
        """
    }

    private func ownPlace(of service: ServiceName, password: String) -> String {
        let schema = service == .mediaServer ? "media" : service.rawValue
        let role = "carillon_\(schema)"
        return """
            DO $$ BEGIN
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '\(role)') THEN
                    CREATE ROLE \(role);
                END IF;
            END $$;
            ALTER ROLE \(role) LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD '\(password)';
            GRANT carillon_cluster TO \(role);
            GRANT CONNECT ON DATABASE \(name) TO \(role);
            CREATE SCHEMA IF NOT EXISTS \(schema) AUTHORIZATION \(role);
            ALTER ROLE \(role) IN DATABASE \(name) SET search_path = \(schema);
            """
    }

    /// The server's URL, but for another database.
    private func address(of database: String) throws -> String {
        guard var parts = URLComponents(string: url), parts.scheme?.hasPrefix("postgres") == true else {
            return "\(url) dbname=\(database)"
        }
        parts.path = "/\(database)"
        guard let text = parts.string else { throw ValidationError("The database's URL cannot be used.") }
        return text
    }
}

extension Database {
    /// One connection for the time of the body.
    static func use(_ url: String, _ log: Logger, _ body: (Database) async throws -> Void) async throws {
        let database = Database(DatabaseConfiguration(url: url, poolSize: 1), log: log)
        do {
            try await body(database)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }
}
