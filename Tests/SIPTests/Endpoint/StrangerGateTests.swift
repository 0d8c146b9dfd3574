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
}
