import Contracts
import TestSupport
import Testing

@testable import ACD

@Suite struct RoutingStateTests {
    var state = RoutingState.open()

    @Test mutating func `a call is offered to an agent who is ready`() {
        _ = state.ready("amy")
        #expect(state.offers(.callEnqueued(.to("sales"))) == [Offer("c1", "amy", 1)])
    }

    @Test mutating func `a call waits until an agent is ready`() {
        #expect(state.offers(.callEnqueued(.to("sales"))).isEmpty)
        #expect(state.ready("amy") == [Offer("c1", "amy", 1)])
    }

    @Test mutating func `the agent idle longest is offered first`() {
        _ = state.ready("bob", at: 1)
        _ = state.ready("amy", at: 2)
        #expect(state.offers(.callEnqueued(.to("sales")), at: 3) == [Offer("c1", "bob", 1)])
    }

    @Test mutating func `the higher priority goes first`() {
        _ = state.offers(.callEnqueued(.to("sales", "c1", priority: 1, at: 1)))
        _ = state.offers(.callEnqueued(.to("sales", "c2", priority: 9, at: 2)))
        #expect(state.ready("amy") == [Offer("c2", "amy", 1)])
    }

    @Test mutating func `of equal priority the longest waiting goes first`() {
        _ = state.offers(.callEnqueued(.to("sales", "c2", at: 2)))
        _ = state.offers(.callEnqueued(.to("sales", "c1", at: 1)))
        #expect(state.ready("amy") == [Offer("c1", "amy", 1)])
    }

    @Test mutating func `two calls of one instant go by their ids`() {
        _ = state.offers(.callEnqueued(.to("sales", "c2", at: 1)))
        _ = state.offers(.callEnqueued(.to("sales", "c1", at: 1)))
        #expect(state.ready("amy") == [Offer("c1", "amy", 1)])
    }

    @Test mutating func `an agent of several queues takes the call that waits longest in any of them`() {
        let help = StaffedQueue(queue: Queue(id: "help", name: "Help"), members: ["amy"])
        _ = state.handle(.queueChanged(help), at: 0)
        _ = state.offers(.callEnqueued(.to("sales", "c2", at: 2)))
        _ = state.offers(.callEnqueued(.to("help", "c1", at: 1)))
        #expect(state.ready("amy") == [Offer("c1", "amy", 1)])
        #expect(state.ready("bob") == [Offer("c2", "bob", 1)])
    }

    @Test mutating func `an agent gets one offer at a time`() {
        _ = state.ready("amy")
        _ = state.offers(.callEnqueued(.to("sales", "c1")))
        #expect(state.offers(.callEnqueued(.to("sales", "c2"))).isEmpty)
    }

    @Test mutating func `a call is offered once at a time`() {
        _ = state.ready("amy")
        _ = state.ready("bob")
        #expect(state.offers(.callEnqueued(.to("sales"))).count == 1)
        #expect(state.offers(.callEnqueued(.to("sales"))).isEmpty)
    }

    @Test mutating func `an unanswered offer goes to the next agent`() {
        _ = state.ready("amy", at: 1)
        _ = state.ready("bob", at: 2)
        _ = state.offers(.callEnqueued(.to("sales")), at: 3)
        #expect(state.offers(.offerEnded(Offer("c1", "amy", 1), .noAnswer), at: 20) == [Offer("c1", "bob", 2)])
    }

    @Test mutating func `a caller keeps his place when nobody answers`() {
        _ = state.ready("amy")
        _ = state.offers(.callEnqueued(.to("sales", "c1", at: 1)))
        _ = state.offers(.callEnqueued(.to("sales", "c2", at: 2)))
        _ = state.offers(.offerEnded(Offer("c1", "amy", 1), .noAnswer))
        #expect(state.position(of: "c1") == 1)
        #expect(state.ready("bob") == [Offer("c1", "bob", 2)])
    }

    @Test mutating func `who did not answer takes the next call in line meanwhile`() {
        _ = state.ready("amy")
        _ = state.offers(.callEnqueued(.to("sales", "c1", at: 1)))
        _ = state.offers(.callEnqueued(.to("sales", "c2", at: 2)))
        _ = state.offers(.offerEnded(Offer("c1", "amy", 1), .rejected))
        #expect(state.ready("amy") == [Offer("c2", "amy", 1)])
    }

    @Test mutating func `who did not answer is asked again if after a while nobody else is ready`() {
        _ = state.ready("amy", at: 1)
        _ = state.offers(.callEnqueued(.to("sales")), at: 1)
        _ = state.offers(.offerEnded(Offer("c1", "amy", 1), .noAnswer), at: 16)
        #expect(state.ready("amy", at: 17).isEmpty)
        #expect(state.offers(.timePassed, at: 20).isEmpty)
        #expect(state.offers(.timePassed, at: 21) == [Offer("c1", "amy", 2)])
    }

    @Test mutating func `after that while anybody else still goes before him`() {
        _ = state.ready("amy", at: 1)
        _ = state.offers(.callEnqueued(.to("sales")), at: 1)
        _ = state.offers(.offerEnded(Offer("c1", "amy", 1), .noAnswer), at: 2)
        _ = state.offers(.timePassed, at: 9)
        _ = state.offers(.callGone("c1"), at: 9)
        _ = state.ready("amy", at: 10)
        _ = state.ready("bob", at: 11)
        #expect(state.offers(.callEnqueued(.to("sales", refusedBy: ["amy"])), at: 12) == [Offer("c1", "bob", 2)])
    }

