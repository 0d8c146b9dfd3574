import Contracts
import TestSupport
import Testing

@testable import ACD

@Suite struct WaitEstimateTests {
    /// One agent who takes one call after another, each for so many seconds, with callers always waiting.
    private func busyFloor(secondsPerCall: Int, calls: Int) -> (state: RoutingState, now: Int) {
        var queue = Queue(id: "sales", name: "Sales")
        queue.announceEstimate = true
        queue.announcePositionAfter = 1000
        queue.announcePositionEvery = 1000
        var state = RoutingState.open(queue, members: ["amy"])
        var now = 10
        for number in 0..<5 {
            _ = state.handle(
                .callEnqueued(.to("sales", CallID(rawValue: "w\(number)"), at: .second(now))), at: .second(now))
        }
        for number in 5..<(5 + calls) {
            guard let offer = state.ready("amy", at: .second(now)).first else { break }
            _ = state.says(.talking, "amy", on: offer.callID, at: .second(now))
            _ = state.handle(.offerEnded(offer, .answered), at: .second(now))
            _ = state.handle(
                .callEnqueued(.to("sales", CallID(rawValue: "w\(number)"), at: .second(now))), at: .second(now))
            now += secondsPerCall
        }
        return (state, now)
    }

    @Test func `with nothing learnt a call is three minutes shared by those who are there`() {
        let fresh = WaitEstimate()
        #expect(fresh.microseconds(at: 2, agents: 3) == 120_000_000)
        #expect(fresh.microseconds(at: 1, agents: 0) == nil)
    }

    @Test func `the estimate is the place times what passes from one answer to the next`() {
        let (state, _) = busyFloor(secondsPerCall: 40, calls: 30)
        #expect(state.figures(of: "sales")?.waiting == 5)
        #expect(state.figures(of: "sales")?.estimatedWaitMicroseconds == 240_000_000)
    }

    @Test func `the error is how far off the estimates were, and shrinks when calls come as expected`() {
        let early = busyFloor(secondsPerCall: 40, calls: 8).state.figures(of: "sales")?.estimateErrorMicroseconds ?? 0
        let late =
            busyFloor(secondsPerCall: 40, calls: 60).state.figures(of: "sales")?.estimateErrorMicroseconds ?? .max
        #expect(early > 100_000_000)
        #expect(late < 10_000_000)
    }

    @Test func `time in which nobody waited teaches nothing`() {
        var estimate = WaitEstimate()
        estimate.answered(waited: 0, estimated: nil, behind: 1, at: 10)
        estimate.lineIsEmpty()
        estimate.answered(waited: 0, estimated: nil, behind: 1, at: 5000)
        #expect(estimate.interval == nil)
        estimate.answered(waited: 0, estimated: nil, behind: 0, at: 5060)
        #expect(estimate.interval == 60_000_000)
    }

    @Test func `times that make no sense neither trap nor last`() {
        var estimate = WaitEstimate()
        let odd = [Timestamp(microseconds: .min), Timestamp(microseconds: .max), 0]
        for time in odd + odd { estimate.answered(waited: .min, estimated: .max, behind: 1, at: time) }
        #expect(estimate.microseconds(at: .max, agents: 1) ?? 0 <= WaitEstimate.longest)
    }

    @Test func `who is ready takes one at once`() {
        var state = RoutingState.open()
        _ = state.ready("amy")
        #expect(state.figures(of: "sales")?.estimatedWaitMicroseconds == 0)
        _ = state.says(.talking, "amy", at: 2)
        #expect(state.figures(of: "sales")?.estimatedWaitMicroseconds == 180_000_000)
        _ = state.says(.signedOut, "amy", at: 3)
        #expect(state.figures(of: "sales")?.estimatedWaitMicroseconds == nil)
    }

    @Test func `the estimate is told with the place if the queue says so`() {
        var (state, now) = busyFloor(secondsPerCall: 40, calls: 30)
        let actions = state.handle(.timePassed, at: .second(now + 1000))
        let told = actions.compactMap { action -> Int? in
            if case .announce(_, position: 1, estimatedSeconds: let seconds) = action { seconds } else { nil }
        }
        #expect(told == [40])
    }
}
