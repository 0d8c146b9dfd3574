import Contracts
import TestSupport
import Testing

@testable import ACD

/// Sales has amy, help has bob.
@Suite struct OverflowTests {
    private func floor(_ rules: OverflowRules, help: OverflowRules = OverflowRules()) -> RoutingState {
        var sales = Queue(id: "sales", name: "Sales")
        sales.overflow = rules
        var state = RoutingState.open(sales, members: ["amy"])
        var other = Queue(id: "help", name: "Help")
        other.overflow = help
        _ = state.handle(.queueChanged(StaffedQueue(queue: other, members: ["bob"])), at: 0)
        return state
    }

    private func come(_ id: CallID, to queue: QueueID = "sales", in state: inout RoutingState, at now: Int = 10)
        -> [Offer]
    {
        state.offers(.callEnqueued(.to(queue, id, at: .second(now))), at: .second(now))
    }

    @Test func `a queue with as many waiting as may refuses the next, and takes him when one has left`() {
        var state = floor(OverflowRules(mostWaiting: 2))
        _ = come("c1", in: &state)
        #expect(state.refusal(of: .to("sales", "c2"), at: 10) == nil)
        _ = come("c2", in: &state)
        #expect(state.refusal(of: .to("sales", "c3"), at: 10) == .queueFull)
        #expect(state.refusal(of: .to("sales", "c2"), at: 10) == nil, "who waits already is not sent away")
        _ = state.handle(.callGone("c1"), at: 11)
        #expect(state.refusal(of: .to("sales", "c3"), at: 10) == nil)
    }

    @Test func `a customer who was transferred has no flow to go back to, and is taken`() {
        var state = floor(OverflowRules(mostWaiting: 1))
        _ = come("c1", in: &state)
        #expect(state.refusal(of: .to("sales", "c2", mustBeTaken: true), at: 10) == nil)
    }

    @Test func `nobody waits where nobody is signed in, and a pause counts as signed in`() {
        var state = floor(OverflowRules(ifNobodySignedIn: true))
        #expect(state.refusal(of: .to("sales"), at: 10) == .nobodySignedIn)
        _ = state.says(.paused, "amy")
        #expect(state.refusal(of: .to("sales"), at: 10) == nil)
        _ = state.says(.signedOut, "amy", at: 2)
        #expect(state.refusal(of: .to("sales"), at: 10) == .nobodySignedIn)
    }

    @Test func `an estimate above the limit is a refusal, a ready agent never is`() {
        var state = floor(OverflowRules(longestEstimateSeconds: 200))
        _ = state.ready("amy")
        #expect(state.refusal(of: .to("sales"), at: 10) == nil)
        _ = state.says(.talking, "amy", at: 2)
        // One agent, three minutes a call: the first waits three minutes, the second six.
        #expect(state.refusal(of: .to("sales", "c1"), at: 10) == nil)
        _ = come("c1", in: &state)
        #expect(state.refusal(of: .to("sales", "c2"), at: 10) == .waitTooLong)
    }

    @Test func `with a target the other queue's agents take the call, at its own time and in its own queue's name`() {
        var state = floor(OverflowRules(ifNobodySignedIn: true, queue: "help"))
        #expect(state.refusal(of: .to("sales", "c1"), at: 10) == nil)
        _ = come("c1", in: &state, at: 10)
        _ = come("c2", to: "help", in: &state, at: 5)
        #expect(state.position(of: "c1") == 2)
        #expect(state.ready("bob", at: 20) == [Offer("c2", "bob", 1)])
        _ = state.handle(.offerEnded(Offer("c2", "bob", 1), .answered), at: 21)
        let actions = state.handle(.agentChanged(.is(.ready, "bob", since: 30, revision: 9)), at: 30)
        guard case .offer(let offer, let queue) = actions.first, case .record(let decided) = actions.last else {
            Issue.record("no offer: \(actions)")
            return
        }
        #expect(offer == Offer("c1", "bob", 1))
        #expect(queue.id == "sales")
        #expect(decided.queueID == "sales")
        #expect(decided.overflowQueueID == "help")
        #expect(decided.overflowReason == .nobodySignedIn)
        #expect(decided.waitedMicroseconds == 20_000_000)
    }

