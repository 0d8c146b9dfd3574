import Logging
import Testing

@testable import SIP

/// Two endpoints on real sockets of this machine.
@Suite struct LoopbackTests {
    @Test(arguments: SIPTransportKind.dialled)
    func `a call is made, answered and hung up`(transport: SIPTransportKind) async throws {
        let (handlers, calls) = SIPEndpointHandlers.calls()
        let callee = try await endpoint(transport, handlers)
        let caller = try await endpoint(transport, SIPEndpointHandlers())
        let (events, handler) = SIPCall.events()
        let call = caller.invite(invite(to: callee, transport), handler: handler)

        var arrivals = calls.makeAsyncIterator()
        let (incoming, calleeEvents) = try #require(await arrivals.next())
        #expect(incoming.request.bodyText == "v=0 offer")
        incoming.call.ring()
        incoming.call.answer(.sdp("v=0 answer"))

        var heard: [String] = []
        for await event in events {
            heard.append(name(event))
            if case .answered(let response) = event {
                #expect(response.bodyText == "v=0 answer")
                call.hangUp()
            }
        }
        #expect(heard == ["progress 180", "answered 200", "ended byUs"])
        var calleeHeard: [String] = []
        for await event in calleeEvents { calleeHeard.append(name(event)) }
        #expect(calleeHeard == ["confirmed", "ended byPeer"])
        await caller.stop()
        await callee.stop()
    }

    @Test(arguments: [SIPTransportKind.udp, .tcp])
    func `a port that somebody has is not shared: half of the messages would go astray`(transport: SIPTransportKind)
        async throws
    {
        let first = try await endpoint(transport, SIPEndpointHandlers())
        let taken = SIPEndpointConfiguration(listeners: [try #require(first.locals.first)])
        await #expect(throws: (any Error).self) {
            let second = try await SIPEndpoint.start(
                taken, handlers: SIPEndpointHandlers(), log: Logger(label: "test"))
            await second.stop()
        }
        await first.stop()
    }

    private func endpoint(
        _ transport: SIPTransportKind, _ handlers: SIPEndpointHandlers
    ) async throws -> SIPEndpoint {
        var configuration = SIPEndpointConfiguration(listeners: [SIPPeer(transport, "127.0.0.1", 0)])
        if transport == .tls { configuration.tls = try await TestCertificate.shared().tls() }
        return try await SIPEndpoint.start(configuration, handlers: handlers, log: Logger(label: "test"))
    }

    private func invite(to callee: SIPEndpoint, _ transport: SIPTransportKind) -> SIPInvite {
        let port = callee.locals.first?.port
        var uri = SIPURI(user: "bob", host: "127.0.0.1", port: port)
        uri.parameters["transport"] = transport.uriParameter
        return SIPInvite(
            uri: uri, from: NameAddress(uri: SIPURI(user: "alice", host: "127.0.0.1")), offer: .sdp("v=0 offer"))
    }
}
