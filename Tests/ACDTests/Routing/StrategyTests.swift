import Contracts
import TestSupport
import Testing

@testable import ACD

/// Each strategy in a queue of amy, bob and eve, who became ready in this order.
@Suite struct StrategyTests {
    private func floor(_ strategy: AgentStrategy, order: [AgentID] = []) -> RoutingState {
        var queue = Queue(id: "sales", name: "Sales")
        queue.strategy = strategy
        queue.agentOrder = order
        var state = RoutingState.open(queue)
        for (index, id) in (["amy", "bob", "eve"] as [AgentID]).enumerated() {
            _ = state.ready(id, at: .second(1 + index))
        }
        return state
    }

    /// A call comes, and the offered agent answers, talks and is ready again.
    @discardableResult
    private func call(_ id: CallID, in state: inout RoutingState, at start: Int, seconds: Int = 10) -> AgentID? {
        guard let offer = state.offers(.callEnqueued(.to("sales", id, at: .second(start))), at: .second(start)).first
        else { return nil }
        _ = state.says(.talking, offer.agentID, on: id, at: .second(start + 1))
        _ = state.offers(.offerEnded(offer, .answered), at: .second(start + 1))
        _ = state.ready(offer.agentID, at: .second(start + 1 + seconds))
        return offer.agentID
    }

    /// He makes a call of his own.
    private func callsOut(_ id: AgentID, in state: inout RoutingState, at start: Int, seconds: Int = 10) {
        _ = state.says(.talking, id, on: "his own", at: .second(start))
        _ = state.ready(id, at: .second(start + seconds))
    }

    private func decision(_ id: CallID, in state: inout RoutingState, at now: Int) -> RoutingDecided? {
        state.handle(.callEnqueued(.to("sales", id, at: .second(now))), at: .second(now)).compactMap {
            if case .record(let decided) = $0 { decided } else { nil }
        }.first
    }

    @Test func `round robin goes from agent to agent, and a pause is no turn`() {
        var state = floor(.roundRobin)
        let first = (0..<3).map { call(CallID(rawValue: "c\($0)"), in: &state, at: 100 + $0 * 100) }
        #expect(first == ["amy", "bob", "eve"])
        _ = state.says(.paused, "amy", at: 500)
        _ = state.ready("amy", at: 600)
        #expect(call("c4", in: &state, at: 700) == "amy")
        #expect(call("c5", in: &state, at: 800) == "bob")
    }

    @Test func `a call the agent made counts as his turn`() {
        var state = floor(.roundRobin)
        callsOut("amy", in: &state, at: 50)
        #expect(call("c1", in: &state, at: 100) == "bob")
        #expect(call("c2", in: &state, at: 200) == "eve")
        #expect(call("c3", in: &state, at: 300) == "amy")
    }

    @Test func `an offer he let ring is a turn, one whose caller hung up is none`() {
        var state = floor(.roundRobin)
        for (index, id) in (["amy", "bob", "eve"] as [AgentID]).enumerated() {
            callsOut(id, in: &state, at: 10 + index * 20)
        }
        #expect(state.offers(.callEnqueued(.to("sales", "c1", at: 110)), at: 110) == [Offer("c1", "amy", 1)])
        _ = state.handle(.callGone("c1"), at: 112)
        _ = state.ready("amy", at: 113)
        #expect(state.offers(.callEnqueued(.to("sales", "c2", at: 120)), at: 120) == [Offer("c2", "amy", 1)])
        #expect(state.offers(.offerEnded(Offer("c2", "amy", 1), .noAnswer), at: 135) == [Offer("c2", "bob", 2)])
        _ = state.ready("amy", at: 136)
        #expect(state.offers(.callEnqueued(.to("sales", "c3", at: 140)), at: 140) == [Offer("c3", "eve", 1)])
    }

