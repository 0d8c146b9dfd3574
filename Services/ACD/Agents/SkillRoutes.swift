import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/agents/{id}/skills`: what an agent can.
struct SkillRoutes: Sendable {
    let skills: SkillStore
    let refresh: @Sendable () async throws -> Void

    /// What an agent can, as words of the tenant's own: `english`, or `english:3` for a level from 1 to 9.
    struct AgentSkills: Codable, Sendable, Equatable {
        let skills: [String]
    }

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/agents/{id}/skills", "What an agent can", .signedIn, use: find),
            APIRoute(.put, "/v1/agents/{id}/skills", "Say what an agent can", .queueManage, use: put),
        ]
    }

    @Sendable func find(_ call: APICall<Nothing>) async throws -> AgentSkills {
        AgentSkills(skills: try await skills.find(call.path("id"), of: call.tenant))
    }

    @Sendable func put(_ call: APICall<AgentSkills>) async throws -> AgentSkills {
        let checked = try Skills.checked(call.body.skills)
        try await skills.put(checked, of: call.path("id"), of: call.tenant)
        try? await refresh()  // The watch sees it within a second at the latest.
        return AgentSkills(skills: checked)
    }
}
