import Testing

@testable import SIP

/// RFC 4028, and UPDATE as far as it goes with it.
@Suite struct SessionIntervalTests {
    let network = Network()
    let alice: Node
    let bob: Node

    init() {
        alice = network.node("192.0.2.1") { $0.sessionSeconds = 600 }
        bob = network.node("192.0.2.2")
    }

    private func talking(_ caller: Node, _ callee: Node) throws -> (UInt64, UInt64) {
        let call = caller.call(callee)
        network.run()
        let answered = try #require(callee.incoming.last).number
        callee.does(answered, .answer(.sdp("answer"), [:]))
        network.run()
        return (call, answered)
    }

    private func last(_ summary: String) throws -> SIPFields {
        let packet = try #require(network.sent.last { $0.summary == summary })
        switch try SIPParser.parse(packet.bytes) {
        case .request(let request): return request.fields
        case .response(let response): return response.fields
        }
    }

    @Test func `the caller asks for an interval, the callee grants it and leaves the refreshing to the caller`() throws
    {
        _ = try talking(alice, bob)
        #expect(try last("INVITE").headers[.sessionExpires] == "600")
        #expect(try last("200 INVITE").headers[.sessionExpires] == "600;refresher=uac")
        #expect(try last("200 INVITE").headers[.require] == "timer")
    }

    @Test func `the caller refreshes by UPDATE at half the interval, and nobody is told`() throws {
        let (call, answered) = try talking(alice, bob)
        _ = network.summaries()
        network.run(.seconds(301))
        #expect(network.summaries() == ["UPDATE", "200 UPDATE"])
        network.run(.seconds(1_000))
        #expect(network.summaries().filter { $0 == "UPDATE" }.count == 3)
        #expect(alice.heard(call) == ["answered 200"])
        #expect(bob.heard(answered) == ["confirmed"])
    }

    @Test func `where UPDATE is not known the last description is offered again`() throws {
        let carol = network.node("192.0.2.3")
        let (call, answered) = try talking(alice, carol)
        alice.core.sessions[call]?.session.peerTakesUpdate = false
        carol.reaction = { number, event in
            if case .offered(let request) = event {
                carol.does(number, .acceptOffer(.sdp("again " + request.bodyText)))
            }
        }
        network.run(.seconds(301))
        #expect(carol.heard(answered) == ["confirmed", "offered", "confirmed"])
        #expect(try last("INVITE").body == Array("offer".utf8))
        #expect(alice.heard(call) == ["answered 200"])
    }

    @Test func `a peer that refuses UPDATE all the same is offered our last description`() throws {
        let (call, _) = try talking(alice, bob)
        network.loses = { $0.summary == "UPDATE" && $0.time < .seconds(302) }
        network.run(.seconds(301))
        let sent = try #require(network.sent.last { $0.summary == "UPDATE" })
        guard case .request(let update) = try SIPParser.parse(sent.bytes) else { throw NotARequest() }
        bob.reaction = { [bob] number, event in
            if case .offered = event { bob.does(number, .acceptOffer(.sdp("answer"))) }
        }
        alice.core.received(SIPWriter.bytes(update.response(405)), from: bob.peer)
        _ = network.summaries()
        network.run(.seconds(20))
        #expect(network.summaries() == ["INVITE", "200 INVITE", "ACK"])
        #expect(alice.heard(call) == ["answered 200"])
    }

    @Test func `a caller that vanished is hung up a little before the interval ends`() throws {
        let (_, answered) = try talking(alice, bob)
        network.loses = { $0.from.host == "192.0.2.1" }
        network.run(.seconds(565))
        #expect(bob.heard(answered) == ["confirmed"])
        network.run(.seconds(10))
        #expect(bob.heard(answered) == ["confirmed", "ended timedOut session"])
    }

    @Test func `a callee that vanished is noticed by the refresh`() throws {
        let (call, _) = try talking(alice, bob)
        network.loses = { $0.from.host == "192.0.2.2" }
        network.run(.seconds(340))
        #expect(alice.heard(call) == ["answered 200", "ended timedOut session"])
    }

