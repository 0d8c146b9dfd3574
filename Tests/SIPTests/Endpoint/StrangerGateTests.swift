import Testing

@testable import SIP

/// What is read of strangers when there is too much of it.
@Suite struct StrangerGateTests {
    @Test func `strangers are read so many a second, with bursts of as much`() {
        var gate = StrangerGate(perSecond: 10)
        let read = [Duration.seconds(1), .milliseconds(1_500), .seconds(100), .seconds(1)].map { time in
            (0..<30).count { _ in gate.admits(at: time) }
        }
        // A clock that is set back gives nothing away.
        #expect(read == [10, 5, 10, 0])
    }

    @Test func `known places are read whatever strangers send, and connections are held back otherwise`() {
        var configuration = SIPEndpointConfiguration(listeners: [])
        configuration.strangersPerSecond = 2
        configuration.isKnown = { $0 == "192.0.2.1" }
        let core = EndpointCore(
            configuration: configuration, output: { _, _, _ in }, onInvite: { _, _, _ in { _ in } },
            onRequest: { _, _, _ in })
        for count in 0..<50 {
            let bytes = SIPWriter.bytes(plainRequest(.options, branch: "z9hG4bK\(count)"))
            core.received(bytes, from: SIPPeer(.udp, "198.51.100.\(count)", 5_060))
        }
        #expect(core.statistics.messagesReceived == 2 && core.statistics.passedOver == 48)
        for (transport, host) in [(SIPTransportKind.udp, "192.0.2.1"), (.tcp, "198.51.100.1")] {
            let bytes = SIPWriter.bytes(plainRequest(.options, branch: "z9hG4bK\(host)"))
            core.received(bytes, from: SIPPeer(transport, host, 5_060))
        }
        #expect(core.statistics.messagesReceived == 4)
    }

    @Test func `who is not known is asked for a password once, and forgotten`() throws {
        let asking = Self.asking()
        let core = try #require(asking.made)
        let invite = SIPWriter.bytes(plainRequest(.invite, branch: "z9hG4bKone"))
        let stranger = SIPPeer(.udp, "198.51.100.1", 5_060)
        core.received(invite, from: stranger)
        core.advance(to: .seconds(5))
        #expect(asking.sent.map(\.status) == [401], "not repeated")
        #expect(core.snapshot.transactions == 0 && core.snapshot.calls == 0)
        core.received(SIPWriter.bytes(plainRequest(.ack, branch: "z9hG4bKone")), from: stranger)
        // Its request comes again: the answer was lost.
        core.received(invite, from: stranger)
        #expect(asking.sent.map(\.status) == [401, 401])
        core.received(SIPWriter.bytes(plainRequest(.options, branch: "z9hG4bKtwo")), from: stranger)
        #expect(asking.sent.last?.status == 200)
        #expect(core.snapshot.transactions == 0)
    }

    @Test func `whom we know is asked as often as he needs, and so is who comes by a connection`() throws {
        for peer in [SIPPeer(.udp, "192.0.2.1", 5_060), SIPPeer(.tcp, "198.51.100.1", 5_060)] {
            let asking = Self.asking()
            let core = try #require(asking.made)
            core.received(SIPWriter.bytes(plainRequest(.invite, branch: "z9hG4bKone")), from: peer)
            #expect(core.snapshot.transactions == 1, "\(peer)")
            core.advance(to: .milliseconds(600))
            #expect(asking.sent.count == (peer.transport == .udp ? 2 : 1))
        }
    }

    /// An endpoint that asks everybody for a password.
    private final class Asking {
        var sent: [(status: Int, peer: SIPPeer)] = []
        private(set) var made: EndpointCore?

        init(_ configuration: SIPEndpointConfiguration) {
            made = EndpointCore(
                configuration: configuration,
                output: { [unowned self] bytes, peer, _ in
                    guard case .response(let response)? = try? SIPParser.parse(bytes) else { return }
                    sent.append((response.status.code, peer))
                },
                onInvite: { [unowned self] number, _, _ in
                    made?.command(number, .reject(401, [:]))
                    return { _ in }
                }, onRequest: { _, _, _ in })
        }
    }

    private static func asking() -> Asking {
        var configuration = SIPEndpointConfiguration(listeners: [])
        configuration.strangersPerSecond = 100
        configuration.isKnown = { $0 == "192.0.2.1" }
        return Asking(configuration)
    }
}
