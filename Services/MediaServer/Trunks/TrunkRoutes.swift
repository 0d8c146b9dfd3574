import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/trunks`: the carriers, for operators.
struct TrunkRoutes {
    let trunks: TrunkStore
    let keeper: SwitchBookKeeper
    /// Asks the switch.
    let states: @Sendable () async throws -> [TrunkState]

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/trunks", "List the trunks", .operator, use: list),
            APIRoute(.put, "/v1/trunks/{id}", "Add or change a trunk", .operator, use: put),
            APIRoute(
                .delete, "/v1/trunks/{id}", "Remove a trunk and its routes; its calls stay up", .operator, use: remove),
            APIRoute(
                .get, "/v1/trunk-states",
                "Which trunks answer, how many calls they have, and whether we are registered: as the instance that answers "
                    + "sees it", .operator, use: listStates),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<TrunkSettings> {
        Page(items: try await trunks.list(call.log).map(\.settings))
    }

    @Sendable func put(_ call: APICall<TrunkSettings>) async throws -> TrunkSettings {
        let trunk = try Trunk(try call.path("id"), call.body, password: call.body.password)
        try await trunks.put(trunk)
        await keeper.refreshNow()
        return trunk.settings
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        try await trunks.remove(try call.path("id"))
        await keeper.refreshNow()
        return Nothing()
    }

    @Sendable func listStates(_ call: APICall<Nothing>) async throws -> Page<TrunkState> {
        Page(items: try await states())
    }
}