    @Test func `a callee that lost the call is noticed by the refresh`() throws {
        let (call, answered) = try talking(alice, bob)
        bob.core.sessions[answered] = nil
        bob.core.dialogs = [:]
        network.run(.seconds(301))
        #expect(alice.heard(call) == ["answered 200", "ended timedOut session"])
    }

    @Test func `a refresh that is refused is tried again, and the call goes on`() throws {
        let (call, _) = try talking(alice, bob)
        network.loses = { $0.to.host == "192.0.2.2" }
        network.run(.seconds(301))
        guard case .request(let update) = try SIPParser.parse(try #require(network.sent.last).bytes) else {
            throw NotARequest()
        }
        #expect(update.method == .update)
        alice.core.received(SIPWriter.bytes(update.response(491)), from: bob.peer)
        network.loses = { _ in false }
        network.run(.seconds(700))
        #expect(alice.heard(call) == ["answered 200"])
    }

    @Test func `a peer that knows no timers gets none`() throws {
        let old = network.node("192.0.2.3") { $0.sessionSeconds = nil }
        let (call, _) = try talking(old, bob)
        #expect(try last("200 INVITE").headers[.sessionExpires] == nil)
        network.run(.seconds(4_000))
        #expect(old.heard(call) == ["answered 200"])
        let (another, _) = try talking(alice, old)
        network.run(.seconds(4_000))
        #expect(alice.heard(another) == ["answered 200"])
    }

    @Test func `too short an interval is refused with 422 and asked for anew`() throws {
        var request = plainRequest(.invite)
        request.headers.add(["Supported": "timer", "Session-Expires": "30"])
        bob.core.received(SIPWriter.bytes(request), from: alice.peer)
        #expect(try last("422 INVITE").headers[.minSE] == "90")
        #expect(bob.incoming.isEmpty)

        network.loses = { $0.to.host == "192.0.2.2" }
        let call = alice.call(bob)
        guard case .request(let invite) = try SIPParser.parse(try #require(network.sent.last).bytes) else {
            throw NotARequest()
        }
        var refusal = invite.response(422, tag: "b")
        refusal.headers[.minSE] = "1200"
        alice.core.received(SIPWriter.bytes(refusal), from: bob.peer)
        #expect(try last("INVITE").headers[.sessionExpires] == "1200")
        #expect(try last("INVITE").cseq.number == 2)
        #expect(alice.heard(call) == [])
    }

    @Test func `a proxy may ask for a callee that knows and a caller that does not`() throws {
        var request = plainRequest(.invite)
        request.headers.add(["Session-Expires": "1200"])
        bob.core.received(SIPWriter.bytes(request), from: alice.peer)
        bob.does(try #require(bob.incoming.last).number, .answer(.sdp("answer"), [:]))
        #expect(try last("200 INVITE").headers[.sessionExpires] == "1200;refresher=uas")
        #expect(try last("200 INVITE").headers[.require] == nil)
    }

    @Test func `an UPDATE with an offer is an offer that wants no ACK`() throws {
        let (call, answered) = try talking(alice, bob)
        _ = network.summaries()
        alice.does(call, .send(.update, .sdp("hold"), [:], nil))
        network.run()
        #expect(bob.heard(answered).last == "offered")
        bob.does(answered, .acceptOffer(.sdp("held")))
        network.run(.seconds(40))
        #expect(network.summaries() == ["UPDATE", "200 UPDATE"])
        #expect(bob.heard(answered).last == "offered", "and is not hung up for want of an ACK")
    }

    @Test(arguments: [
        ("1800", 1_800, nil), ("1800;refresher=uac", 1_800, "uac"), (" 90 ; x=y ; refresher = UAS ", 90, "uas"),
        ("90;refresher=me", 90, nil),
    ])
    func `Session-Expires is read`(text: String, seconds: Int, refresher: String?) {
        let read = SessionInterval(["Session-Expires": text])
        #expect(read?.seconds == seconds)
        #expect(read?.refresher?.rawValue == refresher)
    }

    @Test(arguments: ["", "x", "-1", "99999999999999", ";refresher=uac"])
    func `a senseless Session-Expires is none`(text: String) {
        #expect(SessionInterval(["Session-Expires": text]) == nil)
    }
}
