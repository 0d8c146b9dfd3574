import Contracts
import TestSupport
import Testing

@testable import ACD

extension Callback {
    static func to(
        _ number: String, _ id: String = "b1", in queue: QueueID = "sales", at: Timestamp = 10, priority: Int = 0,
        refusedBy: [AgentID] = [], notBefore: Timestamp? = nil
    ) -> Callback {
        Callback(
            id: id, queueID: queue, number: number, source: .offered, state: .waiting, isAutomatic: true,
            enqueuedAt: at, priority: priority, skills: [], attributes: [:], from: "", askedIn: nil, callID: nil,
            agentID: nil, attempts: 0, refusedBy: refusedBy, notBefore: notBefore, expiresAt: 1_000_000, outcome: nil,
            note: nil, changedAt: at)
    }
}

/// People who are to be called back stand in line with those who wait.
@Suite struct CallbackRoutingTests {
    private func waiting(_ callback: Callback) -> WaitingCallback { WaitingCallback(callback, of: "t") }

    private func dialled(_ actions: [RoutingState.Action]) -> [Offer] {
        actions.compactMap { if case .dialBack(let offer, _, _) = $0 { offer } else { nil } }
    }

    /// Amy talks, 13900000001 is to be called back since second 10, and a caller waits since `caller`.
    private func line(caller: Timestamp = 20) -> RoutingState {
        var state = RoutingState.open()
        _ = state.says(.talking, "amy", at: 1)
        _ = state.handle(.callbacksChanged([waiting(.to("13900000001"))]), at: 12)
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: caller)), at: caller)
        return state
    }

    @Test func `he keeps his place: whoever came later is called after him`() {
        var state = line()
        #expect(state.position(of: "c1") == 2)
        let actions = state.handle(.agentChanged(.is(.ready, "amy", since: 30, revision: 9)), at: 30)
        #expect(dialled(actions) == [Offer("callback-b1", "amy", 1)])
        #expect(
            actions.contains { if case .record(let decided) = $0 { decided.callID == "callback-b1" } else { false } })
    }

    @Test func `who came earlier comes first`() {
        var state = line(caller: 5)
        #expect(state.ready("amy", at: 30) == [Offer("c1", "amy", 1)])
    }

    @Test func `when cti rings the agent the callback leaves the line, and the agent gets nothing until he reports`() {
        var state = line()
        _ = state.ready("amy", at: 30)
        #expect(state.handle(.offerConfirmed(Offer("callback-b1", "amy", 1)), at: 31).isEmpty)
        #expect(state.position(of: "c1") == 1)
        #expect(state.calls["callback-b1"] == nil)
        #expect(state.ready("amy", at: 90) == [Offer("c1", "amy", 1)])
    }

    @Test func `an agent who is not ready after all leaves it where it was`() {
        var state = line()
        _ = state.ready("amy", at: 30)
        _ = state.handle(.offerRefused(Offer("callback-b1", "amy", 1), .agentNotReady), at: 31)
        #expect(state.position(of: "c1") == 2)
        let bob = state.handle(.agentChanged(.is(.ready, "bob", since: 32, revision: 9)), at: 32)
        #expect(dialled(bob) == [Offer("callback-b1", "bob", 2)])
    }

    @Test func `one that somebody else took is left, and the agent gets the next call at once`() {
        var state = line()
        _ = state.ready("amy", at: 30)
        #expect(
            state.offers(.offerRefused(Offer("callback-b1", "amy", 1), .callNotWaiting), at: 31) == [
                Offer("c1", "amy", 1)
            ])
    }

    @Test func `while the same number waits by itself it is not called back, and not at all once it talks`() {
        var state = line()
        let own = WaitingCall.to("sales", "own", priority: 50, at: 25, attributes: ["caller": "+8613900000001"])
        _ = state.handle(.callEnqueued(own), at: 25)
        #expect(state.calls["callback-b1"] == nil)
        #expect(state.ready("amy", at: 30) == [Offer("own", "amy", 1)])
        let answered = state.handle(.offerEnded(Offer("own", "amy", 1), .answered), at: 32)
        #expect(answered.contains(.callerReached(number: "+8613900000001", "sales")))
        #expect(state.callbacks.isEmpty)
    }

    @Test func `if he hangs up again his callback stands where it stood`() {
        var state = line()
        _ = state.handle(.callEnqueued(.to("sales", "own", at: 25, attributes: ["caller": "13900000001"])), at: 25)
        _ = state.handle(.callGone("own"), at: 26)
        _ = state.handle(.timePassed, at: 27)
        #expect(state.position(of: "callback-b1") == 1)
        #expect(state.position(of: "c1") == 2)
    }

    @Test func `a try that must wait is not in line before its time`() {
        var state = RoutingState.open()
        _ = state.ready("amy", at: 1)
        #expect(dialled(state.handle(.callbacksChanged([waiting(.to("13900000001", notBefore: 100))]), at: 12)).isEmpty)
        #expect(dialled(state.handle(.timePassed, at: 99)).isEmpty)
        #expect(dialled(state.handle(.timePassed, at: 100)) == [Offer("callback-b1", "amy", 1)])
    }

    @Test func `one that was called off leaves the line`() {
        var state = line()
        _ = state.handle(.callbacksChanged([]), at: 25)
        #expect(state.position(of: "c1") == 1)
        #expect(state.ready("amy", at: 30) == [Offer("c1", "amy", 1)])
    }

    @Test func `an agent who let it pass is asked again only as the last`() {
        var state = RoutingState.open()
        _ = state.ready("amy", at: 1)
        _ = state.ready("bob", at: 2)
        let actions = state.handle(.callbacksChanged([waiting(.to("13900000001", refusedBy: ["amy"]))]), at: 12)
        #expect(dialled(actions).map(\.agentID) == ["bob"])
    }

    @Test func `who is to be called back is counted apart, and fills no queue`() {
        var queue = Queue(id: "sales", name: "Sales")
        queue.overflow = OverflowRules(mostWaiting: 1)
        var state = RoutingState.open(queue)
        _ = state.says(.talking, "amy", at: 1)
        _ = state.handle(.callbacksChanged([waiting(.to("13900000001"))]), at: 12)
        #expect(state.refusal(of: .to("sales", "c1", at: 13), at: 13) == nil)
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 13)), at: 13)
        #expect(state.refusal(of: .to("sales", "c2", at: 14), at: 14) == .queueFull)
        let figures = state.figures(of: "sales")
        #expect(figures?.waiting == 1 && figures?.callbacks == 1)
        #expect(figures?.longestSince == 13)
    }

    @Test func `cti's snapshot, which knows no callbacks, takes none away`() {
        var state = line()
        let call = WaitingCall.to("sales", "c1", at: 20)
        let snapshot = TenantSnapshot(waiting: [call], agents: [.is(.talking, "amy", revision: 1)], askedAt: 40)
        #expect(state.handle(.snapshotTaken(snapshot), at: 41).isEmpty)
        #expect(state.position(of: "c1") == 2)
    }

    @Test func `a new owner of the shard has them in line once it knows what is true`() {
        var floor = RoutingFloor()
        let settings = RouterFixture.sales
        _ = floor.handle(.settingsChanged("t", settings), at: 0)
        _ = floor.handle(.callbacksChanged("t", [waiting(.to("13900000001"))]), at: 0)
        _ = floor.handle(.shardAcquired(.of("t")), at: 1)
        #expect(floor.tenants["t"]?.calls.isEmpty == true)
        let snapshot = ShardSnapshot(
            waiting: [], offered: [], agents: [.is(.talking, "amy", revision: 1)], stream: "cti/1@a", number: 1)
        _ = floor.handle(.snapshotTaken(.of("t"), snapshot, askedAt: 1), at: 2)
        #expect(floor.tenants["t"]?.position(of: "callback-b1") == 1)
    }
}
