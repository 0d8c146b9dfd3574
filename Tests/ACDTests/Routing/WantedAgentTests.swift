import Contracts
import TestSupport
import Testing

@testable import ACD

/// A caller who wants bob for 20 s, in a queue of amy, bob and eve.
@Suite struct WantedAgentTests {
    private var call: WaitingCall { .to("sales", "own", at: 10, wants: WantedAgent(agentID: "bob", seconds: 20)) }

    private func floor(bob: AgentStatus) -> RoutingState {
        var state = RoutingState.open()
        _ = state.ready("amy")
        _ = state.says(bob, "bob", at: 2)
        return state
    }

    @Test func `who is wanted and ready gets the call, though another is idle for longer`() {
        var state = floor(bob: .ready)
        let actions = state.handle(.callEnqueued(call), at: 10)
        guard case .record(let decided) = actions.last else {
            Issue.record("no decision: \(actions)")
            return
        }
        #expect(decided.agentID == "bob")
        #expect(decided.rule == "wantedAgent")
        #expect(decided.candidates.map(\.passedOver) == [nil, "another is wanted"])
    }

    @Test func `while he is busy the caller waits for him, and others after a while`() {
        var state = floor(bob: .talking)
        #expect(state.offers(.callEnqueued(call), at: 10).isEmpty)
        #expect(state.offers(.timePassed, at: 29).isEmpty)
        #expect(state.offers(.timePassed, at: 30) == [Offer("own", "amy", 1)])
    }

    @Test func `his own caller comes before all others when he becomes ready`() {
        var state = floor(bob: .talking)
        _ = state.says(.paused, "amy", at: 3)
        _ = state.handle(.callEnqueued(.to("sales", "first", priority: 900, at: 5)), at: 5)
        _ = state.handle(.callEnqueued(call), at: 10)
        #expect(state.ready("bob", at: 15) == [Offer("own", "bob", 1)])
    }

    @Test func `one who is signed out or does not work there is not waited for`() {
        var state = floor(bob: .signedOut)
        #expect(state.offers(.callEnqueued(call), at: 10) == [Offer("own", "amy", 1)])
        var other = floor(bob: .talking)
        let stranger = WaitingCall.to("sales", "own", at: 10, wants: WantedAgent(agentID: "zoe", seconds: 20))
        _ = other.says(.talking, "zoe", at: 3)
        #expect(other.offers(.callEnqueued(stranger), at: 10) == [Offer("own", "amy", 1)])
    }

    @Test func `when he signs out his callers go to the others at once, in their order`() {
        var state = floor(bob: .talking)
        _ = state.offers(.callEnqueued(call), at: 10)
        #expect(state.says(.signedOut, "bob", at: 12) == [Offer("own", "amy", 1)])
    }

    @Test func `if he does not take it the others are asked`() {
        var state = floor(bob: .ready)
        #expect(state.offers(.callEnqueued(call), at: 10) == [Offer("own", "bob", 1)])
        #expect(state.offers(.offerEnded(Offer("own", "bob", 1), .rejected), at: 12) == [Offer("own", "amy", 2)])
    }

    @Test func `afterwards he stands where he would have stood`() {
        var state = floor(bob: .talking)
        _ = state.says(.paused, "amy", at: 3)
        _ = state.handle(.callEnqueued(.to("sales", "before", at: 9)), at: 9)
        _ = state.handle(.callEnqueued(call), at: 10)
        _ = state.handle(.callEnqueued(.to("sales", "after", at: 11)), at: 11)
        _ = state.handle(.timePassed, at: 30)
        #expect(state.position(of: "before") == 1)
        #expect(state.position(of: "own") == 2)
        #expect(state.position(of: "after") == 3)
    }

    @Test func `a new owner waits for him only as long as was left`() {
        var state = RoutingState()
        let sales = StaffedQueue(queue: Queue(id: "sales", name: "Sales"), members: ["amy", "bob"])
        _ = state.handle(.queueChanged(sales), at: 0)
        let snapshot = TenantSnapshot(
            waiting: [call], agents: [.is(.ready, "amy", revision: 1), .is(.talking, "bob", revision: 1)], askedAt: 24)
        #expect(state.offers(.snapshotTaken(snapshot), at: 25).isEmpty)
        #expect(state.offers(.timePassed, at: 30) == [Offer("own", "amy", 1)])
    }
}
