import Bus
import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/routing`: who waits, who is ready, what rings. Asked of the instance that routes the tenant's calls.
struct RoutingRoutes: Sendable {
    let bus: any Bus

    var routes: [APIRoute] {
        [APIRoute(.get, "/v1/routing", "Who waits, who is ready, what rings", .callSupervise, use: show)]
    }

    @Sendable func show(_ call: APICall<Nothing>) async throws -> RoutingView {
        let tenant = try call.tenant
        return try await bus.request(ShowRouting(), to: .shard(.acd, tenant), tenant: tenant)
    }
}
