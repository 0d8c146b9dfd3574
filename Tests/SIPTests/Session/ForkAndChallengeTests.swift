import Testing

@testable import SIP

/// Calls that are challenged, forked, routed, or answered when nobody waits any more.
@Suite struct ForkAndChallengeTests {
    let network = Network()
    let alice: Node
    let bob: Node

    init() {
        alice = network.node("192.0.2.1")
        bob = network.node("192.0.2.2")
    }

    /// The last request of that method alice sent.
    private func lastSent(_ method: SIPMethod) throws -> SIPRequest {
        for packet in network.sent.reversed() where packet.from.host == "192.0.2.1" {
            if case .request(let request) = try SIPParser.parse(packet.bytes), request.method == method {
                return request
            }
        }
        throw NotARequest()
    }

    /// Gives alice a response as if a peer beyond our network had sent it.
    private func answer(_ request: SIPRequest, _ status: SIPStatus, tag: String, host: String = "192.0.2.77") {
        var response = request.response(status, tag: tag)
        response.contacts = [NameAddress(uri: SIPURI(user: "x", host: host))]
        alice.core.received(SIPWriter.bytes(response), from: SIPPeer(.udp, host, 5060))
    }

    @Test(arguments: [("secret", true), ("guess", false)])
    func `a challenged INVITE is repeated with the answer, once`(password: String, isRight: Bool) throws {
        var verifier = DigestVerifier(realm: "trunk")
        let call = alice.call(bob) { $0.credentials = DigestCredentials(username: "u", password: password) }
        for _ in 0..<3 {
            network.run()
            guard let (number, request) = bob.incoming.popLast() else { continue }
            let verdict = verifier.verify(request, atSecond: 1) { user, algorithm in
                DigestSecret(user, realm: "trunk", password: "secret", algorithm)
            }
            if verdict == .verified(username: "u") {
                bob.does(number, .answer(.sdp("answer"), [:]))
            } else {
                bob.does(number, .reject(401, verifier.challengeHeaders(atSecond: 1)))
            }
        }
        network.run()
        #expect(alice.heard(call) == [isRight ? "answered 200" : "ended refused 401"])
        #expect(try lastSent(.invite).cseq.number == 2)
        if isRight {
            alice.does(call, .hangUp([:]))
            network.run()
            #expect(try lastSent(.bye).cseq.number == 3)
            #expect(bob.core.sessions.isEmpty)
        }
    }

    @Test func `behind a strict router a request goes to the router, whatever its Route says next`() throws {
        let call = alice.call(bob)
        network.run()
        var response = try lastSent(.invite).response(200, tag: "b")
        response.contacts = [NameAddress(uri: SIPURI(user: "x", host: "192.0.2.77"))]
        response.headers.add(.recordRoute, "<sip:192.0.2.81;lr>, <sip:192.0.2.80>")
        alice.core.received(SIPWriter.bytes(response), from: bob.peer)
        alice.does(call, .hangUp([:]))
        network.run()
        for method in ["ACK", "BYE"] {
            #expect(network.sent.last { $0.summary == method }?.to.host == "192.0.2.80")
        }
        #expect(try lastSent(.bye).uri.host == "192.0.2.80")
    }

