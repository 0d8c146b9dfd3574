import Testing

@testable import SIP

/// RFC 3261 §17.1.1.
@Suite struct InviteClientTransactionTests {
    let request = plainRequest(.invite)
    var machine: InviteClientTransaction
    var reliable: InviteClientTransaction
    let bytes: [UInt8]

    init() {
        machine = InviteClientTransaction(request: request, isReliable: false, timers: TransactionTimers())
        reliable = InviteClientTransaction(request: request, isReliable: true, timers: TransactionTimers())
        bytes = SIPWriter.bytes(request)
    }

    func response(_ status: SIPStatus) -> SIPResponse { request.response(status, tag: "b") }

    @Test mutating func `it sends at once and sets A to T1 and B to 64 T1`() {
        #expect(machine.handle(.start) == [.send(bytes), .set(.a, .milliseconds(500)), .set(.b, .seconds(32))])
    }

    @Test mutating func `over TCP there is no timer A`() {
        #expect(reliable.handle(.start) == [.send(bytes), .set(.b, .seconds(32))])
    }

    @Test mutating func `the interval doubles with every retransmission`() {
        _ = machine.handle(.start)
        #expect(machine.handle(.timer(.a)) == [.send(bytes), .set(.a, .seconds(1))])
        #expect(machine.handle(.timer(.a)) == [.send(bytes), .set(.a, .seconds(2))])
        #expect(machine.handle(.timer(.a)) == [.send(bytes), .set(.a, .seconds(4))])
        #expect(machine.handle(.timer(.a)) == [.send(bytes), .set(.a, .seconds(8))])
    }

    @Test mutating func `timer B ends it without an answer`() {
        _ = machine.handle(.start)
        #expect(machine.handle(.timer(.b)) == [.timedOut, .terminated])
    }

    @Test mutating func `a provisional response stops retransmission and time-out`() {
        _ = machine.handle(.start)
        #expect(machine.handle(.response(response(180))) == [.deliver(response(180))])
        #expect(machine.handle(.timer(.a)) == [])
        #expect(machine.handle(.timer(.b)) == [])
        #expect(machine.handle(.response(response(183))) == [.deliver(response(183))])
    }

    @Test mutating func `once cancelled it waits for its answer for a while and no longer`() {
        _ = machine.handle(.start)
        _ = machine.handle(.response(response(180)))
        #expect(machine.handle(.cancelled) == [.set(.cancelled, .seconds(128))])
        #expect(machine.handle(.timer(.cancelled)) == [.timedOut, .terminated])
    }

    @Test mutating func `a 2xx is delivered and not acknowledged by the transaction`() {
        _ = machine.handle(.start)
        #expect(machine.handle(.response(response(200))) == [.deliver(response(200)), .set(.m, .seconds(32))])
        #expect(machine.state == .accepted)
    }

    @Test mutating func `further 2xx are delivered until timer M`() {
        _ = machine.handle(.response(response(200)))
        #expect(machine.handle(.response(response(200))) == [.deliver(response(200))])
        #expect(machine.handle(.response(response(486))) == [])
        #expect(machine.handle(.timer(.m)) == [.terminated])
    }

    @Test mutating func `a refusal is acknowledged and delivered once, and acknowledged again each time it comes`()
        throws
    {
        _ = machine.handle(.start)
        let actions = machine.handle(.response(response(486)))
        let ack = SIPWriter.bytes(InviteClientTransaction.ack(for: request, response(486)))
        #expect(actions == [.send(ack), .deliver(response(486)), .set(.d, .seconds(32))])
        #expect(machine.handle(.response(response(486))) == [.send(ack)])
        #expect(machine.handle(.timer(.d)) == [.terminated])
    }

    @Test mutating func `over TCP a refusal ends it at once`() {
        let actions = reliable.handle(.response(response(500)))
        #expect(actions.last == .terminated)
    }

    @Test func `the ACK of a refusal has the branch and number of the INVITE and the To of the response`() {
        var routed = request
        routed.headers.add(.route, "<sip:proxy;lr>")
        let ack = InviteClientTransaction.ack(for: routed, response(404))
        #expect(ack.via == [routed.via[0]])
        #expect(ack.cseq == CSeq(1, .ack))
        #expect(ack.to.tag == "b")
        #expect(ack.uri == routed.uri)
        #expect(ack.callID == routed.callID)
        #expect(ack.headers.values(.route) == ["<sip:proxy;lr>"])
    }

    @Test mutating func `a broken transport ends it`() {
        _ = machine.handle(.start)
        #expect(machine.handle(.transportFailed) == [.unreachable, .terminated])
    }
}
