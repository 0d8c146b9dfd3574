import Contracts
import HTTPTypes
import Logging
import ServiceKit

/// `/v1/drains`: which media-servers take no new calls, so that they can be stopped without anybody noticing.
struct DrainRoutes {
    let peers: SwitchPeers

    struct Wish: Codable, Sendable {
        let isDraining: Bool
    }

    /// How it stands with each, and who did not answer.
    struct Listing: Codable, Sendable {
        let items: [DrainState]
        let silent: [InstanceID]
    }

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/drains", "Which media-servers drain, and which are drained", .operator, use: list),
            APIRoute(
                .put, "/v1/drains/{number}",
                "Let a media-server take no new calls, or take them again; its calls go on. When it `isDrained` it may be stopped",
                .operator, use: put),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Listing {
        let found = await peers.drainStates()
        return Listing(items: found.states, silent: found.silent)
    }

    @Sendable func put(_ call: APICall<Wish>) async throws -> DrainState {
        guard let number = Int(try call.path("number")), (1...9_999).contains(number) else {
            throw Failure(.notFound, "A media-server's number is 1 to 9999.")
        }
        let state = try await peers.setDraining(call.body.isDraining, number)
        call.log.info(
            "draining set", metadata: ["instance": "\(state.instance)", "draining": "\(state.isDraining)"])
        return state
    }
}
