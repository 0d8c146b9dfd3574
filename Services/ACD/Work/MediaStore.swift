import Contracts
import Database

/// Reads and writes `acd.media_rules` and `acd.agent_capacity`: how much agents do at once.
struct MediaStore: Sendable {
    let database: Database

    func rules(of tenant: TenantID) async throws -> MediaRules {
        try await database.transaction(tenant: tenant.rawValue) { try $0.mediaRules(of: tenant) }
    }

    func put(_ rules: MediaRules, of tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            try connection.run(
                """
                INSERT INTO acd.media_rules (tenant_id, rules) VALUES (\(tenant), \(try SQL.json(rules)))
                ON CONFLICT (tenant_id) DO UPDATE SET rules = excluded.rules
                """)
            try connection.raiseSettingsVersion(of: tenant)
        }
    }

    /// As usual for an agent nobody said anything of.
    func capacity(of agent: AgentID, of tenant: TenantID) async throws -> AgentCapacity {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            try connection.capacities(of: tenant)[agent] ?? AgentCapacity()
        }
    }

    func put(_ capacity: AgentCapacity, for agent: AgentID, of tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            if capacity == AgentCapacity() {
                try connection.run(
                    "DELETE FROM acd.agent_capacity WHERE tenant_id = \(tenant) AND agent_id = \(agent)")
            } else {
                try connection.run(
                    """
                    INSERT INTO acd.agent_capacity (tenant_id, agent_id, capacity)
                    VALUES (\(tenant), \(agent), \(try SQL.json(capacity)))
                    ON CONFLICT (tenant_id, agent_id) DO UPDATE SET capacity = excluded.capacity
                    """)
            }
            try connection.raiseSettingsVersion(of: tenant)
        }
    }
}

extension Connection {
    func mediaRules(of tenant: TenantID) throws -> MediaRules {
        try query("SELECT rules FROM acd.media_rules WHERE tenant_id = \(tenant)") {
            try $0.json("rules", as: MediaRules.self)
        }.first ?? MediaRules()
    }

    func capacities(of tenant: TenantID) throws -> [AgentID: AgentCapacity] {
        let rows = try query("SELECT agent_id, capacity FROM acd.agent_capacity WHERE tenant_id = \(tenant)") { row in
            (try row.get("agent_id") as AgentID, try row.json("capacity", as: AgentCapacity.self))
        }
        return Dictionary(rows) { first, _ in first }
    }
}