    @Test func `fewest calls counts answered calls, not those the agent made`() {
        var state = floor(.fewestCalls)
        callsOut("bob", in: &state, at: 10)
        callsOut("bob", in: &state, at: 30)
        let taken = (0..<3).map { call(CallID(rawValue: "c\($0)"), in: &state, at: 100 + $0 * 100) }
        #expect(taken == ["amy", "eve", "bob"])
        #expect(state.agents["bob"]?.work.answered == 1)
    }

    @Test func `a new day begins with no calls for anybody`() {
        var state = floor(.fewestCalls)
        #expect(call("c1", in: &state, at: 100) == "amy")
        callsOut("bob", in: &state, at: 200)
        callsOut("eve", in: &state, at: 300)
        #expect(decision("c2", in: &state, at: 400)?.agentID == "bob")
        _ = state.handle(.callGone("c2"), at: 401)
        _ = state.handle(.timePassed, at: .second(86_400))
        #expect(decision("c3", in: &state, at: 86_401)?.agentID == "amy")
    }

    @Test func `least talk time counts seconds in and out`() {
        var state = floor(.leastTalkTime)
        #expect(call("c1", in: &state, at: 100, seconds: 60) == "amy")
        callsOut("bob", in: &state, at: 200, seconds: 50)
        callsOut("eve", in: &state, at: 300, seconds: 70)
        let decided = decision("c2", in: &state, at: 400)
        #expect(decided?.agentID == "bob")
        #expect(decided?.rule == "leastTalkTime")
        #expect(decided?.candidates.map(\.measure) == [50_000_000, 60_000_000, 70_000_000])
        #expect(decided?.candidates.map(\.passedOver) == [nil, "talked longer", "talked longer"])
    }

    @Test func `the fixed order holds, and who is not listed comes last`() {
        var state = floor(.fixedOrder, order: ["eve", "bob"])
        let decided = decision("c1", in: &state, at: 100)
        #expect(decided?.candidates.map(\.agentID) == ["eve", "bob", "amy"])
        #expect(decided?.candidates.map(\.measure) == [1, 2, nil])
        #expect(decided?.candidates.last?.passedOver == "comes later in the order")
        #expect(call("c2", in: &state, at: 200) == "bob")
        #expect(call("c3", in: &state, at: 300) == "bob")
    }

    @Test func `a draw is made of its recorded seed and spreads calls evenly`() {
        var state = floor(.random)
        var taken: [AgentID: Int] = [:]
        for number in 0..<600 {
            let ready = state.lines.first?.ready.map(\.agentID) ?? []
            let id = CallID(rawValue: "c\(number)")
            let decided = decision(id, in: &state, at: 100 + number)
            let seed = decided?.seed ?? -1
            #expect(decided?.rule == "random")
            #expect(decided?.agentID == ready[Draw.index(seed, of: ready.count)])
            taken[decided?.agentID ?? "", default: 0] += 1
            _ = state.handle(.callGone(id), at: .second(100 + number))
            if let agent = decided?.agentID { _ = state.ready(agent, at: .second(100 + number)) }
        }
        #expect(taken.count == 3)
        for count in taken.values { #expect((150...250).contains(count)) }
    }

    @Test func `who refused is not drawn again while another is ready`() {
        for number in 0..<50 {
            var state = floor(.random)
            let id = CallID(rawValue: "c\(number)")
            var asked: [AgentID] = []
            var offers = state.offers(.callEnqueued(.to("sales", id, at: 10)), at: 10)
            while let offer = offers.first {
                asked.append(offer.agentID)
                offers = state.offers(.offerEnded(offer, .rejected), at: 11)
            }
            #expect(asked.count == 3 && Set(asked).count == 3)
        }
    }

    @Test func `a strategy changed while agents are ready holds for the next call`() {
        var state = floor(.longestIdle)
        #expect(call("c1", in: &state, at: 100) == "amy")
        var queue = Queue(id: "sales", name: "Sales")
        queue.strategy = .fixedOrder
        queue.agentOrder = ["amy"]
        _ = state.handle(.queueChanged(StaffedQueue(queue: queue, members: ["amy", "bob", "eve"])), at: 150)
        #expect(call("c2", in: &state, at: 200) == "amy")
    }
}
