import Testing

@testable import SIP

@Suite struct TimerWheelTests {
    var wheel = TimerWheel<Int>()

    @Test mutating func `a timer fires at its time, once`() {
        wheel.add(1, at: .seconds(1))
        #expect(wheel.due(at: .milliseconds(990)) == [])
        #expect(wheel.due(at: .seconds(1)) == [1])
        #expect(wheel.due(at: .seconds(2)) == [])
        #expect(wheel.count == 0)
    }

    @Test mutating func `a timer for the past fires with the next tick`() {
        #expect(wheel.due(at: .seconds(5)) == [])
        wheel.add(1, at: .seconds(1))
        #expect(wheel.due(at: .milliseconds(5_010)) == [1])
    }

    @Test mutating func `timers far apart share a bucket and keep their times`() {
        for hour in 0..<3 { wheel.add(hour, at: .seconds(3_600 * hour) + .milliseconds(20)) }
        #expect(wheel.due(at: .seconds(1)) == [0])
        #expect(wheel.due(at: .seconds(3_601)) == [1])
        #expect(wheel.due(at: .seconds(7_200)) == [])
        #expect(wheel.due(at: .seconds(7_201)) == [2])
    }

    @Test mutating func `after a long pause everything comes, oldest first`() {
        var generator = SeededGenerator(seed: 3)
        let times = (0..<1_000).map { _ in Int.random(in: 1...100_000, using: &generator) }
        for time in times { wheel.add(time, at: .milliseconds(time * 10)) }
        #expect(wheel.due(at: .seconds(1_001)) == times.sorted())
    }

    @Test mutating func `step by step comes the same`() {
        var generator = SeededGenerator(seed: 4)
        let times = (0..<1_000).map { _ in Int.random(in: 1...20_000, using: &generator) }
        for time in times { wheel.add(time, at: .milliseconds(time * 10)) }
        var fired: [Int] = []
        for tick in 1...20_000 {
            let due = wheel.due(at: .milliseconds(tick * 10))
            #expect(due.allSatisfy { $0 == tick })
            fired += due
        }
        #expect(fired == times.sorted())
    }

    @Test mutating func `until its next timer nothing is due`() {
        #expect(wheel.next == nil)
        wheel.add(1, at: .seconds(3))
        #expect(wheel.next == .seconds(3))
        wheel.add(2, at: .seconds(1))
        #expect(wheel.next == .seconds(1))
        #expect(wheel.due(at: .seconds(1)) == [2])
        #expect(wheel.next == .seconds(3))
        #expect(wheel.due(at: .seconds(3)) == [1])
        #expect(wheel.next == nil)
    }

    @Test mutating func `a timer hours away is waited for in rounds, and fires at its time`() {
        wheel.add(1, at: .seconds(3_600))
        wheel.add(2, at: .milliseconds(10))
        var fired: [(Int, Duration)] = []
        var looks = 0
        while let next = wheel.next {
            looks += 1
            for timer in wheel.due(at: next) { fired.append((timer, next)) }
        }
        #expect(fired.map(\.0) == [2, 1])
        #expect(fired.map(\.1) == [.milliseconds(10), .seconds(3_600)])
        #expect(looks < 100)
    }
}
