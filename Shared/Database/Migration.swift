import Logging

/// One step in the life of a schema: a name that sorts by age, and the SQL that takes the step.
public struct Migration: Sendable {
    public let name: String
    public let sql: String

    public init(_ name: String, _ sql: String) {
        self.name = name
        self.sql = sql
    }

    /// What puts a table with a `tenant_id` under row-level security, also for its owner.
    ///
    /// A transaction sees the rows of the tenant it was begun for, every row if that is `"*"`, and none if there is none.
    public static func tenantTable(_ table: String) -> String {
        """
        ALTER TABLE \(table) ENABLE ROW LEVEL SECURITY;
        ALTER TABLE \(table) FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON \(table)
            USING (current_setting('carillon.tenant') IN (tenant_id, '*'))
            WITH CHECK (current_setting('carillon.tenant') IN (tenant_id, '*'));

        """
    }
}

extension Database {
    /// Brings a schema up to date: runs what `<schema>.migration` does not list yet, oldest first, all or nothing.
    ///
    /// Starts at the same time take turns. Whoever may act for the schema's owner may run it; what is made is the owner's.
    public func migrate(schema: String, _ migrations: [Migration]) async throws {
        guard Set(migrations.map(\.name)).count == migrations.count else {
            throw DatabaseError("Two migrations of the schema \(schema) have the same name.")
        }
        let log = log
        let applied = try await longTransaction(.seconds(600)) { connection in
            try connection.run("SELECT pg_advisory_xact_lock(hashtextextended('carillon.migrate.' || \(schema), 0))")
            try connection.enter(schema: schema)
            return try connection.migrate(migrations, log: log)
        }
        for name in applied { log.info("migrated", metadata: ["schema": "\(schema)", "migration": "\(name)"]) }
    }
}

extension Connection {
    /// Makes the schema if it is not there, acts as its owner, and lets unqualified names be in it.
    fileprivate func enter(schema: String) throws {
        let owner = try query(
            """
            SELECT pg_get_userbyid(nspowner) AS owner, pg_has_role(nspowner, 'MEMBER') AS may_act
            FROM pg_namespace WHERE nspname = \(schema)
            """
        ) { row in (name: try row.get("owner") as String, mayAct: try row.get("may_act") as Bool) }
        if let owner = owner.first {
            if owner.mayAct { try script("SET LOCAL ROLE \(owner.name.quotedIdentifier)") }
        } else {
            try script("CREATE SCHEMA \(schema.quotedIdentifier)")
        }
        try script("SET LOCAL search_path = \(schema.quotedIdentifier)")
    }

    /// - Returns: the names of those that were new.
    fileprivate func migrate(_ migrations: [Migration], log: Logger) throws -> [String] {
        try script(
            """
            CREATE TABLE IF NOT EXISTS migration (
                name       text PRIMARY KEY,
                sum        text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
            )
            """)
        let known = try Dictionary(
            query("SELECT name, sum FROM migration") { (try $0.get("name") as String, try $0.get("sum") as String) },
            uniquingKeysWith: { first, _ in first })
        var applied: [String] = []
        for migration in migrations {
            let sum = try query("SELECT md5(\(migration.sql)) AS sum") { try $0.get("sum") as String }.first ?? ""
            if let knownSum = known[migration.name] {
                if knownSum != sum {
                    log.warning(
                        "a migration was edited after it was applied", metadata: ["migration": "\(migration.name)"])
                }
                continue
            }
            try script(migration.sql)
            try run("INSERT INTO migration (name, sum) VALUES (\(migration.name), \(sum))")
            applied.append(migration.name)
        }
        return applied
    }
}
