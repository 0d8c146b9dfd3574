import Testing

@testable import Bus

@Suite struct TurnPaceTests {
    private let start = ContinuousClock.now

    @Test func `who comes alone is served at once, and who comes right behind waits for others`() {
        var pace = TurnPace(start)
        #expect(pace.arrived(at: start + .milliseconds(10)) == nil)
        #expect(pace.arrived(at: start + .milliseconds(10) + .microseconds(100)) == .microseconds(900))
        #expect(pace.arrived(at: start + .milliseconds(20)) == nil)
    }

    /// Turns within a fifth of a second from `now` on, each with as many messages as have come since the one before.
    private func turns(
        messagesPerMillisecond: Double, _ pace: inout TurnPace, from now: inout ContinuousClock.Instant
    ) -> Int {
        let end = now + .milliseconds(200)
        var last = now
        var turns = 0
        while now < end {
            let wait = pace.arrived(at: now) ?? .zero
            #expect(wait <= TurnPace.longest)
            // A turn's work, and the next has come already.
            now += wait + .microseconds(30)
            pace.done(Int(messagesPerMillisecond * ((now - last) / .milliseconds(1))), at: now)
            last = now
            turns += 1
        }
        return turns
    }

    @Test func `turns follow one another at the stride`() {
        var (pace, now) = (TurnPace(start), start)
        #expect((196...204).contains(turns(messagesPerMillisecond: 1.5, &pace, from: &now)))
        #expect(pace.stride == TurnPace.shortest)
    }

    @Test func `where much comes the strides are longer, up to a bound, and short again when less comes`() {
        var (pace, now) = (TurnPace(start), start)
        for _ in 0..<4 { _ = turns(messagesPerMillisecond: 4, &pace, from: &now) }
        #expect(turns(messagesPerMillisecond: 4, &pace, from: &now) < 60)
        #expect(pace.stride > .microseconds(3_300) && pace.stride < .microseconds(4_100))
        // A burst alone is not much.
        var burst = pace
        burst.done(40, at: now + .milliseconds(4))
        #expect(burst.stride < .milliseconds(5))
        _ = turns(messagesPerMillisecond: 1_000, &pace, from: &now)
        #expect(pace.stride == TurnPace.longest)
        for _ in 0..<5 { _ = turns(messagesPerMillisecond: 1, &pace, from: &now) }
        #expect(pace.stride == TurnPace.shortest)
    }

    @Test func `a turn that took long is not made up for`() {
        var pace = TurnPace(start)
        _ = pace.arrived(at: start)
        #expect(pace.arrived(at: start + .seconds(5)) == nil)
        #expect(pace.arrived(at: start + .seconds(5) + .microseconds(1)) == .microseconds(999))
    }
}
