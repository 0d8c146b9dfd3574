import Contracts
import Database

/// Reads and writes `media.access_number`, a copy of crm's truth. The only file that knows the table.
struct AccessNumberStore: Sendable {
    let database: Database

    func all() async throws -> [String: TenantID] {
        let rows = try await database.query("SELECT number, tenant_id FROM media.access_number") { row in
            (try row.get("number") as String, try row.get("tenant_id") as TenantID)
        }
        return Dictionary(rows, uniquingKeysWith: { _, last in last })
    }

    /// Puts all numbers in place of what is there.
    static func replace(_ numbers: [AccessNumberOwner], in connection: isolated Connection) throws {
        try connection.run("DELETE FROM media.access_number")
        try connection.run(
            """
            INSERT INTO media.access_number (number, tenant_id)
            SELECT * FROM unnest(\(numbers.map(\.number))::text[], \(numbers.map(\.tenant))::text[])
            ON CONFLICT (number) DO UPDATE SET tenant_id = EXCLUDED.tenant_id
            """)
    }

    static func changed(
        _ change: AccessNumberChanged, tenant: TenantID, in connection: isolated Connection
    ) throws {
        if change.isAssigned {
            try connection.run(
                """
                INSERT INTO media.access_number (number, tenant_id) VALUES (\(change.number), \(tenant))
                ON CONFLICT (number) DO UPDATE SET tenant_id = EXCLUDED.tenant_id
                """)
        } else {
            try connection.run(
                "DELETE FROM media.access_number WHERE number = \(change.number) AND tenant_id = \(tenant)")
        }
    }
}
