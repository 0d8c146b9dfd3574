import Testing

@testable import SIP

/// RFC 3261 §17.2.1.
@Suite struct InviteServerTransactionTests {
    var machine = InviteServerTransaction(trying: [1], isReliable: false, timers: TransactionTimers())
    var reliable = InviteServerTransaction(trying: [1], isReliable: true, timers: TransactionTimers())

    @Test mutating func `it says 100 when its user is silent for 200 ms`() {
        #expect(machine.handle(.start) == [.set(.trying, .milliseconds(200))])
        #expect(machine.handle(.timer(.trying)) == [.send([1])])
    }

    @Test mutating func `it does not say 100 after another response`() {
        #expect(machine.handle(.respond(180, [180])) == [.send([180])])
        #expect(machine.handle(.timer(.trying)) == [])
    }

    @Test mutating func `a repeated INVITE gets the last response again`() {
        #expect(machine.handle(.retransmission) == [.send([1])])
        _ = machine.handle(.respond(180, [180]))
        #expect(machine.handle(.retransmission) == [.send([180])])
    }

    @Test mutating func `a 2xx is not repeated by the transaction, and a repeated INVITE is taken in`() {
        #expect(machine.handle(.respond(200, [200])) == [.send([200]), .set(.l, .seconds(32))])
        #expect(machine.handle(.retransmission) == [])
        #expect(machine.handle(.respond(200, [200])) == [.send([200])], "its user repeats it")
        #expect(machine.handle(.respond(500, [5])) == [])
        #expect(machine.handle(.timer(.l)) == [.terminated])
    }

    @Test mutating func `a refusal is repeated, at doubling intervals up to T2, until the ACK`() {
        #expect(
            machine.handle(.respond(486, [4])) == [.send([4]), .set(.h, .seconds(32)), .set(.g, .milliseconds(500))])
        #expect(machine.handle(.timer(.g)) == [.send([4]), .set(.g, .seconds(1))])
        #expect(machine.handle(.timer(.g)) == [.send([4]), .set(.g, .seconds(2))])
        #expect(machine.handle(.timer(.g)) == [.send([4]), .set(.g, .seconds(4))])
        #expect(machine.handle(.timer(.g)) == [.send([4]), .set(.g, .seconds(4))])
        #expect(machine.handle(.retransmission) == [.send([4])])
        #expect(machine.handle(.ack) == [.set(.i, .seconds(5))])
        #expect(machine.handle(.timer(.g)) == [])
        #expect(machine.handle(.retransmission) == [])
        #expect(machine.handle(.timer(.i)) == [.terminated])
    }

    @Test mutating func `without an ACK it ends with timer H`() {
        _ = machine.handle(.respond(486, [4]))
        #expect(machine.handle(.timer(.h)) == [.timedOut, .terminated])
    }

    @Test mutating func `over TCP a refusal is sent once and the ACK ends it`() {
        #expect(reliable.handle(.respond(486, [4])) == [.send([4]), .set(.h, .seconds(32))])
        #expect(reliable.handle(.ack) == [.terminated])
    }

    @Test mutating func `a second final response is not sent`() {
        _ = machine.handle(.respond(486, [4]))
        #expect(machine.handle(.respond(200, [2])) == [])
        #expect(machine.handle(.respond(180, [1])) == [])
    }
}

/// RFC 3261 §17.2.2.
@Suite struct NonInviteServerTransactionTests {
    var machine = NonInviteServerTransaction(isReliable: false, timers: TransactionTimers())

    @Test mutating func `a repeated request finds nothing to repeat until there is a response`() {
        #expect(machine.handle(.retransmission) == [])
        _ = machine.handle(.respond(100, [1]))
        #expect(machine.handle(.retransmission) == [.send([1])])
        _ = machine.handle(.respond(200, [2]))
        #expect(machine.handle(.retransmission) == [.send([2])])
    }

    @Test mutating func `the final response is kept for 64 T1 and there is only one`() {
        #expect(machine.handle(.respond(200, [2])) == [.send([2]), .set(.j, .seconds(32))])
        #expect(machine.handle(.respond(500, [5])) == [])
        #expect(machine.handle(.timer(.j)) == [.terminated])
    }

    @Test func `over TCP it ends with its final response`() {
        var machine = NonInviteServerTransaction(isReliable: true, timers: TransactionTimers())
        #expect(machine.handle(.respond(200, [2])) == [.send([2]), .terminated])
    }

    @Test mutating func `a request its user never answers is forgotten`() {
        #expect(machine.handle(.start) == [.set(.abandoned, .seconds(32))])
        #expect(machine.handle(.timer(.abandoned)) == [.timedOut, .terminated])
    }
}
