public import Logging

/// What a superuser sets up once: a database, a role and a schema for each service, and schemas that several may use.
///
/// A service's role can reach its own schema and the shared ones it is a member of, and nothing else. Running it again changes
/// nothing but the passwords.
public struct Provision: Sendable {
    /// A role that signs in, and the schema it owns.
    public struct Service: Sendable {
        public let role: String
        public let schema: String
        public let password: String

        public init(role: String, schema: String, password: String) {
            self.role = role
            self.schema = schema
            self.password = password
        }
    }

    /// A schema of all services, owned by a role that nobody signs in as and every service is a member of.
    public struct Common: Sendable {
        public let role: String
        public let schema: String

        public init(role: String, schema: String) {
            self.role = role
            self.schema = schema
        }
    }

    public let database: String
    public let services: [Service]
    public let common: [Common]

    public init(database: String, services: [Service], common: [Common] = []) {
        self.database = database
        self.services = services
        self.common = common
    }

    /// - Parameter superuserURL: a role that may create roles and databases, in any database of the server.
    public func run(superuserURL: String, log: Logger) async throws {
        let configuration = DatabaseConfiguration(url: superuserURL, poolSize: 1)
        try await use(configuration, log) { server in
            try await makeRoles(server)
            try await makeDatabase(server)
        }
        var inside = configuration
        inside.database = database
        try await use(inside, log, makeSchemas)
        log.info(
            "database provisioned",
            metadata: ["database": "\(database)", "schemas": "\(services.map(\.schema) + common.map(\.schema))"])
    }

    private func use(
        _ configuration: DatabaseConfiguration, _ log: Logger, _ body: (Database) async throws -> Void
    ) async throws {
        var configuration = configuration
        configuration.statementTimeout = .seconds(60)
        let database = Database(configuration, log: log)
        do {
            try await body(database)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    private func makeRoles(_ server: Database) async throws {
        try await server.transaction { connection in
            // Roles belong to the whole server: two that provision at once take turns.
            try connection.run("SELECT pg_advisory_xact_lock(hashtextextended('carillon.provision', 0))")
            for common in common { try connection.makeRole(common.role, "NOLOGIN") }
            for service in services {
                // The server never sees the password itself, so neither does its log.
                let verifier = try connection.encrypted(password: service.password, for: service.role)
                try connection.makeRole(service.role, "LOGIN INHERIT PASSWORD \(verifier.quotedLiteral)")
                for common in common {
                    try connection.script("GRANT \(common.role.quotedIdentifier) TO \(service.role.quotedIdentifier)")
                }
            }
        }
    }

    private func makeDatabase(_ server: Database) async throws {
        guard try await server.run("SELECT 1 FROM pg_database WHERE datname = \(database)") == 0 else { return }
        do {
            try await server.script(
                "CREATE DATABASE \(database.quotedIdentifier) TEMPLATE template0 ENCODING 'UTF8'")
        } catch let error as DatabaseError where error.sqlState == "42P04" || error.isUniqueViolation {
            // Somebody else was faster.
        }
    }

    private func makeSchemas(_ server: Database) async throws {
        let owners = services.map { ($0.role, $0.schema) } + common.map { ($0.role, $0.schema) }
        try await server.transaction { connection in
            try connection.run("SELECT pg_advisory_xact_lock(hashtextextended('carillon.provision', 0))")
            try connection.script(
                """
                REVOKE ALL ON DATABASE \(database.quotedIdentifier) FROM PUBLIC;
                REVOKE ALL ON SCHEMA public FROM PUBLIC;
                """)
            for (role, schema) in owners {
                let (role, schema) = (role.quotedIdentifier, schema.quotedIdentifier)
                try connection.script(
                    """
                    GRANT CONNECT ON DATABASE \(database.quotedIdentifier) TO \(role);
                    CREATE SCHEMA IF NOT EXISTS \(schema) AUTHORIZATION \(role);
                    ALTER SCHEMA \(schema) OWNER TO \(role);
                    REVOKE ALL ON SCHEMA \(schema) FROM PUBLIC;
                    """)
            }
        }
    }
}

extension Connection {
    /// Makes the role, or makes it what it has to be: one that cannot reach round row-level security or grants.
    fileprivate func makeRole(_ name: String, _ options: String) throws {
        let verb = try run("SELECT 1 FROM pg_roles WHERE rolname = \(name)") == 0 ? "CREATE" : "ALTER"
        try script(
            """
            \(verb) ROLE \(name.quotedIdentifier) NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS \(options)
            """)
    }
}