    @Test func `two queues that overflow into each other refuse in the end`() {
        var state = floor(
            OverflowRules(mostWaiting: 1, queue: "help"), help: OverflowRules(mostWaiting: 1, queue: "sales"))
        _ = come("c1", in: &state)
        _ = come("c2", in: &state)
        #expect(state.calls["c2"]?.servedIn == "help")
        #expect(state.refusal(of: .to("sales", "c3"), at: 10) == .queueFull)
        #expect(state.refusal(of: .to("help", "c3"), at: 10) == .queueFull)
    }

    @Test func `a target that is gone gives the call back to its own queue`() {
        var state = floor(OverflowRules(ifNobodySignedIn: true, queue: "help"))
        _ = come("c1", in: &state)
        _ = state.ready("amy", at: 11)
        #expect(state.handle(.queueRemoved("help"), at: 12).isEmpty == false)
        #expect(state.calls["c1"]?.offer?.agentID == "amy")
    }

    @Test func `a call whose own queue is gone is still taken by the others`() {
        var state = floor(OverflowRules(ifNobodySignedIn: true, queue: "help"))
        _ = come("c1", in: &state)
        _ = state.handle(.queueRemoved("sales"), at: 12)
        #expect(state.ready("bob", at: 13) == [Offer("c1", "bob", 1)])
    }

    @Test func `a new owner sends those it finds waiting where they waited before, and refuses nobody`() {
        var sales = Queue(id: "sales", name: "Sales")
        sales.overflow = OverflowRules(mostWaiting: 1, queue: "help")
        var state = RoutingState()
        _ = state.handle(.queueChanged(StaffedQueue(queue: sales, members: ["amy"])), at: 0)
        let help = StaffedQueue(queue: Queue(id: "help", name: "Help"), members: ["bob"])
        _ = state.handle(.queueChanged(help), at: 0)
        let snapshot = TenantSnapshot(
            waiting: [.to("sales", "c2", at: 20), .to("sales", "c1", at: 10), .to("sales", "c3", at: 30)],
            agents: [.is(.talking, "amy", revision: 1), .is(.talking, "bob", revision: 1)], askedAt: 40)
        #expect(state.offers(.snapshotTaken(snapshot), at: 41).isEmpty)
        #expect(state.calls["c1"]?.servedIn == "sales")
        #expect(state.calls["c2"]?.servedIn == "help")
        #expect(state.calls["c3"]?.servedIn == "help")
        #expect(state.calls.count == 3)
    }

    @Test(arguments: 1...20)
    func `whatever comes, no line but those of refusing queues grows above its limit, and nobody is lost`(seed: UInt64)
    {
        var numbers = SeededNumbers(state: seed)
        var state = floor(OverflowRules(mostWaiting: 3, queue: "help"), help: OverflowRules(mostWaiting: 4))
        var admitted: Set<CallID> = []
        var offers: [Offer] = []
        for step in 1...300 {
            let now = Timestamp.second(step)
            switch Int.random(in: 0..<10, using: &numbers) {
            case 0..<6:
                let call = WaitingCall.to(
                    Bool.random(using: &numbers) ? "sales" : "help", CallID(rawValue: "c\(step)"), at: now)
                guard state.refusal(of: call, at: 10) == nil else { continue }
                admitted.insert(call.callID)
                offers += state.offers(.callEnqueued(call), at: now)
            case 6..<8:
                let agent: AgentID = Bool.random(using: &numbers) ? "amy" : "bob"
                offers += state.ready(agent, at: now)
            default:
                guard let offer = offers.popLast() else { continue }
                if state.calls[offer.callID]?.offer == offer { admitted.remove(offer.callID) }
                offers += state.offers(.offerEnded(offer, .answered), at: now)
            }
            #expect(Set(state.calls.keys) == admitted, "step \(step)")
            #expect(state.waitingCount(in: "sales") <= 3, "step \(step)")
            #expect(state.waitingCount(in: "help") <= 4, "step \(step)")
            let ringing = state.calls.values.compactMap(\.offer?.agentID)
            #expect(Set(ringing).count == ringing.count, "step \(step): an agent has two offers")
        }
    }
}
