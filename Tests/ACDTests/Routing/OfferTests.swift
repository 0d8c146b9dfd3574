import Contracts
import TestSupport
import Testing

@testable import ACD

@Suite struct OfferTests {
    var state = RoutingState.open()

    @Test mutating func `an offer of which nothing is heard expires and goes on`() {
        _ = state.ready("amy", at: 1)
        _ = state.ready("bob", at: 2)
        _ = state.offers(.callEnqueued(.to("sales")), at: 3)
        #expect(state.offers(.timePassed, at: 21).isEmpty)
        let actions = state.handle(.timePassed, at: 22)
        #expect(actions.first == .offer(Offer("c1", "bob", 2), in: Queue(id: "sales", name: "Sales")))
        #expect(actions.contains(.askForSnapshot))
    }

    @Test mutating func `after an offer that came to nothing, those who refused the call before are asked again`() {
        _ = state.ready("amy", at: 1)
        _ = state.offers(.callEnqueued(.to("sales")), at: 2)
        _ = state.offers(.offerEnded(Offer("c1", "amy", 1), .rejected), at: 3)
        #expect(state.ready("bob", at: 4) == [Offer("c1", "bob", 2)])
        #expect(state.offers(.offerRefused(Offer("c1", "bob", 2), .agentNotReady), at: 5).isEmpty)
        _ = state.says(.paused, "bob", at: 5)
        _ = state.ready("amy", at: 6)
        #expect(state.offers(.timePassed, at: 9).isEmpty)
        #expect(state.offers(.timePassed, at: 10) == [Offer("c1", "amy", 3)])
    }

    @Test mutating func `an expiry after the answer changes nothing`() {
        _ = state.ready("amy", at: 1)
        _ = state.offers(.callEnqueued(.to("sales")), at: 3)
        _ = state.offers(.offerEnded(Offer("c1", "amy", 1), .answered), at: 5)
        _ = state.ready("bob", at: 6)
        #expect(state.handle(.timePassed, at: 100).isEmpty)
    }

    @Test mutating func `the end of an earlier offer changes nothing`() {
        _ = state.ready("amy", at: 1)
        _ = state.ready("bob", at: 2)
        _ = state.offers(.callEnqueued(.to("sales")), at: 3)
        _ = state.offers(.offerEnded(Offer("c1", "amy", 1), .noAnswer), at: 20)
        #expect(state.handle(.offerEnded(Offer("c1", "amy", 1), .noAnswer), at: 21).isEmpty)
        #expect(state.calls["c1"]?.offer == Offer("c1", "bob", 2))
    }

    @Test mutating func `if cti says the agent is not ready the call goes to the next at once`() {
        _ = state.ready("amy", at: 1)
        _ = state.ready("bob", at: 2)
        _ = state.offers(.callEnqueued(.to("sales")), at: 3)
        #expect(state.offers(.offerRefused(Offer("c1", "amy", 1), .agentNotReady)) == [Offer("c1", "bob", 2)])
        #expect(state.calls["c1"]?.refusedBy == [])
    }

    @Test mutating func `if cti says the call does not wait the agent is ready for the next`() {
        _ = state.ready("amy", at: 1)
        _ = state.offers(.callEnqueued(.to("sales", "c1")), at: 3)
        _ = state.offers(.callEnqueued(.to("sales", "c2")), at: 4)
        #expect(state.offers(.offerRefused(Offer("c1", "amy", 1), .callNotWaiting)) == [Offer("c2", "amy", 1)])
        #expect(state.calls["c1"] == nil)
    }

    @Test mutating func `an unclear refusal asks cti, and its snapshot settles both`() {
        _ = state.ready("amy", at: 1)
        _ = state.offers(.callEnqueued(.to("sales")), at: 3)
        #expect(state.handle(.offerRefused(Offer("c1", "amy", 1), .unclear), at: 4) == [.askForSnapshot])
        #expect(state.offers(.timePassed, at: 4).isEmpty)
        let snapshot = TenantSnapshot(
            waiting: [.to("sales")], agents: [.is(.ready, "amy", since: 1, revision: 1)], askedAt: 5)
        #expect(state.offers(.snapshotTaken(snapshot), at: 6) == [Offer("c1", "amy", 2)])
    }

    @Test mutating func `an agent who left while it rang did not refuse the call`() {
        _ = state.ready("amy", at: 1)
        _ = state.offers(.callEnqueued(.to("sales")), at: 3)
        _ = state.says(.signedOut, "amy", at: 4)
        _ = state.offers(.offerEnded(Offer("c1", "amy", 1), .agentGone), at: 4)
        #expect(state.ready("amy", at: 5) == [Offer("c1", "amy", 2)])
    }

    @Test(arguments: [true, false])
    func `whom nobody blames for an offer that came to nothing is offered the same caller again, at once`(
        isReadyFirst: Bool
    ) {
        var state = RoutingState.open()
        _ = state.ready("amy", at: 1)
        _ = state.offers(.callEnqueued(.to("sales", "c1")), at: 2)
        _ = state.offers(.callEnqueued(.to("sales", "c2")), at: 3)
        var offers: [Offer] = []
        if isReadyFirst { offers += state.ready("amy", at: 4) }
        offers += state.offers(.offerEnded(Offer("c1", "amy", 1), .agentGone), at: 5)
        if !isReadyFirst { offers += state.ready("amy", at: 6) }
        #expect(offers == [Offer("c1", "amy", 2)])
        #expect(state.calls["c1"]?.refusedBy == [])
    }

