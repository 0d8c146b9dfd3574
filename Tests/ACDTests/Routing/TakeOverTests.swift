import Contracts
import TestSupport
import Testing

@testable import ACD

@Suite struct TakeOverTests {
    var state = RoutingState.open()

    @Test mutating func `agreement with cti changes nothing`() {
        _ = state.handle(.callEnqueued(.to("sales", at: 1)), at: 1)
        _ = state.says(.paused, "amy", at: 1)
        let snapshot = TenantSnapshot(
            waiting: [.to("sales", at: 1)], agents: [.is(.paused, "amy", since: 1, revision: 1)], askedAt: 5)
        #expect(state.handle(.snapshotTaken(snapshot), at: 6).isEmpty)
    }

    @Test mutating func `a call that cti has and we do not is put in line at its old place`() {
        _ = state.handle(.callEnqueued(.to("sales", "c2", at: 2)), at: 2)
        let snapshot = TenantSnapshot(
            waiting: [.to("sales", "c1", at: 1), .to("sales", "c2", at: 2)], askedAt: 5)
        #expect(
            state.handle(.snapshotTaken(snapshot), at: 6) == [.repaired(Drift(kind: .callMissing, subject: "c1"))])
        #expect(state.position(of: "c1") == 1)
    }

    @Test mutating func `a call that cti does not have is dropped`() {
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 1)), at: 1)
        let actions = state.handle(.snapshotTaken(TenantSnapshot(askedAt: 5)), at: 6)
        #expect(actions == [.repaired(Drift(kind: .callGone, subject: "c1"))])
        #expect(state.ready("amy", at: 7).isEmpty)
    }

    @Test mutating func `what came after the question is left alone`() {
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 1)), at: 1)
        _ = state.handle(.callEnqueued(.to("sales", "new", at: 5)), at: 5)
        _ = state.handle(.callGone("c1"), at: 5)
        let snapshot = TenantSnapshot(waiting: [.to("sales", "c1", at: 1)], askedAt: 4)
        #expect(state.handle(.snapshotTaken(snapshot), at: 6).isEmpty)
        #expect(state.position(of: "new") == 1)
        #expect(state.position(of: "c1") == nil)
    }

    @Test mutating func `an offer that cti has not confirmed yet is left alone`() {
        _ = state.ready("amy", at: 1)
        _ = state.handle(.callEnqueued(.to("sales", at: 1)), at: 1)
        let snapshot = TenantSnapshot(
            waiting: [.to("sales", at: 1)], agents: [.is(.ready, "amy", since: 1, revision: 1)], askedAt: 5)
        #expect(state.handle(.snapshotTaken(snapshot), at: 6).isEmpty)
        #expect(state.calls["c1"]?.offer == Offer("c1", "amy", 1))
    }

    @Test mutating func `an offer that is over without our knowing is given to the next`() {
        _ = state.ready("amy", at: 1)
        _ = state.ready("bob", at: 2)
        _ = state.handle(.callEnqueued(.to("sales", at: 1)), at: 3)
        _ = state.handle(.offerConfirmed(Offer("c1", "amy", 1)), at: 3)
        let snapshot = TenantSnapshot(
            waiting: [.to("sales", at: 1, refusedBy: ["amy"])],
            agents: [.is(.paused, "amy", since: 9, revision: 3), .is(.ready, "bob", since: 2, revision: 1)], askedAt: 10
        )
        let actions = state.handle(.snapshotTaken(snapshot), at: 11)
        #expect(actions.contains(.repaired(Drift(kind: .offerGone, subject: "c1"))))
        #expect(state.calls["c1"]?.offer == Offer("c1", "bob", 2))
    }

    @Test mutating func `a new owner finds an offer that rings and waits for its end`() {
        state = RoutingState()
        _ = state.handle(
            .queueChanged(StaffedQueue(queue: Queue(id: "sales", name: ""), members: ["amy", "bob"])), at: 0)
        let snapshot = TenantSnapshot(
            offered: [OfferedCall(call: .to("sales", at: 1), agentID: "amy", offer: 3)],
            agents: [.is(.ringing, "amy", since: 1, revision: 4), .is(.ready, "bob", since: 2, revision: 1)], askedAt: 5
        )
        #expect(state.handle(.snapshotTaken(snapshot), at: 6).isEmpty)
        #expect(state.figures(of: "sales")?.offered == 1)
        #expect(state.offers(.offerEnded(Offer("c1", "amy", 3), .noAnswer), at: 7) == [Offer("c1", "bob", 4)])
    }

    @Test mutating func `an agent whom cti does not name has signed out`() {
        _ = state.ready("amy", at: 1)
        _ = state.handle(.snapshotTaken(TenantSnapshot(askedAt: 5)), at: 6)
        #expect(state.offers(.callEnqueued(.to("sales")), at: 7).isEmpty)
    }

    @Test mutating func `a new speaker's word counts though its revisions begin anew`() {
        _ = state.offers(.agentChanged(.is(.talking, "amy", since: 1, revision: 50)), at: 1)
        var snapshot = TenantSnapshot(agents: [.is(.ready, "amy", since: 2, revision: 1)], askedAt: 5)
        snapshot.isNewSpeaker = true
        _ = state.handle(.snapshotTaken(snapshot), at: 6)
        #expect(state.offers(.callEnqueued(.to("sales")), at: 7) == [Offer("c1", "amy", 1)])
    }

    @Test mutating func `an agent whose readiness came to nothing is ready again`() {
        _ = state.ready("amy", at: 1)
        _ = state.handle(.callEnqueued(.to("sales", at: 1)), at: 1)
        _ = state.handle(.callGone("c1"), at: 2)
        #expect(state.offers(.callEnqueued(.to("sales", "c2", at: 3)), at: 3).isEmpty)
        let snapshot = TenantSnapshot(
            waiting: [.to("sales", "c2", at: 3)], agents: [.is(.ready, "amy", since: 1, revision: 1)], askedAt: 5)
        #expect(state.offers(.snapshotTaken(snapshot), at: 6) == [Offer("c2", "amy", 1)])
    }
}
