import Contracts
import HTTPTypes
import NIOCore
import SIP
import ServiceKit

/// What an operator says of a trunk.
struct TrunkSettings: Codable, Sendable {
    let host: String
    let port: Int?
    let transport: TrunkTransport?
    let username: String?
    /// Left out: as it was.
    let password: String?
    let maxCalls: Int?
    let isOutbound: Bool?
    let isInbound: Bool?
}

/// `/v1/trunks`: the carriers, for operators.
struct TrunkRoutes {
    let trunks: TrunkStore
    let keeper: SwitchBookKeeper

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/trunks", "List the trunks", .operator, use: list),
            APIRoute(.put, "/v1/trunks/{id}", "Add or change a trunk", .operator, use: put),
            APIRoute(.delete, "/v1/trunks/{id}", "Remove a trunk; its calls stay up", .operator, use: remove),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<Trunk> {
        Page(items: try await trunks.list().map(\.shown))
    }

    @Sendable func put(_ call: APICall<TrunkSettings>) async throws -> Trunk {
        let settings = call.body
        let transport = settings.transport ?? .udp
        let port = settings.port ?? transport.kind.standardPort
        guard (try? NIOCore.SocketAddress(ipAddress: settings.host, port: port)) != nil, (1...65535).contains(port)
        else {
            throw Failure(.invalid, "A trunk's host is an IP address, and its port 1 to 65535.")
        }
        let maxCalls = settings.maxCalls ?? 1000
        guard (1...100_000).contains(maxCalls) else {
            throw Failure(.invalid, "maxCalls is 1 to 100 000.")
        }
        let trunk = Trunk(
            id: try call.path("id"), host: settings.host, port: port, transport: transport,
            username: settings.username, password: settings.password, maxCalls: maxCalls,
            isOutbound: settings.isOutbound ?? true, isInbound: settings.isInbound ?? true)
        try await trunks.put(trunk)
        await keeper.refreshNow()
        return trunk.shown
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        try await trunks.remove(try call.path("id"))
        return Nothing()
    }
}
