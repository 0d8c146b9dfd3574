import Testing

@testable import SIP

/// REFER (RFC 3515) and Replaces (RFC 3891).
@Suite struct ReferTests: UsesTwoEnds {
    let ends = TwoEnds()

    private func notified() throws -> [String] {
        try network.sent.filter { $0.summary == "NOTIFY" }.map { packet in
            guard case .request(let request) = try SIPParser.parse(packet.bytes) else { return "" }
            return "\(request.headers[.event] ?? "") \(request.headers[.subscriptionState] ?? "") \(request.bodyText)"
        }
    }

    @Test func `whoever asks to be transferred is told 202, then how it goes`() throws {
        let (call, answered) = try talking()
        bob.does(answered, .send(.refer, nil, ["Refer-To": "<sip:1234@192.0.2.9>"], nil))
        network.run()
        #expect(alice.heard(call).last == "referred sip:1234@192.0.2.9")
        alice.does(call, .acceptReferral)
        alice.does(call, .notifyReferral(100, isLast: false))
        alice.does(call, .notifyReferral(200, isLast: true))
        alice.does(call, .notifyReferral(200, isLast: true))
        network.run()
        #expect(try last("202 REFER").to == bob.peer)
        #expect(
            try notified() == [
                "refer active;expires=60 SIP/2.0 100 Trying\r\n",
                "refer terminated;reason=noresource SIP/2.0 200 OK\r\n",
            ])
        #expect(bob.heard(answered) == ["confirmed", "received NOTIFY", "received NOTIFY"])
    }

    @Test func `the second of a call is told of by its number`() throws {
        let (call, answered) = try talking()
        for _ in 0..<2 {
            bob.does(answered, .send(.refer, nil, ["Refer-To": "<sip:1234@192.0.2.9>"], nil))
            network.run()
            alice.does(call, .acceptReferral)
            alice.does(call, .notifyReferral(603, isLast: true))
            network.run()
        }
        #expect(try notified().map { $0.prefix(10) } == ["refer term", "refer;id=2"])
    }

    @Test func `it may be refused, and is when nobody decides`() throws {
        let (call, answered) = try talking()
        bob.does(answered, .send(.refer, nil, ["Refer-To": "<sip:1234@192.0.2.9>"], nil))
        network.run()
        alice.does(call, .refuseReferral(403))
        network.run()
        #expect(try last("403 REFER").to == bob.peer)
        bob.does(answered, .send(.refer, nil, ["Refer-To": "<sip:1234@192.0.2.9>"], nil))
        network.run(.seconds(20))
        #expect(try last("500 REFER").to == bob.peer)
    }

    @Test(arguments: [[:], ["Refer-To": "<nonsense"], ["Refer-To": "<sip:a@b?Replaces=c>"]] as [SIPHeaders])
    func `one that names nobody gets 400`(headers: SIPHeaders) throws {
        let (call, answered) = try talking()
        bob.does(answered, .send(.refer, nil, headers, nil))
        network.run()
        #expect(try last("400 REFER").to == bob.peer)
        #expect(alice.heard(call) == ["answered 200"])
    }

    @Test func `an attended one names the call that is replaced`() throws {
        let (call, answered) = try talking()
        let (second, _) = try talking()
        let id = try #require(alice.core.sessions[second]?.session.dialog?.id)
        let replaces = "\(id.callID)%3Bto-tag%3D\(id.localTag)%3Bfrom-tag%3D\(id.remoteTag)"
        bob.does(answered, .send(.refer, nil, ["Refer-To": "<sip:alice@192.0.2.1?Replaces=\(replaces)>"], nil))
        network.run()
        guard case .referred(let referral)? = alice.events[call]?.last else {
            Issue.record("not referred")
            return
        }
        #expect(referral.replacedCall == second)
        #expect(referral.target.description == "sip:alice@192.0.2.1")
    }

    @Test func `an INVITE with Replaces takes the place of the call it names`() throws {
        let (call, _) = try talking()
        let id = try #require(alice.core.sessions[call]?.session.dialog?.id)
        let header = "\(id.callID);to-tag=\(id.localTag);from-tag=\(id.remoteTag)"
        let taker = bob.call(alice) { $0.headers = ["Replaces": header, "Require": "replaces"] }
        network.run()
        let incoming = try #require(alice.incoming.last).number
        #expect(alice.core.sessions[incoming]?.replaces == call)
        alice.does(incoming, .answer(.sdp("answer"), [:]))
        network.run()
        #expect(bob.heard(taker).last == "answered 200")
    }

    @Test(arguments: ["none;to-tag=a;from-tag=b", "none;to-tag=a"])
    func `one that names no call is refused`(header: String) throws {
        let taker = bob.call(alice) { $0.headers = ["Replaces": header] }
        network.run()
        #expect(bob.heard(taker).last == (header.contains("from") ? "ended refused 481" : "ended refused 400"))
    }

    @Test func `a call that was answered is not taken by one who wants it ringing`() throws {
        let (call, _) = try talking()
        let id = try #require(alice.core.sessions[call]?.session.dialog?.id)
        let header = "\(id.callID);to-tag=\(id.localTag);from-tag=\(id.remoteTag);early-only"
        let taker = bob.call(alice) { $0.headers = ["Replaces": header] }
        network.run()
        #expect(bob.heard(taker).last == "ended refused 486")
    }
}
