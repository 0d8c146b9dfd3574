import Testing

@testable import SIP

/// What happens within a call that stands: offers anew, INFO, NOTIFY.
@Suite struct InCallTests: UsesTwoEnds {
    let ends = TwoEnds()

    @Test func `an INVITE without an offer gets one in the 2xx, and the ACK answers it`() throws {
        let call = alice.call(bob, offer: nil)
        network.run()
        let incoming = try #require(bob.incoming.last).number
        bob.does(incoming, .answer(.sdp("bob's offer"), [:]))
        network.run()
        #expect(!network.summaries().contains("ACK"))
        alice.does(call, .acknowledge(.sdp("alice's answer")))
        network.run()
        guard case .confirmed(let ack) = bob.events[incoming]?.last else {
            Issue.record("not confirmed")
            return
        }
        #expect(ack.bodyText == "alice's answer")
    }

    @Test(arguments: [true, false])
    func `either side can offer anew`(fromCaller: Bool) throws {
        let (call, answered) = try talking()
        let (one, other) = fromCaller ? (alice, bob) : (bob, alice)
        let (mine, theirs) = fromCaller ? (call, answered) : (answered, call)
        one.does(mine, .offer(.sdp("hold"), [:]))
        network.run()
        #expect(other.heard(theirs).last == "offered")
        other.does(theirs, .acceptOffer(.sdp("held")))
        network.run()
        #expect(one.heard(mine).last == "offerAccepted")
        #expect(other.heard(theirs).last == "confirmed")
        #expect(network.summaries() == ["INVITE", "200 INVITE", "ACK"])
        one.does(mine, .hangUp([:]))
        network.run()
        #expect(other.heard(theirs).last == "ended byPeer")
    }

    @Test func `a refused offer leaves the call as it was`() throws {
        let (call, answered) = try talking()
        alice.does(call, .offer(.sdp("video"), [:]))
        network.run()
        bob.does(answered, .refuseOffer(488))
        network.run()
        #expect(alice.heard(call).last == "offerRefused 488")
        alice.does(call, .hangUp([:]))
        network.run()
        #expect(bob.heard(answered).last == "ended byPeer")
    }

    @Test func `two offers at once are both refused with 491`() throws {
        let (call, answered) = try talking()
        alice.does(call, .offer(.sdp("hold"), [:]))
        bob.does(answered, .offer(.sdp("hold"), [:]))
        network.run()
        #expect(alice.heard(call).last == "offerRefused 491")
        #expect(bob.heard(answered).last == "offerRefused 491")
    }

    @Test func `a 2xx that comes again late gets the ACK of its own INVITE`() throws {
        let call = alice.call(bob)
        network.run()
        let answered = try #require(bob.incoming.last).number
        bob.does(answered, .answer(.sdp("answer"), [:]))
        network.run()
        let first = try last("200 INVITE")
        alice.does(call, .offer(.sdp("hold"), [:]))
        network.run()
        bob.does(answered, .acceptOffer(.sdp("held")))
        network.run()
        alice.core.received(first.bytes, from: bob.peer)
        #expect(try last("ACK").text.contains("CSeq: 1 ACK"))
    }

    @Test func `a peer that lost the call ends it when asked anew`() throws {
        let (call, answered) = try talking()
        bob.core.sessions[answered] = nil
        bob.core.dialogs = [:]
        alice.does(call, .offer(.sdp("hold"), [:]))
        network.run()
        #expect(alice.heard(call).last == "ended refused 481")
    }

    // MARK: Within a call

    @Test func `an INFO is answered 200 and told`() throws {
        let (call, answered) = try talking()
        var status: Int?
        let body = SIPBody(type: "application/dtmf-relay", bytes: Array("Signal=5\r\nDuration=160".utf8))
        alice.core.send(.info, body, [:], in: call) { status = $0?.status.code }
        network.run()
        #expect(status == 200)
        #expect(bob.heard(answered).last == "received INFO")
    }

    @Test func `a NOTIFY reaches a telephone that rings`() throws {
        let call = alice.call(bob)
        network.run()
        let incoming = try #require(bob.incoming.last).number
        bob.does(incoming, .ring(180, nil, [:]))
        network.run()
        var status: Int?
        alice.core.send(.notify, nil, ["Event": "talk", "Subscription-State": "active"], in: call) {
            status = $0?.status.code
        }
        network.run()
        #expect(status == 200)
        #expect(bob.heard(incoming) == ["received NOTIFY"])
        bob.does(incoming, .answer(.sdp("answer"), [:]))
        network.run()
        #expect(alice.heard(call).last == "answered 200")
        alice.does(call, .hangUp([:]))
        network.run()
        #expect(bob.heard(incoming).last == "ended byPeer", "the BYE's number is above the NOTIFY's")
    }

    @Test func `a request for a call that is over hears nothing, at once`() throws {
        let (call, _) = try talking()
        alice.does(call, .hangUp([:]))
        network.run()
        var heard: SIPResponse?? = .none
        alice.core.send(.info, nil, [:], in: call) { heard = .some($0) }
        #expect(heard == .some(nil))
    }

    @Test func `a method nobody takes gets 405 with what is taken`() throws {
        let (call, _) = try talking()
        var response: SIPResponse?
        alice.core.send(.subscribe, nil, ["Refer-To": "<sip:x@192.0.2.3>"], in: call) { response = $0 }
        network.run()
        #expect(response?.status.code == 405)
        #expect(response?.headers[.allow]?.contains("INVITE") == true)
    }

    @Test func `a cancelled re-INVITE gets 487, and the call goes on`() throws {
        let (call, answered) = try talking()
        alice.does(call, .offer(.sdp("hold"), [:]))
        network.run()
        let id = try #require(alice.core.table.client(try sentInvite()))
        alice.core.cancel(id)
        network.run()
        #expect(network.summaries().suffix(4) == ["CANCEL", "200 CANCEL", "487 INVITE", "ACK"])
        #expect(alice.heard(call).last == "offerRefused 487")
        alice.does(call, .hangUp([:]))
        network.run()
        #expect(bob.heard(answered).last == "ended byPeer")
    }

    private func sentInvite() throws -> SIPRequest {
        let packet = try last("INVITE")
        guard case .request(let request) = try SIPParser.parse(packet.bytes) else { throw NotARequest() }
        return request
    }
}
