import Contracts
import Logging
import SIP
import TestSupport
import Testing

@testable import MediaServer

/// Carriers that say, when we register, by which proxies our calls are to come (RFC 3608).
@Suite(.timeLimit(.minutes(1))) struct ServiceRouteTests {
    /// What the INVITE's Route says after a registration that was answered with these headers.
    private func route(_ values: String...) async throws -> [String] {
        let (handlers, calls) = SIPEndpointHandlers.calls()
        var carrier = handlers
        carrier.request = { server in
            var headers: SIPHeaders = ["Expires": "120"]
            for value in values { headers.add(.serviceRoute, value) }
            server.respond(200, headers: headers)
        }
        var configuration = SIPEndpointConfiguration(listeners: [SIPPeer(.udp, "127.0.0.1", 0)])
        configuration.methods = [.options, .register]
        let endpoint = try await SIPEndpoint.start(configuration, handlers: carrier, log: .silent)
        let port = endpoint.locals.first?.port ?? 0
        let route = try await withSwitch { test in
            test.book.change { book in
                book.trunks = [
                    .at(port, password: "secret") { trunk in
                        trunk.quiet()
                        trunk.username = "4001"
                        trunk.registers = true
                    }
                ]
            }
            while try await test.state?.registration?.isRegistered != true {
                try await Task.sleep(for: .milliseconds(20))
            }
            try await test.originate("out", to: .number("13900139000"))
            for await (incoming, _) in calls {
                incoming.call.reject(486)
                return incoming.request.headers.values(.route)
            }
            return []
        }
        await endpoint.stop()
        return route
    }

    @Test func `a call goes by the proxies that the carrier named`() async throws {
        let route = try await route("<sip:edge.example;lr>, <sip:core.example:5080;lr>", "<sip:home.example;lr>")
        #expect(
            route.joined(separator: ", ")
                == "<sip:edge.example;lr>, <sip:core.example:5080;lr>, <sip:home.example;lr>")
    }

    @Test(arguments: ["<sip:strict.example>", "no address", "<sip:a.example;lr>, <sip:strict.example>"])
    func `what is no way is left out`(value: String) async throws {
        #expect(try await route(value).isEmpty)
    }
}
