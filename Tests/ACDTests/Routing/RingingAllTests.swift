import Contracts
import TestSupport
import Testing

@testable import ACD

/// A queue of amy, bob, eve and zoe that lets three ring for one call.
@Suite struct RingingAllTests {
    private func floor(_ most: Int = 3, ready: [AgentID] = ["amy", "bob", "eve", "zoe"]) -> RoutingState {
        var queue = Queue(id: "sales", name: "Sales")
        queue.ringsAtOnce = most
        var state = RoutingState.open(queue, members: ["amy", "bob", "eve", "zoe"])
        for (index, agent) in ready.enumerated() { _ = state.ready(agent, at: .second(index + 1)) }
        return state
    }

    private func ringing(_ state: RoutingState) -> [AgentID] {
        RoutingView(of: state).ringing.map(\.agentID)
    }

    @Test func `as many ring as the queue lets, by its strategy, each offer with a number of its own`() {
        var state = floor()
        let made = state.offers(.callEnqueued(.to("sales", "c1", at: 10)), at: 10)
        #expect(made == [Offer("c1", "amy", 1), Offer("c1", "bob", 2), Offer("c1", "eve", 3)])
        #expect(ringing(state) == ["amy", "bob", "eve"])
        #expect(state.figures(of: "sales")?.offered == 1)
    }

    @Test func `a queue that says nothing lets one ring`() {
        var state = floor(1)
        #expect(state.offers(.callEnqueued(.to("sales", "c1", at: 10)), at: 10) == [Offer("c1", "amy", 1)])
    }