    @Test func `a challenge on a call without credentials is a refusal`() throws {
        let call = alice.call(bob)
        network.run()
        let verifier = DigestVerifier(realm: "trunk")
        bob.does(try #require(bob.incoming.last).number, .reject(401, verifier.challengeHeaders(atSecond: 1)))
        network.run()
        #expect(alice.heard(call) == ["ended refused 401"])
    }

    @Test func `a challenged BYE is repeated with the answer`() throws {
        network.loses = { $0.to.host == "192.0.2.2" }
        let call = alice.call(bob) { $0.credentials = DigestCredentials(username: "u", password: "p") }
        answer(try lastSent(.invite), 200, tag: "b")
        alice.does(call, .hangUp([:]))
        var challenge = try lastSent(.bye).response(407)
        challenge.headers.add(.proxyAuthenticate, #"Digest realm="r", nonce="n", qop="auth""#)
        alice.core.received(SIPWriter.bytes(challenge), from: SIPPeer(.udp, "192.0.2.77", 5060))
        let second = try lastSent(.bye)
        #expect(second.headers[.proxyAuthorization]?.contains("realm=\"r\"") == true)
        #expect(second.cseq.number == 3)
        answer(second, 200, tag: "b")
        #expect(alice.core.sessions.isEmpty)
        #expect(alice.heard(call) == ["answered 200", "ended byUs"])
    }

    @Test func `the first fork to answer has the call, the others are hung up`() throws {
        network.loses = { $0.to.host == "192.0.2.2" }
        let call = alice.call(bob)
        let invite = try lastSent(.invite)
        answer(invite, 180, tag: "one")
        answer(invite, 180, tag: "two")
        answer(invite, 200, tag: "two", host: "192.0.2.78")
        #expect(alice.heard(call) == ["progress 180", "progress 180", "answered 200"])
        _ = network.summaries()
        answer(invite, 200, tag: "one", host: "192.0.2.79")
        #expect(network.sent.map(\.summary) == ["ACK", "BYE"])
        #expect(network.sent.allSatisfy { $0.to.host == "192.0.2.79" })
        #expect(alice.heard(call).last == "answered 200")
        alice.does(call, .hangUp([:]))
        #expect(try lastSent(.bye).to.tag == "two")
    }

    @Test func `a 2xx that comes again is acknowledged again`() throws {
        network.loses = { $0.to.host == "192.0.2.2" }
        let call = alice.call(bob)
        let invite = try lastSent(.invite)
        answer(invite, 200, tag: "b")
        answer(invite, 200, tag: "b")
        answer(invite, 200, tag: "b")
        #expect(network.summaries() == ["INVITE", "ACK", "ACK", "ACK"])
        #expect(alice.heard(call) == ["answered 200"])
    }

    @Test func `an answer to a call that was given up is acknowledged and hung up`() throws {
        network.loses = { $0.to.host == "192.0.2.2" }
        let call = alice.call(bob)
        let invite = try lastSent(.invite)
        answer(invite, 180, tag: "b")
        alice.does(call, .hangUp([:]))
        network.run(.seconds(33))
        #expect(alice.heard(call) == ["progress 180", "ended byUs"])
        #expect(alice.core.sessions.isEmpty)
        _ = network.summaries()
        answer(invite, 200, tag: "b")
        #expect(network.summaries() == ["ACK", "BYE"])
    }

    @Test func `requests of a routed call go to the first route`() throws {
        network.loses = { $0.to.host == "192.0.2.2" }
        let call = alice.call(bob)
        let invite = try lastSent(.invite)
        var response = invite.response(200, tag: "b")
        response.contacts = [NameAddress(uri: SIPURI(user: "x", host: "10.0.0.1"))]
        response.headers.add(.recordRoute, "<sip:192.0.2.80:5070;lr>")
        alice.core.received(SIPWriter.bytes(response), from: SIPPeer(.udp, "192.0.2.80", 5070))
        alice.does(call, .hangUp([:]))
        #expect(network.sent.suffix(2).map(\.summary) == ["ACK", "BYE"])
        #expect(network.sent.suffix(2).allSatisfy { $0.to == SIPPeer(.udp, "192.0.2.80", 5070) })
        #expect(try lastSent(.bye).uri.host == "10.0.0.1")
    }

    @Test func `a telephone behind NAT is reached where it was registered from`() throws {
        network.loses = { $0.to.host == "203.0.113.5" }
        let call = alice.call(bob) {
            $0.destination = SIPPeer(.udp, "203.0.113.5", 40_001)
            $0.staysWithDestination = true
        }
        answer(try lastSent(.invite), 200, tag: "b", host: "10.0.0.1")
        alice.does(call, .hangUp([:]))
        #expect(network.sent.allSatisfy { $0.to == SIPPeer(.udp, "203.0.113.5", 40_001) })
        #expect(network.summaries() == ["INVITE", "ACK", "BYE"])
    }

    @Test func `a re-INVITE that crosses an unanswered one gets 500`() throws {
        let call = alice.call(bob)
        network.run()
        let answered = try #require(bob.incoming.last).number
        bob.does(answered, .answer(.sdp("answer"), [:]))
        network.run()
        alice.does(call, .offer(.sdp("one"), [:]))
        network.run()
        var second = try lastSent(.invite)
        second.via[0].parameters["branch"] = "z9hG4bKsecond"
        second.cseq.number += 1
        _ = network.summaries()
        bob.core.received(SIPWriter.bytes(second), from: alice.peer)
        #expect(network.summaries() == ["500 INVITE"])
    }

    @Test func `a re-INVITE its user never answers is refused, the call goes on`() throws {
        let call = alice.call(bob)
        network.run()
        let answered = try #require(bob.incoming.last).number
        bob.does(answered, .answer(.sdp("answer"), [:]))
        network.run()
        alice.does(call, .offer(.sdp("one"), [:]))
        network.run(.seconds(40))
        #expect(alice.heard(call).last == "offerRefused 500")
        #expect(bob.heard(answered) == ["confirmed", "offered"])
    }

    @Test func `a BYE that comes before the answer ends the call`() throws {
        _ = alice.call(bob)
        network.run()
        let (number, invite) = try #require(bob.incoming.last)
        let tag = try #require(bob.core.sessions[number]?.session.dialog?.id.localTag)
        var bye = plainRequest(.bye, number: invite.cseq.number + 1, branch: "z9hG4bKbye", toTag: tag)
        bye.callID = invite.callID
        bye.from = invite.from
        bob.core.received(SIPWriter.bytes(bye), from: alice.peer)
        #expect(bob.heard(number) == ["ended byPeer"])
        #expect(network.summaries(from: "192.0.2.2").suffix(2) == ["200 BYE", "487 INVITE"])
    }

    @Test func `commands in any order, however senseless, trap nothing`() throws {
        var generator = SeededGenerator(seed: 11)
        let inputs: [() -> SessionInput] = [
            { .ring(180, nil, [:]) }, { .ring(100, nil, [:]) }, { .ring(200, nil, [:]) }, { .answer(.sdp("a"), [:]) },
            { .answer(nil, [:]) }, { .reject(486, [:]) }, { .reject(180, [:]) }, { .hangUp([:]) },
            { .offer(.sdp("o"), [:]) }, { .offer(nil, [:]) }, { .acceptOffer(.sdp("a")) }, { .refuseOffer(488) },
            { .refuseOffer(200) }, { .acknowledge(.sdp("a")) }, { .send(.info, nil, [:], nil) },
            { .send(.notify, nil, [:], nil) }, { .timer(.duration, 0) }, { .timer(.ringing, 0) },
            { .timer(.repeatAnswer, 1) }, { .timer(.acknowledgement, 1) }, { .timer(.cancelling, 0) },
        ]
        network.loses = { _ in Int.random(in: 0..<10, using: &generator) == 0 }
        var calls: [UInt64] = []
        for _ in 0..<4_000 {
            if Int.random(in: 0..<12, using: &generator) == 0 {
                calls.append(alice.call(bob, offer: Bool.random(using: &generator) ? .sdp("o") : nil))
            }
            let input = inputs.randomElement(using: &generator) ?? { .hangUp([:]) }
            if Bool.random(using: &generator), let call = calls.suffix(4).randomElement(using: &generator) {
                alice.does(call, input())
            } else if let call = bob.incoming.suffix(4).randomElement(using: &generator) {
                bob.does(call.number, input())
            }
            if Int.random(in: 0..<4, using: &generator) == 0 { network.run(.milliseconds(20)) }
        }
        for call in calls { alice.does(call, .hangUp([:])) }
        network.loses = { _ in false }
        network.run(.seconds(400))
        for node in [alice, bob] {
            #expect(node.core.sessions.isEmpty)
            #expect(node.core.dialogs.isEmpty)
            #expect(node.core.table.count == 0)
            #expect(node.core.requesters.isEmpty)
        }
        for call in calls {
            let heard = alice.heard(call)
            #expect(heard.filter { $0.hasPrefix("ended") }.count == 1)
            #expect(heard.last?.hasPrefix("ended") == true)
        }
    }
}
