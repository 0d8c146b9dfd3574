import Contracts
import TestSupport
import Testing

@testable import ACD

/// Callers whom an agent knows, in a queue of amy, bob and eve.
@Suite struct PreferredAgentTests {
    private func open(_ rules: [PreferredAgentRule]) -> RoutingState {
        var queue = Queue(id: "sales", name: "Sales")
        queue.preferredAgents = rules
        return .open(queue)
    }

    private static let all: [PreferredAgentRule] = [
        .init(by: .unresolvedCase, seconds: 60), .init(by: .lastAgent, seconds: 30, withinHours: 1),
        .init(by: .owner, seconds: 10),
    ]

    private func known(
        cases: [AgentID] = [], talks: [AgentID] = [], at: Timestamp = 0, owner: AgentID? = nil
    ) -> CallerKnowledge {
        CallerKnowledge(
            cases: cases.map { .init(agentID: $0, at: at) }, talks: talks.map { .init(agentID: $0, at: at) },
            ownerID: owner)
    }

    @Test func `an unresolved case comes before the last agent, and he before the owner`() {
        var state = open(Self.all)
        _ = state.ready("amy", at: 1)
        _ = state.ready("bob", at: 2)
        _ = state.ready("eve", at: 3)
        let everything = known(cases: ["eve"], talks: ["bob"], owner: "amy")
        #expect(
            state.offers(.callEnqueued(.to("sales", "c1", at: 10), knowing: everything), at: 10).map(\.agentID) == [
                "eve"
            ])
        let less = known(talks: ["bob"], owner: "amy")
        #expect(
            state.offers(.callEnqueued(.to("sales", "c2", at: 11), knowing: less), at: 11).map(\.agentID) == ["bob"])
    }

    @Test func `the queue's order of the rules is the order`() {
        var state = open(Self.all.reversed())
        _ = state.ready("amy", at: 1)
        _ = state.ready("eve", at: 3)
        let everything = known(cases: ["amy"], owner: "eve")
        #expect(
            state.offers(.callEnqueued(.to("sales", "c1", at: 10), knowing: everything), at: 10).map(\.agentID) == [
                "eve"
            ])
    }

    @Test func `the last agent of long ago is not waited for`() {
        var state = open(Self.all)
        _ = state.ready("amy", at: 1)
        _ = state.says(.talking, "bob", at: 2)
        let call = WaitingCall.to("sales", "c1", at: 4000)
        #expect(state.offers(.callEnqueued(call, knowing: known(talks: ["bob"])), at: 4000).map(\.agentID) == ["amy"])
    }

    @Test func `while he is busy the caller waits for him so many seconds, and then for any`() {
        var state = open(Self.all)
        _ = state.ready("amy", at: 1)
        _ = state.says(.talking, "bob", at: 2)
        let call = WaitingCall.to("sales", "c1", at: 10)
        #expect(state.offers(.callEnqueued(call, knowing: known(talks: ["bob"])), at: 10).isEmpty)
        #expect(state.offers(.timePassed, at: 39).isEmpty)
        #expect(state.offers(.timePassed, at: 40) == [Offer("c1", "amy", 1)])
    }

    @Test func `with no seconds he is asked only if he is ready`() {
        var state = open([.init(by: .owner, seconds: 0)])
        _ = state.ready("amy", at: 1)
        _ = state.says(.talking, "bob", at: 2)
        let call = WaitingCall.to("sales", "c1", at: 10, ownerID: "bob")
        #expect(state.offers(.callEnqueued(call), at: 10) == [Offer("c1", "amy", 1)])
        _ = state.ready("bob", at: 11)
        _ = state.ready("eve", at: 5)
        #expect(
            state.offers(.callEnqueued(.to("sales", "c2", at: 12, ownerID: "bob")), at: 12) == [Offer("c2", "bob", 1)])
    }

    @Test func `an owner who is found late has the call from then on, at its place`() {
        var state = open([.init(by: .owner, seconds: 60)])
        _ = state.says(.talking, "amy", at: 1)
        _ = state.says(.talking, "bob", at: 2)
        _ = state.handle(.callEnqueued(.to("sales", "before", at: 9)), at: 9)
        _ = state.handle(.callEnqueued(.to("sales", "own", at: 10)), at: 10)
        _ = state.handle(.callEnqueued(.to("sales", "own", at: 10, ownerID: "bob")), at: 11)
        #expect(state.ready("bob", at: 12) == [Offer("own", "bob", 1)])
        #expect(state.ready("amy", at: 13) == [Offer("before", "amy", 1)])
    }

    @Test func `a new owner of the shard asks who knows the callers it finds`() {
        var queue = Queue(id: "sales", name: "Sales")
        queue.preferredAgents = Self.all
        var state = RoutingState()
        _ = state.handle(.queueChanged(StaffedQueue(queue: queue, members: ["amy", "bob"])), at: 0)
        let call = WaitingCall.to("sales", "c1", at: 10)
        let snapshot = TenantSnapshot(
            waiting: [call], agents: [.is(.talking, "amy", revision: 1), .is(.talking, "bob", revision: 1)], askedAt: 12
        )
        #expect(state.handle(.snapshotTaken(snapshot), at: 12) == [.recall(call, Self.all)])
        #expect(state.offers(.callerKnown("c1", known(cases: ["bob"])), at: 13).isEmpty)
        #expect(state.ready("amy", at: 14).isEmpty)
        #expect(state.ready("bob", at: 15) == [Offer("c1", "bob", 1)])
    }

    // MARK: - Locked seats

    private static let lock: [PreferredAgentRule] = [.init(by: .lastAgent, whenBusy: .lockSeat, seconds: 120)]

    @Test func `a locked seat's agent gets this call before all others, also those who want him`() {
        var state = open(Self.lock)
        _ = state.says(.talking, "bob", at: 1)
        _ = state.handle(
            .callEnqueued(
                .to("sales", "wants", priority: 900, at: 2, wants: WantedAgent(agentID: "bob", seconds: 600))),
            at: 2)
        _ = state.handle(.callEnqueued(.to("sales", "any", priority: 900, at: 3)), at: 3)
        _ = state.handle(.callEnqueued(.to("sales", "locked", at: 10), knowing: known(talks: ["bob"])), at: 10)
        #expect(state.ready("bob", at: 20) == [Offer("locked", "bob", 1)])
    }

    @Test func `a lock is told when it begins and when it ends, shown, and counted apart`() throws {
        var state = open(Self.lock)
        _ = state.says(.talking, "bob", at: 1)
        let begun = state.handle(.callEnqueued(.to("sales", "c1", at: 10), knowing: known(talks: ["bob"])), at: 10)
        let lock = SeatLock(
            agentID: "bob", callID: "c1", queueID: "sales", reason: "lastAgent", since: 10, until: 130)
        #expect(begun == [.seatLocked(lock)])
        let shown = try #require(RoutingView(of: state).agents.first { $0.agentID == "bob" })
        #expect(shown.lockedFor == "c1" && shown.lockedUntil == 130)
        var told = lock
        told.isTold = true
        let ended = state.handle(.agentChanged(.is(.ready, "bob", since: 40, revision: 9)), at: 40)
        #expect(ended.last == .seatUnlocked(told, .offered))
        let after = try #require(RoutingView(of: state).agents.first { $0.agentID == "bob" })
        #expect(after.lockedFor == nil && after.reservedMicroseconds == 30_000_000)
    }

    @Test func `a lock ends with its time, and the caller goes to anybody`() {
        var state = open(Self.lock)
        _ = state.ready("amy", at: 1)
        _ = state.says(.talking, "bob", at: 1)
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 10), knowing: known(talks: ["bob"])), at: 10)
        #expect(state.offers(.timePassed, at: 129).isEmpty)
        let actions = state.handle(.timePassed, at: 130)
        #expect(actions.contains { if case .seatUnlocked(_, .expired) = $0 { true } else { false } })
        #expect(state.calls["c1"]?.offer?.agentID == "amy")
        #expect(state.seatLocks.isEmpty)
    }

    @Test func `a caller who goes, or an agent who signs out, unlocks the seat`() {
        var state = open(Self.lock)
        _ = state.says(.talking, "bob", at: 1)
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 10), knowing: known(talks: ["bob"])), at: 10)
        var other = state
        #expect(
            state.handle(.callGone("c1"), at: 11).contains {
                if case .seatUnlocked(_, .callerGone) = $0 { true } else { false }
            })
        let left = other.handle(.agentChanged(.is(.signedOut, "bob", since: 12, revision: 9)), at: 12)
        #expect(left.contains { if case .seatUnlocked(_, .agentGone) = $0 { true } else { false } })
    }

    @Test func `two callers lock one seat, which is counted once`() {
        var state = open(Self.lock)
        _ = state.says(.talking, "bob", at: 1)
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 10), knowing: known(talks: ["bob"])), at: 10)
        _ = state.handle(.callEnqueued(.to("sales", "c2", at: 20), knowing: known(talks: ["bob"])), at: 20)
        _ = state.handle(.callGone("c1"), at: 40)
        _ = state.handle(.callGone("c2"), at: 50)
        #expect(state.agents["bob"]?.reservedMicroseconds == 40_000_000)
    }

    @Test func `rules that make no sense are refused`() {
        #expect(throws: Failure.self) {
            try PreferredAgentRule.checked([.init(by: .owner), .init(by: .owner)])
        }
        #expect(throws: Failure.self) { try PreferredAgentRule.checked([.init(by: .owner, seconds: -1)]) }
        #expect(throws: Failure.self) {
            try PreferredAgentRule.checked([.init(by: .owner, whenBusy: .lockSeat, seconds: 0)])
        }
        #expect(throws: Failure.self) { try PreferredAgentRule.checked([.init(by: .lastAgent, withinHours: 0)]) }
    }
}