    @Test func `the next caller is for who is left`() {
        var state = floor()
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 10)), at: 10)
        #expect(state.offers(.callEnqueued(.to("sales", "c2", at: 11)), at: 11) == [Offer("c2", "zoe", 1)])
    }

    @Test(arguments: [Offer("c1", "amy", 1), Offer("c1", "bob", 2)])
    func `whoever answers, the call is gone and the others are free for the next`(won: Offer) {
        var state = floor(3, ready: ["amy", "bob", "eve"])
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 10)), at: 10)
        _ = state.says(.talking, won.agentID, on: "c1", at: 15)
        _ = state.handle(.offerEnded(won, .answered), at: 15)
        #expect(state.calls.isEmpty && state.ringing.isSubset(of: ["c1"]))
        #expect(ringing(state).isEmpty)
        let others = ["amy", "bob", "eve"].filter { $0 != won.agentID } as [AgentID]
        for agent in others { _ = state.ready(agent, at: 16) }
        let next = state.offers(.callEnqueued(.to("sales", "c2", at: 17)), at: 17)
        #expect(Set(next.map(\.agentID)) == Set(others))
    }

    @Test func `those who lost are told before who won, and the call is not lined up again`() {
        var state = floor(3, ready: ["amy", "bob", "eve"])
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 10)), at: 10)
        #expect(state.offers(.offerEnded(Offer("c1", "amy", 1), .answeredElsewhere), at: 15).isEmpty)
        #expect(state.offers(.offerEnded(Offer("c1", "eve", 3), .answeredElsewhere), at: 15).isEmpty)
        #expect(ringing(state) == ["bob"])
        _ = state.handle(.offerEnded(Offer("c1", "bob", 2), .answered), at: 15)
        #expect(state.calls.isEmpty)
    }

    @Test func `one who declines rings no more, the others do, and the next best rings instead of him`() {
        var state = floor()
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 10)), at: 10)
        #expect(state.offers(.offerEnded(Offer("c1", "amy", 1), .rejected), at: 12) == [Offer("c1", "zoe", 4)])
        #expect(ringing(state) == ["bob", "eve", "zoe"])
        #expect(state.ready("amy", at: 14).isEmpty)
    }

    @Test func `who becomes ready while too few ring rings as well`() {
        var state = floor(3, ready: ["amy"])
        #expect(state.offers(.callEnqueued(.to("sales", "c1", at: 10)), at: 10) == [Offer("c1", "amy", 1)])
        #expect(state.ready("bob", at: 11) == [Offer("c1", "bob", 2)])
        #expect(state.ready("eve", at: 12) == [Offer("c1", "eve", 3)])
        #expect(state.ready("zoe", at: 13).isEmpty)
    }

    @Test func `when nobody took it the caller is back at his place, and those who did not are asked last`() {
        var state = floor(3, ready: ["amy", "bob"])
        _ = state.handle(.callEnqueued(.to("sales", "before", at: 5)), at: 5)
        _ = state.handle(.offerEnded(Offer("before", "amy", 1), .noAnswer), at: 20)
        _ = state.handle(.offerEnded(Offer("before", "bob", 2), .noAnswer), at: 20)
        _ = state.handle(.callEnqueued(.to("sales", "after", at: 21)), at: 21)
        #expect(state.position(of: "before") == 1)
        #expect(state.calls["before"]?.refusedBy == ["amy", "bob"])
        #expect(state.ready("eve", at: 22) == [Offer("before", "eve", 3)])
    }

    @Test func `a caller who goes frees all whose telephones rang`() {
        var state = floor(3, ready: ["amy", "bob"])
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 10)), at: 10)
        _ = state.handle(.callGone("c1"), at: 12)
        #expect(state.calls.isEmpty)
        #expect(state.agents.values.allSatisfy { $0.offer == nil })
        for agent in ["amy", "bob"] as [AgentID] { _ = state.ready(agent, at: 13) }
        #expect(state.offers(.callEnqueued(.to("sales", "c2", at: 14)), at: 14).count == 2)
    }

    @Test func `one whom cti could not ring is left out, and the others ring on`() {
        var state = floor(3, ready: ["amy", "bob"])
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 10)), at: 10)
        _ = state.handle(.offerRefused(Offer("c1", "bob", 2), .agentNotReady), at: 10)
        #expect(ringing(state) == ["amy"])
        _ = state.handle(.offerRefused(Offer("c1", "amy", 1), .agentNotReady), at: 10)
        #expect(state.position(of: "c1") == 1)
    }

    @Test func `an offer of which nothing is heard expires by itself`() {
        var state = floor(3, ready: ["amy", "bob"])
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 10)), at: 10)
        _ = state.handle(.timePassed, at: 29)
        #expect(ringing(state).isEmpty)
        #expect(state.position(of: "c1") == 1)
    }

    @Test func `who waits for one agent lets nobody else ring`() {
        var state = floor()
        let call = WaitingCall.to("sales", "c1", at: 10, wants: WantedAgent(agentID: "eve", seconds: 20))
        #expect(state.offers(.callEnqueued(call), at: 10) == [Offer("c1", "eve", 1)])
        #expect(state.ready("amy", at: 11).isEmpty)
    }

    @Test func `a new owner finds all who ring`() {
        let call = WaitingCall.to("sales", "c1", at: 10)
        var other = RoutingState()
        var queue = Queue(id: "sales", name: "Sales")
        queue.ringsAtOnce = 3
        _ = other.handle(.queueChanged(StaffedQueue(queue: queue, members: ["amy", "bob", "eve"])), at: 0)
        let snapshot = TenantSnapshot(
            offered: [
                OfferedCall(call: call, agentID: "amy", offer: 1), OfferedCall(call: call, agentID: "bob", offer: 2),
            ], agents: [.is(.ringing, "amy", revision: 1), .is(.ringing, "bob", revision: 1)], askedAt: 12)
        _ = other.handle(.snapshotTaken(snapshot), at: 12)
        #expect(ringing(other) == ["amy", "bob"])
        // The same told again is no drift.
        var later = snapshot
        later.askedAt = 20
        #expect(other.handle(.snapshotTaken(later), at: 20).isEmpty)
        #expect(other.ready("eve", at: 21) == [Offer("c1", "eve", 3)])
    }
}
