import Testing

@testable import SIP

/// RFC 3261 §17.1.2.
@Suite struct NonInviteClientTransactionTests {
    let request = plainRequest(.options)
    var machine: NonInviteClientTransaction
    let bytes: [UInt8]

    init() {
        machine = NonInviteClientTransaction(request: request, isReliable: false, timers: TransactionTimers())
        bytes = SIPWriter.bytes(request)
    }

    func response(_ status: SIPStatus) -> SIPResponse { request.response(status, tag: "b") }

    @Test mutating func `it sends at once and sets E to T1 and F to 64 T1`() {
        #expect(machine.handle(.start) == [.send(bytes), .set(.e, .milliseconds(500)), .set(.f, .seconds(32))])
    }

    @Test mutating func `the interval doubles up to T2`() {
        var intervals: [Duration] = []
        for _ in 0..<5 {
            guard case .set(.e, let interval) = machine.handle(.timer(.e)).last else { return }
            intervals.append(interval)
        }
        #expect(intervals == [.seconds(1), .seconds(2), .seconds(4), .seconds(4), .seconds(4)])
    }

    @Test mutating func `once there is a provisional response it repeats every T2`() {
        #expect(machine.handle(.response(response(100))) == [.deliver(response(100))])
        #expect(machine.handle(.timer(.e)) == [.send(bytes), .set(.e, .seconds(4))])
    }

    @Test mutating func `a final response is delivered once and repeats of it are taken in until K`() {
        #expect(machine.handle(.response(response(200))) == [.deliver(response(200)), .set(.k, .seconds(5))])
        #expect(machine.handle(.response(response(200))) == [])
        #expect(machine.handle(.timer(.e)) == [])
        #expect(machine.handle(.timer(.f)) == [])
        #expect(machine.handle(.timer(.k)) == [.terminated])
    }

    @Test(arguments: [false, true])
    func `timer F ends it, whether or not there was a provisional response`(provisional: Bool) {
        var machine = machine
        if provisional { _ = machine.handle(.response(response(100))) }
        #expect(machine.handle(.timer(.f)) == [.timedOut, .terminated])
    }

    @Test func `over TCP it is not repeated and ends with its response`() {
        var machine = NonInviteClientTransaction(request: request, isReliable: true, timers: TransactionTimers())
        #expect(machine.handle(.start) == [.send(bytes), .set(.f, .seconds(32))])
        #expect(machine.handle(.response(response(200))) == [.deliver(response(200)), .terminated])
    }

    @Test mutating func `a broken transport ends it`() {
        #expect(machine.handle(.transportFailed) == [.unreachable, .terminated])
        #expect(machine.handle(.timer(.f)) == [])
    }
}
