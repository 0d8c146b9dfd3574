import Testing

@testable import SIP

/// Two endpoints on virtual time: alice calls bob.
struct TwoEnds {
    let network = Network()
    let alice: Node
    let bob: Node

    init() {
        alice = network.node("192.0.2.1")
        bob = network.node("192.0.2.2")
    }
}

/// A suite whose tests are played by alice and bob.
protocol UsesTwoEnds {
    var ends: TwoEnds { get }
}

extension UsesTwoEnds {
    var network: Network { ends.network }
    var alice: Node { ends.alice }
    var bob: Node { ends.bob }

    /// A call that stands, by its numbers on both sides.
    func talking() throws -> (UInt64, UInt64) {
        let call = alice.call(bob)
        network.run()
        let answered = try #require(bob.incoming.last).number
        bob.does(answered, .answer(.sdp("answer"), [:]))
        network.run()
        #expect(alice.heard(call).last == "answered 200")
        #expect(bob.heard(answered).last == "confirmed")
        _ = network.summaries()
        return (call, answered)
    }

    /// What was put on the wire last in so many words: `INVITE`, `200 INVITE`.
    func last(_ summary: String) throws -> Network.Packet { try #require(network.sent.last { $0.summary == summary }) }
}
