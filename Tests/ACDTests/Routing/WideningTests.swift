import Contracts
import TestSupport
import Testing

@testable import ACD

@Suite struct WideningTests {
    /// Asks for english at level 3; after 20 s level 1 will do, and gold is not asked for; after 40 s nothing is.
    private func floor() -> RoutingState {
        var queue = Queue(id: "sales", name: "Sales")
        queue.requiredSkills = ["english:3"]
        queue.widening = [
            WideningStep(afterSeconds: 20, skills: ["english:1", "gold:0"]),
            WideningStep(afterSeconds: 40, skills: ["english:0"]),
        ]
        return RoutingState.open(queue)
    }

    private func can(_ skills: Set<String>, _ id: AgentID, in state: inout RoutingState) {
        _ = state.handle(.skillsChanged(id, skills), at: 0)
    }

    @Test func `who has a skill at a level can all that asks for less`() {
        var state = floor()
        can(["english:2"], "amy", in: &state)
        can(["english:5"], "bob", in: &state)
        _ = state.ready("amy")
        _ = state.ready("bob", at: 2)
        #expect(state.offers(.callEnqueued(.to("sales", at: 3)), at: 3) == [Offer("c1", "bob", 1)])
    }

    @Test func `a skill without a level is level one, and is asked for at any level`() {
        #expect(Skill.expanded(["english"]) == ["english", "english:1"])
        #expect(Skill.expanded(["english:2"]) == ["english", "english:1", "english:2"])
        #expect(Skill("lang:en").level == nil)
    }

    @Test func `after the first step less will do`() {
        var state = floor()
        can(["english:1"], "amy", in: &state)
        _ = state.ready("amy")
        #expect(state.offers(.callEnqueued(.to("sales", at: 10, skills: ["gold"])), at: 10).isEmpty)
        #expect(state.offers(.timePassed, at: 29).isEmpty)
        #expect(state.offers(.timePassed, at: 30) == [Offer("c1", "amy", 1)])
    }

    @Test func `after the last step anybody will do`() {
        var state = floor()
        _ = state.ready("amy")
        #expect(state.offers(.callEnqueued(.to("sales", at: 10)), at: 10).isEmpty)
        #expect(state.offers(.timePassed, at: 49).isEmpty)
        let actions = state.handle(.timePassed, at: 50)
        guard case .record(let decided) = actions.last else {
            Issue.record("no decision: \(actions)")
            return
        }
        #expect(decided.agentID == "amy")
        #expect(decided.widened == 2)
    }

    @Test func `a widened call keeps its place before those who came later`() {
        var state = floor()
        can(["english:1"], "amy", in: &state)
        _ = state.handle(.callEnqueued(.to("sales", "old", at: 10)), at: 10)
        _ = state.handle(.callEnqueued(.to("sales", "young", at: 11)), at: 11)
        _ = state.handle(.timePassed, at: 35)
        #expect(state.position(of: "old") == 1)
        #expect(state.position(of: "young") == 2)
        #expect(state.ready("amy", at: 36) == [Offer("old", "amy", 1)])
    }

    @Test func `a new owner widens by the time the caller has waited, not by when it took over`() {
        var state = floor()
        can(["english:1"], "amy", in: &state)
        _ = state.ready("amy", at: 90)
        let snapshot = TenantSnapshot(
            waiting: [.to("sales", at: 60)], agents: [.is(.ready, "amy", since: 90, revision: 1)], askedAt: 95)
        let offers = state.offers(.snapshotTaken(snapshot), at: 96)
        #expect(offers == [Offer("c1", "amy", 1)])
    }

    @Test func `an agent who is able after the next step only is asked then, not the one who did not take the call`() {
        var state = floor()
        can(["english:3"], "amy", in: &state)
        can(["english:1"], "bob", in: &state)
        _ = state.ready("amy")
        _ = state.ready("bob")
        #expect(state.offers(.callEnqueued(.to("sales", at: 10)), at: 10) == [Offer("c1", "amy", 1)])
        _ = state.handle(.offerConfirmed(Offer("c1", "amy", 1)), at: 10)
        _ = state.handle(.offerEnded(Offer("c1", "amy", 1), .noAnswer), at: 25)
        #expect(state.offers(.timePassed, at: 30).map(\.agentID) == ["bob"])
    }

    @Test func `steps taken away by a supervisor are asked for again`() {
        var state = floor()
        _ = state.handle(.callEnqueued(.to("sales", at: 10)), at: 10)
        _ = state.handle(.timePassed, at: 60)
        var queue = Queue(id: "sales", name: "Sales")
        queue.requiredSkills = ["english:3"]
        _ = state.handle(.queueChanged(StaffedQueue(queue: queue, members: ["amy"])), at: 61)
        #expect(state.ready("amy", at: 62).isEmpty)
        #expect(state.calls["c1"]?.widened == 0)
    }
}
