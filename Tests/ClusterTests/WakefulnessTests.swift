import Testing

@testable import Cluster

@Suite struct WakefulnessTests {
    private let start = ContinuousClock.now

    private func expect(_ wakefulness: inout Wakefulness, at time: ContinuousClock.Instant, isSure: Bool) {
        let found = wakefulness.isSure(at: time)
        #expect(found == isSure)
    }

    private func second(_ number: Double) -> ContinuousClock.Instant { start + .seconds(number) }

    private func awake(until end: Double) -> Wakefulness {
        var wakefulness = Wakefulness(limit: .seconds(1.3), at: start)
        for tick in stride(from: 0.4, through: end, by: 0.4) { wakefulness.tick(at: second(tick)) }
        return wakefulness
    }

    @Test func `who was never stopped is sure`() {
        var wakefulness = awake(until: 4)
        expect(&wakefulness, at: second(4.3), isSure: true)
    }

    @Test func `who was stopped for a moment is sure, as nobody can have taken over`() {
        var wakefulness = awake(until: 4)
        expect(&wakefulness, at: second(5.2), isSure: true)
    }

    @Test func `who was stopped for long is not, whichever comes first, the question or the tick`() {
        var asked = awake(until: 4)
        expect(&asked, at: second(10), isSure: false)
        expect(&asked, at: second(10.1), isSure: false)
        var ticked = awake(until: 4)
        ticked.tick(at: second(10))
        expect(&ticked, at: second(10.1), isSure: false)
    }

    @Test func `only a look that began after it makes him sure again`() {
        var wakefulness = awake(until: 4)
        expect(&wakefulness, at: second(10), isSure: false)
        wakefulness.asked(begunAt: second(3.9))
        expect(&wakefulness, at: second(10.1), isSure: false)
        wakefulness.tick(at: second(10.2))
        wakefulness.asked(begunAt: second(10.2))
        expect(&wakefulness, at: second(10.3), isSure: true)
    }
}
