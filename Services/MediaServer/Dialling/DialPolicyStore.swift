import Contracts
import Database
import Logging

/// Reads and writes `media.dial_policy`. The only file that knows the table.
struct DialPolicyStore: Sendable {
    let database: Database

    /// By tenant; `*` for the platform's.
    func all(_ log: Logger? = nil) async throws -> [TenantID: DialPolicy] {
        let rows = try await database.query(
            "SELECT tenant_id, document FROM media.dial_policy", tenant: TenantID.all.rawValue
        ) { row in
            (tenant: try row.get("tenant_id") as TenantID, policy: try? row.json("document", as: DialPolicy.self))
        }
        return rows.reduce(into: [:]) { policies, row in
            if row.policy == nil {
                log?.error("a dial policy cannot be understood", metadata: ["tenant.id": "\(row.tenant)"])
            }
            policies[row.tenant] = row.policy
        }
    }

    func put(_ policy: DialPolicy, of tenant: TenantID) async throws {
        try await database.run(
            """
            INSERT INTO media.dial_policy (tenant_id, document) VALUES (\(tenant), \(try SQL.json(policy)))
            ON CONFLICT (tenant_id) DO UPDATE SET document = EXCLUDED.document
            """, tenant: TenantID.all.rawValue)
    }

    /// - Throws: `Failure.notFound`
    func remove(_ tenant: TenantID) async throws {
        let removed = try await database.run(
            "DELETE FROM media.dial_policy WHERE tenant_id = \(tenant)", tenant: TenantID.all.rawValue)
        guard removed > 0 else { throw Failure(.notFound, "The tenant \(tenant) has no dial policy of its own.") }
    }
}
