import Testing

@testable import SIP

/// Calls between two endpoints on virtual time.
@Suite struct CallTests: UsesTwoEnds {
    let ends = TwoEnds()

    @Test func `a call rings, is answered, acknowledged and hung up`() throws {
        let call = alice.call(bob)
        network.run()
        let incoming = try #require(bob.incoming.last).number
        bob.does(incoming, .ring(180, nil, [:]))
        bob.does(incoming, .answer(.sdp("answer"), [:]))
        network.run()
        alice.does(call, .hangUp([:]))
        network.run()
        #expect(network.summaries() == ["INVITE", "180 INVITE", "200 INVITE", "ACK", "BYE", "200 BYE"])
        #expect(alice.heard(call) == ["progress 180", "answered 200", "ended byUs"])
        #expect(bob.heard(incoming) == ["confirmed", "ended byPeer"])
        #expect(alice.core.sessions.isEmpty)
        #expect(bob.core.sessions.isEmpty)
        #expect(bob.core.dialogs.isEmpty)
    }

    @Test func `a call that we hang up has ended when the peer has answered our BYE`() throws {
        let (call, _) = try talking()
        alice.does(call, .hangUp([:]))
        #expect(!alice.heard(call).contains("ended byUs"), "the peer does not know yet")
        network.run()
        #expect(alice.heard(call).last == "ended byUs")
    }

    @Test func `a peer that does not answer our BYE holds nobody for longer than a second`() throws {
        let (call, _) = try talking()
        network.loses = { $0.summary == "BYE" }
        alice.does(call, .hangUp([:]))
        network.run(.milliseconds(990))
        #expect(!alice.heard(call).contains("ended byUs"))
        network.run(.milliseconds(20))
        #expect(alice.heard(call).last == "ended byUs")
        network.run(.seconds(40))
        #expect(alice.heard(call).count { $0.hasPrefix("ended") } == 1)
        #expect(alice.core.sessions.isEmpty)
    }

    @Test func `after everything has timed out nothing is left`() throws {
        let (call, _) = try talking()
        alice.does(call, .hangUp([:]))
        network.run(.seconds(40))
        for node in [alice, bob] {
            #expect(node.core.table.count == 0)
            #expect(node.core.dialogs.isEmpty)
            #expect(node.core.pendingInvites.isEmpty)
        }
    }

    @Test func `a callee that takes its time says 100 after 200 ms`() throws {
        _ = alice.call(bob)
        network.run(.milliseconds(190))
        #expect(network.summaries(from: "192.0.2.2") == [])
        network.run(.milliseconds(20))
        #expect(network.summaries(from: "192.0.2.2") == ["100 INVITE"])
        network.run(.seconds(10))
        #expect(network.summaries(from: "192.0.2.1") == [])
    }

