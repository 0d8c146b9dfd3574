import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/routes`: which numbers go through which trunk, at what price (外呼局向).
struct RouteRoutes {
    let store: RouteStore
    let keeper: SwitchBookKeeper
    /// Asks the switch.
    let look: @Sendable (String, TenantID) async throws -> RouteTrial

    /// What is asked of `POST /v1/routes/try`.
    struct Trial: Codable, Sendable {
        /// As it would be dialled.
        let number: String
        let tenant: TenantID
    }

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/routes", "Routes of calls out, by id", .operator, use: list),
            APIRoute(.put, "/v1/routes/{id}", "Add or change a route", .operator, use: put),
            APIRoute(.delete, "/v1/routes/{id}", "Remove a route; its calls stay up", .operator, use: remove),
            APIRoute(
                .post, "/v1/routes/try",
                "Which trunk would a number take now, and why no other? Nobody is called. Trunks are judged as the instance that "
                    + "answers sees them", .operator, repeats: .harmless, use: tryOut),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<Route> {
        Page(items: try await store.list())
    }

    @Sendable func put(_ call: APICall<RouteSettings>) async throws -> Route {
        let route = try call.body.checked(try call.path("id"))
        try await store.put(route)
        await keeper.refreshNow()
        return route
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        try await store.remove(try call.path("id"))
        await keeper.refreshNow()
        return Nothing()
    }

    @Sendable func tryOut(_ call: APICall<Trial>) async throws -> RouteTrial {
        try await look(call.body.number, call.body.tenant)
    }
}

/// What would become of a call.
struct RouteTrial: Codable, Sendable, Equatable {
    /// Why the tenant may not call the number; nil if it may. For programs, as in `dial.refused`.
    let refusal: String?
    let choice: RouteChoice
    let instance: InstanceID
}
