import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/media-rules` and `/v1/agents/{id}/capacity`: how much agents do at once, and what interrupts what.
struct MediaRoutes: Sendable {
    let media: MediaStore
    /// Lets the router of this instance see a change at once.
    let refresh: @Sendable () async throws -> Void

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/media-rules", "How much of an agent each medium takes, and what interrupts what", .signedIn,
                use: rules),
            APIRoute(
                .put, "/v1/media-rules", "Say so; a medium that is left out is as usual", .queueManage, use: putRules),
            APIRoute(.get, "/v1/agents/{id}/capacity", "How much one agent does at once", .signedIn, use: capacity),
            APIRoute(
                .put, "/v1/agents/{id}/capacity", "Say so, where it is not what holds for all", .queueManage,
                use: putCapacity),
        ]
    }

    @Sendable func rules(_ call: APICall<Nothing>) async throws -> MediaRules {
        try await media.rules(of: call.tenant).whole
    }

    @Sendable func putRules(_ call: APICall<MediaRules>) async throws -> MediaRules {
        let rules = try call.body.checked()
        try await media.put(rules, of: call.tenant)
        try? await refresh()  // The watch sees it within a second at the latest.
        return rules.whole
    }

    @Sendable func capacity(_ call: APICall<Nothing>) async throws -> AgentCapacity {
        try await media.capacity(of: call.path("id"), of: call.tenant)
    }

    @Sendable func putCapacity(_ call: APICall<AgentCapacity>) async throws -> AgentCapacity {
        let capacity = try call.body.checked()
        try await media.put(capacity, for: call.path("id"), of: call.tenant)
        try? await refresh()
        return capacity
    }
}