    @Test func `a refused call ends with the refusal, which is acknowledged`() throws {
        let call = alice.call(bob)
        network.run()
        bob.does(try #require(bob.incoming.last).number, .reject(486, [:]))
        network.run(.seconds(1))
        #expect(network.summaries() == ["INVITE", "486 INVITE", "ACK"])
        #expect(alice.heard(call) == ["ended refused 486"])
    }

    @Test func `a call nobody answers ends with a local 408 after 32 s`() throws {
        network.loses = { $0.to.host == "192.0.2.2" }
        let call = alice.call(bob)
        network.run(.seconds(31))
        #expect(alice.heard(call) == [])
        network.run(.seconds(2))
        #expect(alice.heard(call) == ["ended refused 408"])
        #expect(network.summaries() == Array(repeating: "INVITE", count: 7))
    }

    @Test func `hanging up while it rings cancels`() throws {
        let call = alice.call(bob)
        network.run()
        let incoming = try #require(bob.incoming.last).number
        bob.does(incoming, .ring(180, nil, [:]))
        network.run()
        alice.does(call, .hangUp([:]))
        network.run()
        #expect(network.summaries() == ["INVITE", "180 INVITE", "CANCEL", "200 CANCEL", "487 INVITE", "ACK"])
        #expect(alice.heard(call) == ["progress 180", "ended byUs"])
        #expect(bob.heard(incoming) == ["ended cancelled"])
        bob.does(incoming, .answer(nil, [:]))
        network.run()
        #expect(network.summaries() == [], "an answer after the CANCEL comes too late")
    }

    @Test func `a CANCEL waits for the first provisional response`() throws {
        let call = alice.call(bob)
        alice.does(call, .hangUp([:]))
        network.run(.milliseconds(190))
        #expect(network.summaries(from: "192.0.2.1") == ["INVITE"])
        network.run(.milliseconds(100))
        #expect(network.summaries(from: "192.0.2.1") == ["CANCEL", "ACK"])
        #expect(alice.heard(call) == ["ended byUs"])
    }

    @Test func `an answer that crosses the CANCEL is acknowledged and hung up`() throws {
        let call = alice.call(bob)
        network.run()
        let incoming = try #require(bob.incoming.last).number
        bob.does(incoming, .ring(180, nil, [:]))
        network.run()
        _ = network.summaries()
        bob.does(incoming, .answer(.sdp("answer"), [:]))
        alice.does(call, .hangUp([:]))
        network.run()
        let sent = network.summaries(from: "192.0.2.1")
        #expect(sent.contains("ACK") && sent.contains("BYE"))
        #expect(alice.heard(call).last == "ended byUs")
        #expect(bob.heard(incoming).last == "ended byPeer")
        #expect(alice.core.sessions.isEmpty)
    }

    @Test func `a 2xx is repeated until its ACK comes`() throws {
        network.loses = { $0.summary == "ACK" && network.now < .seconds(3) }
        let call = alice.call(bob)
        network.run()
        let incoming = try #require(bob.incoming.last).number
        bob.does(incoming, .answer(.sdp("answer"), [:]))
        network.run(.seconds(10))
        // After 0, 0.5, 1.5 and 3.5 s; each is acknowledged, the last ACK arrives.
        #expect(network.summaries(from: "192.0.2.2") == Array(repeating: "200 INVITE", count: 4))
        #expect(alice.heard(call) == ["answered 200"])
        #expect(bob.heard(incoming) == ["confirmed"])
    }

    @Test func `an answer that is never acknowledged ends with a BYE`() throws {
        network.loses = { $0.summary == "ACK" }
        let call = alice.call(bob)
        network.run()
        let incoming = try #require(bob.incoming.last).number
        bob.does(incoming, .answer(.sdp("answer"), [:]))
        network.run(.seconds(33))
        #expect(bob.heard(incoming) == ["ended timedOut acknowledgement"])
        #expect(alice.heard(call) == ["answered 200", "ended byPeer"])
    }

    @Test func `a callee that hangs up before the ACK waits for it`() throws {
        network.loses = { $0.summary == "ACK" && network.now < .seconds(1) }
        _ = alice.call(bob)
        network.run()
        let incoming = try #require(bob.incoming.last).number
        bob.does(incoming, .answer(.sdp("answer"), [:]))
        network.run()
        bob.does(incoming, .hangUp([:]))
        network.run()
        #expect(!network.summaries().contains("BYE"))
        network.run(.seconds(5))
        #expect(network.summaries().contains("BYE"))
        #expect(bob.heard(incoming) == ["confirmed", "ended byUs"])
    }

    @Test func `half of all packets lost, the call still comes and goes`() throws {
        var generator = SeededGenerator(seed: 7)
        network.loses = { _ in Bool.random(using: &generator) }
        bob.reaction = { _, _ in }
        let call = alice.call(bob)
        network.run(.seconds(8))
        let incoming = try #require(bob.incoming.first).number
        #expect(bob.incoming.count == 1, "a repeated INVITE is no second call")
        bob.does(incoming, .answer(.sdp("answer"), [:]))
        network.run(.seconds(20))
        #expect(alice.heard(call).last == "answered 200")
        alice.does(call, .hangUp([:]))
        network.run(.seconds(60))
        #expect(bob.heard(incoming) == ["confirmed", "ended byPeer"])
        #expect(alice.core.table.count == 0 && bob.core.table.count == 0)
    }

    // MARK: Limits

    @Test func `a call that rings too long is cancelled`() throws {
        let call = alice.call(bob) { $0.ringLimit = .seconds(15) }
        network.run()
        bob.does(try #require(bob.incoming.last).number, .ring(180, nil, [:]))
        network.run(.seconds(16))
        #expect(alice.heard(call) == ["progress 180", "ended timedOut ringing"])
    }

    @Test func `a peer that rings and vanishes leaves nothing behind`() throws {
        let call = alice.call(bob) { $0.ringLimit = .seconds(15) }
        network.run()
        bob.does(try #require(bob.incoming.last).number, .ring(180, nil, [:]))
        network.run()
        network.loses = { $0.from.host == "192.0.2.2" }
        network.run(.seconds(180))
        #expect(alice.heard(call) == ["progress 180", "ended timedOut ringing"])
        #expect(alice.core.table.count == 0)
    }

    @Test func `a call that came in and is left alone gets 480`() throws {
        let call = alice.call(bob)
        network.run(.seconds(181))
        #expect(alice.heard(call).first?.hasPrefix("ended") == true)
        #expect(bob.core.sessions.isEmpty)
    }

    @Test func `no call lasts longer than the limit`() throws {
        let carol = network.node("192.0.2.3") { $0.durationLimit = .seconds(60) }
        let call = alice.call(carol)
        network.run()
        carol.does(try #require(carol.incoming.last).number, .answer(.sdp("answer"), [:]))
        network.run(.seconds(61))
        #expect(alice.heard(call) == ["answered 200", "ended byPeer"])
    }

    @Test func `beyond the limit of calls an INVITE gets 503`() throws {
        let carol = network.node("192.0.2.3") { $0.callLimit = 1 }
        _ = alice.call(carol)
        let second = alice.call(carol)
        network.run()
        #expect(alice.heard(second) == ["ended refused 503"])
        #expect(carol.core.statistics.overload == 1)
    }

    @Test func `while draining a new call gets 503 and a standing one goes on`() throws {
        let (call, answered) = try talking()
        bob.core.isDraining = true
        let second = alice.call(bob)
        network.run()
        #expect(alice.heard(second) == ["ended refused 503"])
        alice.does(call, .hangUp([:]))
        network.run()
        #expect(bob.heard(answered).last == "ended byPeer")
    }
}
