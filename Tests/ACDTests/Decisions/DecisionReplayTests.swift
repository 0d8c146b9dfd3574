import Contracts
import Logging
import TestSupport
import Testing

@testable import ACD

/// Decisions are decided again from what was recorded of them.
@Suite struct DecisionReplayTests {
    private func decided(_ actions: [RoutingState.Action]) -> RoutingDecided? {
        for case .record(let decided) in actions { return decided }
        return nil
    }

    /// Some agents who did and can different things, and a call that asks for English.
    private func floor(_ strategy: AgentStrategy) -> RoutingState {
        var queue = Queue(id: "sales", name: "Sales")
        queue.strategy = strategy
        queue.agentOrder = ["eve", "bob"]
        var state = RoutingState.open(queue, members: ["amy", "bob", "eve", "zoe"])
        for agent in ["amy", "bob", "eve"] as [AgentID] { _ = state.handle(.skillsChanged(agent, ["english"]), at: 0) }
        for (agent, since) in [("zoe", 1), ("amy", 2), ("bob", 3), ("eve", 4)] as [(AgentID, Int)] {
            _ = state.says(.talking, agent, at: .second(since))
            _ = state.ready(agent, at: .second(since * 10))
        }
        return state
    }

    @Test(arguments: AgentStrategy.allCases)
    func `by every strategy the same agent comes out`(strategy: AgentStrategy) throws {
        var state = floor(strategy)
        for number in 1...3 {
            let id = CallID(rawValue: "c\(number)")
            let call = WaitingCall.to("sales", id, at: 50, skills: ["english"])
            let record = try #require(decided(state.handle(.callEnqueued(call), at: 50)))
            #expect(DecisionReplay.replay(record).verdict == .same)
            #expect(DecisionReplay.replay(record).replayedAgentID == record.agentID)
        }
    }

    @Test func `one who refused is passed over again, and asked again as the last resort`() throws {
        var state = floor(.longestIdle)
        for agent in ["eve", "zoe"] as [AgentID] { _ = state.says(.paused, agent, at: 45) }
        let first = try #require(decided(state.handle(.callEnqueued(.to("sales", "c1", at: 50)), at: 50)))
        let next = state.handle(.offerEnded(Offer("c1", first.agentID, 1), .rejected), at: 55)
        let second = try #require(decided(next))
        #expect(second.agentID != first.agentID)
        #expect(DecisionReplay.replay(second).verdict == .same)
    }

    @Test func `a record that was altered comes out as another`() throws {
        var state = floor(.longestIdle)
        let record = try #require(decided(state.handle(.callEnqueued(.to("sales", "c1", at: 50)), at: 50)))
        let altered = RoutingDecided(
            callID: record.callID, queueID: record.queueID, agentID: "eve", offer: record.offer, rule: record.rule,
            waitedMicroseconds: 0, candidates: record.candidates)
        #expect(DecisionReplay.replay(altered).verdict == .other)
        #expect(DecisionReplay.replay(altered).replayedAgentID == record.agentID)
    }

    @Test func `where nobody was chosen among agents there is nothing to replay`() throws {
        var state = RoutingState.open()
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 5)), at: 5)
        let record = try #require(
            decided(state.handle(.agentChanged(.is(.ready, "amy", since: 6, revision: 1)), at: 6)))
        #expect(record.rule == "firstInLine")
        #expect(DecisionReplay.replay(record).verdict == .notReplayable)
    }

    // MARK: - What else is noted

    private func notes(_ actions: [RoutingState.Action]) -> [RoutingNoted] {
        actions.compactMap { if case .note(let noted) = $0 { noted } else { nil } }
    }

    @Test func `that a call goes to another queue's agents is noted, with why`() {
        var state = RoutingState.open()
        var full = Queue(id: "full", name: "Full")
        full.overflow = OverflowRules(ifNobodySignedIn: true, queue: "sales")
        _ = state.handle(.queueChanged(StaffedQueue(queue: full, members: ["zoe"])), at: 1)
        let found = notes(state.handle(.callEnqueued(.to("full", "c1", at: 5)), at: 5))
        #expect(found.map(\.kind) == [.overflowed])
        #expect(found.first?.reason == "nobodySignedIn" && found.first?.otherQueueID == "sales")
    }

    @Test func `each step of asking for less is noted, once`() {
        var queue = Queue(id: "sales", name: "Sales")
        queue.requiredSkills = ["gold:3"]
        queue.widening = [WideningStep(afterSeconds: 10, skills: ["gold:0"])]
        var state = RoutingState.open(queue)
        #expect(notes(state.handle(.callEnqueued(.to("sales", "c1", at: 5)), at: 5)).isEmpty)
        let found = notes(state.handle(.timePassed, at: 15))
        #expect(found.map(\.kind) == [.widened])
        #expect(found.first?.step == 1 && found.first?.waitedMicroseconds == 10_000_000)
        #expect(notes(state.handle(.timePassed, at: 16)).isEmpty)
    }

    @Test func `notes are written behind, read call by call and removed with the decisions`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let store = DecisionStore(database: database)
            let journal = DecisionJournal(
                store: store, keptFor: .seconds(60), now: { .second(120) }, log: Logger(label: "test"))
            let noted = RoutingNoted(
                callID: "c1", queueID: "sales", kind: .refused, reason: "queueFull", waiting: 5, agentsReady: 0,
                waitedMicroseconds: 0)
            journal.note(DecisionNote(tenant: "t", notedAt: 100, noted: noted))
            journal.note(DecisionNote(tenant: "t", notedAt: 10, noted: noted))
            try await journal.write()
            #expect(try await store.notes(of: "c1", of: "t").map(\.notedAt) == [10, 100])
            #expect(try await store.notes(of: "c1", of: "u").isEmpty)
            try await journal.clear()
            #expect(try await store.notes(of: "c1", of: "t").map(\.noted) == [noted])
        }
    }
}
