import Foundation
import Testing

@testable import SIP

/// RFC 3262: ringing that must not be missed; and what UPDATE may do before the answer (RFC 3311).
@Suite struct PrackTests: UsesTwoEnds {
    let ends = TwoEnds()

    /// A call that rings with sound, reliably.
    private func ringing() throws -> (UInt64, UInt64) {
        let call = alice.call(bob)
        network.run()
        let incoming = try #require(bob.incoming.last).number
        bob.does(incoming, .ring(183, .sdp("early"), [:]))
        network.run()
        return (call, incoming)
    }

    private func fields(_ summary: String) throws -> SIPFields {
        switch try SIPParser.parse(try last(summary).bytes) {
        case .request(let request): request.fields
        case .response(let response): response.fields
        }
    }

    @Test func `early sound is told reliably to a caller that knows how, and the caller acknowledges it`() throws {
        let (call, _) = try ringing()
        #expect(try fields("183 INVITE").headers[.require] == "100rel")
        let sequence = try #require(try fields("183 INVITE").headers[.rSeq])
        #expect(try fields("PRACK").headers[.rAck] == "\(sequence) 1 INVITE")
        #expect(network.summaries() == ["INVITE", "183 INVITE", "PRACK", "200 PRACK"])
        #expect(alice.heard(call) == ["progress 183"])
        network.run(.seconds(5))
        #expect(network.summaries().isEmpty)
    }

    @Test func `ringing without sound is told as ever, unless the caller insists`() throws {
        _ = alice.call(bob)
        network.run()
        bob.does(try #require(bob.incoming.last).number, .ring(180, nil, [:]))
        network.run()
        #expect(try fields("180 INVITE").headers[.rSeq] == nil)
        _ = network.summaries()
        _ = alice.call(bob) { $0.headers = ["Require": "100rel"] }
        network.run()
        bob.does(try #require(bob.incoming.last).number, .ring(180, nil, [:]))
        network.run()
        #expect(try fields("180 INVITE").headers[.rSeq] != nil)
        #expect(network.summaries().suffix(2) == ["PRACK", "200 PRACK"])
    }

    @Test func `a lost one is repeated, and told once`() throws {
        var lost = 0
        network.loses = { packet in
            guard packet.summary == "183 INVITE", lost < 2 else { return false }
            lost += 1
            return true
        }
        let (call, _) = try ringing()
        network.run(.seconds(4))
        #expect(network.summaries().filter { $0 == "183 INVITE" }.count == 3)
        #expect(alice.heard(call) == ["progress 183"])
    }

    @Test func `when its PRACK is lost too, the repeated one is not told again`() throws {
        var lost = 0
        network.loses = { packet in
            guard packet.summary == "PRACK", lost < 1 else { return false }
            lost += 1
            return true
        }
        let (call, _) = try ringing()
        network.run(.seconds(4))
        #expect(alice.heard(call) == ["progress 183"])
        #expect(try fields("200 PRACK").cseq.method == .prack)
    }

    @Test func `the next one waits for the PRACK of the first, and so does the answer`() throws {
        network.loses = { $0.summary == "PRACK" }
        let (call, incoming) = try ringing()
        bob.does(incoming, .ring(183, .sdp("more"), [:]))
        bob.does(incoming, .answer(.sdp("early"), [:]))
        network.run()
        #expect(alice.heard(call) == ["progress 183"])
        network.loses = { _ in false }
        network.run(.seconds(2))
        #expect(alice.heard(call) == ["progress 183", "answered 200"])
        #expect(try fields("200 INVITE").body.isEmpty)
        #expect(bob.heard(incoming) == ["confirmed"])
    }

    @Test func `what one says after the other arrives in order`() throws {
        let (call, incoming) = try ringing()
        bob.does(incoming, .ring(180, .sdp("ignored"), [:]))
        bob.does(incoming, .ring(183, .sdp("ignored"), [:]))
        network.run(.seconds(1))
        #expect(alice.heard(call) == ["progress 183", "progress 180", "progress 183"])
        #expect(try fields("183 INVITE").body.isEmpty)
        let numbers = network.sent.filter { $0.summary == "PRACK" }.count
        #expect(numbers == 3)
    }

    @Test func `without any PRACK the call is refused`() throws {
        network.loses = { $0.summary == "PRACK" }
        let (call, incoming) = try ringing()
        network.run(.seconds(40))
        #expect(alice.heard(call).last == "ended refused 504")
        #expect(bob.heard(incoming) == ["ended timedOut acknowledgement"])
    }

    @Test func `a PRACK for nothing gets 481`() throws {
        let (_, incoming) = try ringing()
        let prack = try last("PRACK")
        let text = prack.text.replacingOccurrences(of: "branch=", with: "branch=z9hG4bKother")
            .replacingOccurrences(of: "CSeq: 2 PRACK", with: "CSeq: 3 PRACK")
        bob.core.received(Array(text.utf8), from: alice.peer)
        #expect(try last("481 PRACK").to == alice.peer)
        #expect(bob.heard(incoming).isEmpty)
    }

    @Test func `a caller may give up in between`() throws {
        network.loses = { $0.summary == "PRACK" }
        let (call, incoming) = try ringing()
        alice.does(call, .hangUp([:]))
        network.run(.seconds(1))
        #expect(bob.heard(incoming) == ["ended cancelled"])
        #expect(alice.heard(call).last == "ended byUs")
        network.run(.seconds(40))
        #expect(bob.heard(incoming) == ["ended cancelled"])
    }

    @Test(arguments: [true, false])
    func `once the sound is agreed on, each may change it by UPDATE before the answer`(fromCaller: Bool) throws {
        let (call, incoming) = try ringing()
        let (one, other) = fromCaller ? (alice, bob) : (bob, alice)
        let (mine, theirs) = fromCaller ? (call, incoming) : (incoming, call)
        one.does(mine, .send(.update, .sdp("moved"), [:], nil))
        network.run()
        #expect(other.heard(theirs).last == "offered")
        other.does(theirs, .acceptOffer(.sdp("agreed")))
        network.run()
        #expect(try fields("200 UPDATE").body == Array("agreed".utf8))
        bob.does(incoming, .answer(.sdp("early"), [:]))
        network.run()
        #expect(alice.heard(call).last == "answered 200")
        #expect(bob.heard(incoming).last == "confirmed")
    }

    @Test func `an UPDATE with an offer before the first is answered is put off`() throws {
        let call = alice.call(bob)
        network.run()
        let incoming = try #require(bob.incoming.last).number
        bob.does(incoming, .ring(180, nil, [:]))
        network.run()
        alice.does(call, .send(.update, .sdp("moved"), [:], nil))
        network.run()
        #expect(try fields("500 UPDATE").headers[.retryAfter] != nil)
        #expect(bob.heard(incoming).isEmpty)
    }
}
