import Contracts
import Synchronization
import TestSupport
import Testing

@testable import CTI

@Suite struct TimersTests {
    @Test func `timers ring in the order they are due, and not before`() {
        let time = Mutex(second(0))
        let rung = Mutex<[Int]>([])
        let timers = Timers { time.withLock { $0 } }
        var random = Seeded(state: 7)
        for number in (1...200).shuffled(using: &random) {
            timers.start(at: second(Double(number))) { rung.withLock { $0.append(number) } }
        }
        timers.ring()
        #expect(rung.withLock { $0 } == [])
        time.withLock { $0 = second(100) }
        timers.ring()
        #expect(rung.withLock { $0 } == Array(1...100))
        time.withLock { $0 = second(1000) }
        timers.ring()
        #expect(rung.withLock { $0 } == Array(1...200))
        #expect(timers.count == 0)
    }

    @Test func `of two due at once the first started rings first`() {
        let rung = Mutex<[Int]>([])
        let timers = Timers { second(9) }
        for number in 0..<20 { timers.start(at: second(5)) { rung.withLock { $0.append(number) } } }
        timers.ring()
        #expect(rung.withLock { $0 } == Array(0..<20))
    }

    @Test func `whoever came and went while nobody was in control is remembered, unless his end was told`() {
        let gaps = GapMemory()
        #expect(gaps.ended(in: .of("t")).isEmpty)
        for leg: LegID in ["c1", "c2", "c3"] {
            let arrival = LegArrived(legID: leg, from: "1", to: "400", trunkID: nil)
            gaps.heard(.arrived(arrival), tenant: "t", on: media, at: second(1))
        }
        gaps.heard(.ended("c1", .remote), tenant: "t", on: media, at: second(2))
        gaps.heard(.ended("c2", .remote), tenant: "t", on: media, at: second(3))
        gaps.heardEnd(of: "c1", tenant: "t")
        #expect(gaps.missed(in: .of("t")).map(\.arrival.legID) == ["c2"])
        #expect(gaps.ended(in: .of("t")) == ["c1"])
        gaps.heard(.ended("c3", .remote), tenant: "t", on: media, at: second(60))
        #expect(gaps.missed(in: .of("t")).map(\.arrival.legID) == ["c3"])
    }
}