    @Test mutating func `only an agent with all skills is offered`() {
        var queue = Queue(id: "sales", name: "Sales")
        queue.requiredSkills = ["english"]
        state = .open(queue)
        _ = state.handle(.skillsChanged("amy", ["english"]), at: 0)
        _ = state.handle(.skillsChanged("bob", ["english", "gold"]), at: 0)
        _ = state.ready("eve")
        _ = state.ready("amy")
        #expect(state.offers(.callEnqueued(.to("sales", skills: ["gold"]))).isEmpty)
        #expect(state.ready("bob") == [Offer("c1", "bob", 1)])
        #expect(state.offers(.callEnqueued(.to("sales", "c2"))) == [Offer("c2", "amy", 1)])
    }

    @Test mutating func `an agent who learns a skill gets the call that waited for it`() {
        _ = state.ready("amy")
        _ = state.offers(.callEnqueued(.to("sales", skills: ["gold"])))
        #expect(state.offers(.skillsChanged("amy", ["gold"])) == [Offer("c1", "amy", 1)])
    }

    @Test mutating func `an agent who joins a queue gets its calls, and one who left gets none`() {
        let queue = Queue(id: "sales", name: "Sales")
        state = .open(queue, members: [])
        _ = state.ready("amy")
        _ = state.offers(.callEnqueued(.to("sales")))
        #expect(
            state.offers(.queueChanged(StaffedQueue(queue: queue, members: ["amy"]))) == [Offer("c1", "amy", 1)])
        _ = state.handle(.queueChanged(StaffedQueue(queue: queue, members: [])), at: 2)
        _ = state.handle(.callGone("c1"), at: 3)
        _ = state.ready("amy", at: 3)
        #expect(state.offers(.callEnqueued(.to("sales", "c2"))).isEmpty)
    }

    @Test mutating func `a caller who hung up is offered no more`() {
        _ = state.offers(.callEnqueued(.to("sales")))
        _ = state.handle(.callGone("c1"), at: 1)
        #expect(state.ready("amy").isEmpty)
    }

    @Test mutating func `a late report of an agent is ignored`() {
        _ = state.offers(.agentChanged(.is(.paused, "amy", revision: 5)))
        _ = state.offers(.agentChanged(.is(.ready, "amy", revision: 4)))
        #expect(state.offers(.callEnqueued(.to("sales"))).isEmpty)
    }

    @Test mutating func `a report of readiness is good for one offer`() {
        _ = state.ready("amy")
        _ = state.offers(.callEnqueued(.to("sales", "c1")))
        #expect(state.offers(.offerEnded(Offer("c1", "amy", 1), .answered)).isEmpty)
        #expect(state.offers(.callEnqueued(.to("sales", "c2"))).isEmpty)
        #expect(state.ready("amy") == [Offer("c2", "amy", 1)])
    }

    @Test mutating func `nothing is decided before cti told what is true`() {
        state = RoutingState()
        _ = state.handle(.queueChanged(StaffedQueue(queue: Queue(id: "sales", name: ""), members: ["amy"])), at: 0)
        _ = state.ready("amy")
        #expect(state.offers(.callEnqueued(.to("sales"))).isEmpty)
        let snapshot = TenantSnapshot(
            waiting: [.to("sales")], agents: [.is(.ready, "amy", since: 1, revision: 1)], askedAt: 2)
        #expect(state.offers(.snapshotTaken(snapshot), at: 3) == [Offer("c1", "amy", 1)])
    }

    @Test mutating func `ready agents are told by the queues they serve, each once`() {
        let support = Queue(id: "support", name: "Support", requiredSkills: ["repair"])
        _ = state.handle(.queueChanged(StaffedQueue(queue: support, members: ["amy", "bob", "zoe"])), at: 0)
        for agent: AgentID in ["amy", "zoe"] { _ = state.handle(.skillsChanged(agent, ["repair"]), at: 0) }
        for agent: AgentID in ["amy", "bob", "zoe"] { _ = state.ready(agent) }
        #expect(
            state.freeAgents(for: ["support", "sales", "sales", "none"])
                == FreeAgentFigures(
                    groups: [
                        .init(queueIDs: ["sales"], ready: 1), .init(queueIDs: ["sales", "support"], ready: 1),
                        .init(queueIDs: ["support"], ready: 1),
                    ], lines: [.init(queueID: "sales", waiting: 0), .init(queueID: "support", waiting: 0)]))
        #expect(state.freeAgents(for: ["sales"]).groups == [.init(queueIDs: ["sales"], ready: 2)])
        // Whoever rings, talks or pauses is not free, and who waits is counted.
        _ = state.handle(.callEnqueued(.to("sales")), at: 2)
        _ = state.says(.paused, "zoe", at: 3)
        _ = state.handle(.callEnqueued(.to("support", "c2", skills: ["french"])), at: 4)
        let later = state.freeAgents(for: ["sales", "support"])
        #expect(later.groups.reduce(0) { $0 + $1.ready } == 1)
        #expect(later.lines == [.init(queueID: "sales", waiting: 0), .init(queueID: "support", waiting: 1)])
    }
}
