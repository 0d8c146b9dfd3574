import Contracts
import TestSupport
import Testing

@testable import MediaServer

@Suite struct ClaimTimerTests {
    var timer = ClaimTimer<Int>()

    @Test mutating func `one timer does for all who wait`() {
        #expect(timer.wait(for: "a", until: 10) == 10)
        #expect(timer.wait(for: "b", until: 12) == nil)
        #expect(timer.wait(for: "c", until: 15) == nil)
    }

    @Test mutating func `whose time is over is told, oldest first, and the timer goes on with the next`() {
        for (leg, until) in [("a", 10), ("b", 12), ("c", 15)] {
            _ = timer.wait(for: .init(rawValue: leg), until: until)
        }
        let first = timer.fired(at: 12)
        #expect(first.over == ["a", "b"])
        #expect(first.next == 15)
        let last = timer.fired(at: 15)
        #expect(last.over == ["c"])
        #expect(last.next == nil)
    }

    @Test mutating func `a timer that fires too early gives nobody up`() {
        _ = timer.wait(for: "a", until: 10)
        #expect(timer.fired(at: 9).over == [])
        #expect(timer.fired(at: 10).over == ["a"])
    }

    @Test mutating func `who comes when nobody waits any more sets the timer anew`() {
        _ = timer.wait(for: "a", until: 10)
        _ = timer.fired(at: 10)
        #expect(timer.wait(for: "b", until: 20) == 20)
    }
}
