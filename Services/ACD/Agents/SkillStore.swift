import Contracts
import Database

/// Reads and writes `acd.agent_skills`.
struct SkillStore: Sendable {
    let database: Database

    /// None for an agent nobody said anything of.
    func find(_ agent: AgentID, of tenant: TenantID) async throws -> [String] {
        try await database.query(
            "SELECT skills FROM acd.agent_skills WHERE tenant_id = \(tenant) AND agent_id = \(agent)",
            tenant: tenant.rawValue
        ) { try $0.get("skills") as [String] }.first ?? []
    }

    func put(_ skills: [String], of agent: AgentID, of tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            try connection.run(
                """
                INSERT INTO acd.agent_skills (tenant_id, agent_id, skills) VALUES (\(tenant), \(agent), \(skills))
                ON CONFLICT (tenant_id, agent_id) DO UPDATE SET skills = excluded.skills
                """)
            try connection.raiseSettingsVersion(of: tenant)
        }
    }
}
