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

    @Test func `however much comes, turns follow one another at the stride`() {
        var (pace, now, turns) = (TurnPace(start), start, 0)
        while now < start + .milliseconds(200) {
            let wait = pace.arrived(at: now) ?? .zero
            #expect(wait <= TurnPace.stride)
            // A turn's work, and the next has come already.
            now += wait + .microseconds(30)
            turns += 1
        }
        #expect((196...204).contains(turns))
    }

    @Test func `a turn that took long is not made up for`() {
        var pace = TurnPace(start)
        _ = pace.arrived(at: start)
        #expect(pace.arrived(at: start + .seconds(5)) == nil)
        #expect(pace.arrived(at: start + .seconds(5) + .microseconds(1)) == .microseconds(999))
    }
}