    @Test mutating func `the record names the chosen one first and says why not the others`() throws {
        var queue = Queue(id: "sales", name: "Sales")
        queue.requiredSkills = ["english"]
        state = .open(queue)
        _ = state.handle(.skillsChanged("amy", ["english"]), at: 0)
        _ = state.handle(.skillsChanged("bob", ["english"]), at: 0)
        _ = state.ready("eve", at: 1)
        _ = state.ready("amy", at: 2)
        _ = state.ready("bob", at: 3)
        let actions = state.handle(.callEnqueued(.to("sales", at: 4)), at: 5)
        guard case .record(let decided) = actions.last else {
            Issue.record("no record in \(actions)")
            return
        }
        #expect(decided.rule == "longestIdle")
        #expect(decided.waitedMicroseconds == 1_000_000)
        #expect(
            decided.candidates == [
                .init(agentID: "amy", idleSince: 2, passedOver: nil),
                .init(agentID: "eve", idleSince: 1, passedOver: "lacks english"),
                .init(agentID: "bob", idleSince: 3, passedOver: "idle for less time"),
            ])
    }
}

@Suite struct AnnouncementTests {
    var state: RoutingState

    init() {
        var queue = Queue(id: "sales", name: "Sales")
        queue.announcePositionAfter = 5
        queue.announcePositionEvery = 30
        state = .open(queue)
    }

    @Test mutating func `a caller is told his place after a while and then every so often`() {
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 0)), at: 0)
        _ = state.handle(.callEnqueued(.to("sales", "c2", at: 1)), at: 1)
        #expect(state.handle(.timePassed, at: 4).isEmpty)
        #expect(state.handle(.timePassed, at: 5) == [.announce("c1", position: 1)])
        #expect(state.handle(.timePassed, at: 6) == [.announce("c2", position: 2)])
        #expect(state.handle(.timePassed, at: 34).isEmpty)
        #expect(
            state.handle(.timePassed, at: 36) == [.announce("c1", position: 1), .announce("c2", position: 2)])
    }

    @Test mutating func `a caller who is being offered is told nothing`() {
        _ = state.ready("amy", at: 0)
        _ = state.handle(.callEnqueued(.to("sales", at: 0)), at: 0)
        #expect(state.handle(.timePassed, at: 5).isEmpty)
    }

    @Test mutating func `his place counts those with other wishes in the same queue`() {
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 1, skills: ["gold"])), at: 1)
        _ = state.handle(.callEnqueued(.to("sales", "c2", at: 2)), at: 2)
        _ = state.handle(.callEnqueued(.to("sales", "c3", priority: 5, at: 3)), at: 3)
        #expect(state.position(of: "c3") == 1)
        #expect(state.position(of: "c1") == 2)
        #expect(state.position(of: "c2") == 3)
    }

    @Test mutating func `a new owner does not tell everybody at once`() {
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 0)), at: 100)
        #expect(state.handle(.timePassed, at: 101).isEmpty)
        #expect(state.handle(.timePassed, at: 125) == [.announce("c1", position: 1)])
    }
}

@Suite struct QueueFigureTests {
    var state = RoutingState.open()

    @Test mutating func `a queue counts who waits, who is offered and how its agents stand`() {
        _ = state.ready("amy")
        _ = state.says(.paused, "bob")
        _ = state.handle(.callEnqueued(.to("sales", "c1", at: 1)), at: 1)
        _ = state.handle(.callEnqueued(.to("sales", "c2", priority: 3, at: 3)), at: 3)
        _ = state.handle(.callEnqueued(.to("sales", "c3", at: 2)), at: 3)
        #expect(
            state.figures(of: "sales")
                == QueueFigures(
                    queueID: "sales", waiting: 2, offered: 1, longestSince: 2, agentsReady: 0, agentsBusy: 1,
                    agentsPaused: 1, estimatedWaitMicroseconds: 540_000_000, callbacks: 0,
                    serviceLevel: ServiceCounts().figures(by: ServiceLevelRule(), since: 0)))
        #expect(state.figures(of: "nowhere") == nil)
        #expect(state.freeAgents(for: ["nowhere"]) == FreeAgentFigures(groups: [], lines: []))
    }

    @Test mutating func `calls of a queue that was removed stay until it comes back`() {
        let staffed = StaffedQueue(queue: Queue(id: "sales", name: "Sales"), members: ["amy"])
        _ = state.handle(.callEnqueued(.to("sales")), at: 1)
        _ = state.handle(.queueRemoved("sales"), at: 2)
        #expect(state.ready("amy").isEmpty)
        #expect(state.figures(of: "sales")?.waiting == 1)
        #expect(state.offers(.queueChanged(staffed), at: 3) == [Offer("c1", "amy", 1)])
    }

    @Test mutating func `a removed queue is forgotten with its last call`() {
        _ = state.handle(.callEnqueued(.to("sales")), at: 1)
        _ = state.handle(.queueRemoved("sales"), at: 2)
        _ = state.handle(.callGone("c1"), at: 3)
        #expect(state.figures(of: "sales") == nil)
    }
}
