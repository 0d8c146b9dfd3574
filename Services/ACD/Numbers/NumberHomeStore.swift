import Contracts
import Database

/// Reads and writes `acd.number_home`: where a tenant's numbers are at home.
struct NumberHomeStore: Sendable {
    let database: Database

    func find(of tenant: TenantID) async throws -> NumberHome {
        try await database.transaction(tenant: tenant.rawValue) { try $0.numberHome(of: tenant) }
    }

    /// Open cases and callbacks are found by it at once; talks and calls of before, whose numbers were written without the
    /// country, are not any more.
    func put(_ home: NumberHome, of tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            try connection.run(
                """
                INSERT INTO acd.number_home (tenant_id, country, area) VALUES (\(tenant), \(home.country), \(home.area))
                ON CONFLICT (tenant_id) DO UPDATE SET country = excluded.country, area = excluded.area
                """)
            try connection.keyCasesAnew(by: home, of: tenant)
            try connection.keyCallbacksAnew(by: home, of: tenant)
            try connection.raiseSettingsVersion(of: tenant)
        }
    }
}

extension Connection {
    /// China, and no area, for a tenant who said nothing.
    func numberHome(of tenant: TenantID) throws -> NumberHome {
        try query("SELECT country, area FROM acd.number_home WHERE tenant_id = \(tenant)") { row in
            NumberHome(country: try row.get("country"), area: try row.get("area"))
        }.first ?? NumberHome()
    }

    /// What a number is found again by.
    /// - Returns: nil for what is no number.
    func numberKey(_ number: String, of tenant: TenantID) throws -> String? {
        try numberHome(of: tenant).normal(number)
    }

    /// One that would be the same as another open one stays as it was.
    fileprivate func keyCasesAnew(by home: NumberHome, of tenant: TenantID) throws {
        let open = try query(
            "SELECT id, number FROM acd.unresolved_case WHERE tenant_id = \(tenant) AND resolved_at IS NULL"
        ) { (try $0.get("id") as String, try $0.get("number") as String) }
        for (id, number) in open {
            guard let key = home.normal(number) else { continue }
            try run(
                """
                UPDATE acd.unresolved_case AS mine SET number_key = \(key)
                WHERE tenant_id = \(tenant) AND id = \(id) AND number_key <> \(key) AND NOT EXISTS (
                    SELECT 1 FROM acd.unresolved_case AS other WHERE other.tenant_id = mine.tenant_id
                        AND other.kind = mine.kind AND other.number_key = \(key) AND other.resolved_at IS NULL)
                """)
        }
    }

    fileprivate func keyCallbacksAnew(by home: NumberHome, of tenant: TenantID) throws {
        let open = try query(
            """
            SELECT id, number FROM acd.callback WHERE tenant_id = \(tenant) AND state IN ('waiting', 'dialling')
            """
        ) { (try $0.get("id") as String, try $0.get("number") as String) }
        for (id, number) in open {
            guard let key = home.normal(number) else { continue }
            try run(
                """
                UPDATE acd.callback AS mine SET number_key = \(key)
                WHERE tenant_id = \(tenant) AND id = \(id) AND number_key <> \(key) AND NOT EXISTS (
                    SELECT 1 FROM acd.callback AS other WHERE other.tenant_id = mine.tenant_id
                        AND other.queue_id = mine.queue_id AND other.number_key = \(key)
                        AND other.state IN ('waiting', 'dialling'))
                """)
        }
    }
}
