import Contracts
import TestSupport
import Testing

@testable import ACD

/// A new owner finds all work as it was, and idle time is counted by the share of an agent that is free.
@Suite struct WorkRecoveryTests {
    /// Who has what, as the former owner stored it.
    private let stored: [WorkItem] = [
        .of(.mail, "w1", .interrupted, by: "amy", offers: 1, at: 1, version: 4),
        .of(.chat, "w2", .open, by: "bob", offers: 1, at: 2, version: 5),
        .of(.mail, "w3", .offered, by: "eve", offers: 2, until: 30, at: 3, version: 6),
        .of(.mail, "w4", at: 4, version: 7),
    ]

    private func takenOver(at now: Timestamp = 10) -> StoredRouting {
        var state = RoutingState()
        let queue = StaffedQueue(queue: Queue(id: "sales", name: "Sales"), members: ["amy", "bob", "eve"])
        _ = state.handle(.queueChanged(queue), at: now)
        var floor = StoredRouting(state)
        for item in stored { floor.stored[item.id] = item }
        floor.version = 7
        return floor
    }

    private let agents: [AgentSnapshot] = [
        .is(.talking, "amy", since: 5, on: "c1", revision: 9), .is(.ready, "bob", since: 5, revision: 9),
        .is(.ready, "eve", since: 5, revision: 9),
    ]

    @Test func `who has what is as it was, whether work or agents are read first`() {
        for isWorkFirst in [true, false] {
            var floor = takenOver()
            let snapshot = TenantSnapshot(agents: agents, askedAt: 10)
            if isWorkFirst { floor.tell(.workFound(stored, upTo: 7), at: 10) }
            floor.tell(.snapshotTaken(snapshot), at: 11)
            if !isWorkFirst { floor.tell(.workFound(stored, upTo: 7), at: 12) }
            #expect(floor.how("w1") == .interrupted && floor.who("w1") == "amy")
            #expect(floor.how("w2") == .open && floor.who("w2") == "bob")
            #expect(floor.how("w3") == .offered && floor.who("w3") == "eve")
            #expect(floor.how("w4") == .offered, "somebody has room")
            #expect(floor.state.work.readUpTo == 7)
            // The chat of bob still keeps calls from him; the offer to eve still ends.
            floor.comes("c2", at: 13)
            #expect(floor.offers.map(\.agentID) == ["eve"])
            floor.tell(.timePassed, at: 31)
            #expect(floor.how("w3") != .offered || floor.who("w3") != "eve")
            floor.says(.ready, "amy", at: 40)
            #expect(floor.how("w1") == .open)
        }
    }

    @Test func `what an agent had who is gone waits for others`() {
        var floor = takenOver()
        floor.tell(.workFound(stored, upTo: 7), at: 10)
        #expect(floor.how("w2") == .open, "before cti has said who is there, nothing is given back")
        floor.tell(.snapshotTaken(TenantSnapshot(agents: [agents[0]], askedAt: 10)), at: 11)
        #expect(floor.how("w2") == .waiting && floor.how("w3") == .waiting && floor.how("w4") == .waiting)
        #expect(floor.how("w1") == .interrupted)
    }

    @Test func `callers wait until it is known who has what in hand, and no longer than a second`() {
        for isRead in [true, false] {
            var floor = takenOver()
            floor.state.awaitsWork = true
            let waiting = WaitingCall.to("sales", "c2", at: 9)
            let bob = AgentSnapshot.is(.ready, "bob", since: 5, revision: 9)
            floor.tell(.snapshotTaken(TenantSnapshot(waiting: [waiting], agents: [bob], askedAt: 10)), at: 11)
            #expect(floor.offers.isEmpty)
            if isRead {
                floor.tell(.workFound([stored[1]], upTo: 7), at: 11)
                #expect(floor.offers.isEmpty, "bob chats")
                floor.finish("w2", at: 12)
                #expect(floor.offers == [Offer("c2", "bob", 1)])
            } else {
                floor.tell(.timePassed, at: 11)
                #expect(floor.offers.isEmpty)
                floor.tell(.timePassed, at: 12)
                #expect(floor.offers == [Offer("c2", "bob", 1)], "without PostgreSQL calls go on")
            }
        }
    }

    @Test func `an older reading changes nothing`() {
        var floor = takenOver()
        floor.tell(.workFound(stored, upTo: 7), at: 10)
        floor.tell(.snapshotTaken(TenantSnapshot(agents: agents, askedAt: 10)), at: 11)
        floor.tell(.workFound([.of(.chat, "w2", version: 3)], upTo: 7), at: 12)
        #expect(floor.how("w2") == .open)
    }

    // MARK: Idle time

    @Test func `who has a mail in hand is idle by the share of him that is free`() {
        var floor = StoredRouting()
        floor.says(.ready, "amy", at: 0)
        floor.enter(.of(.mail), at: 0)
        floor.accept("w1", at: 0)
        floor.says(.ready, "bob", at: 15)
        // At 100 amy has been idle for 80 of 100 seconds, bob for 85.
        for second in 1...100 { floor.tell(.timePassed, at: .second(second)) }
        floor.comes("c1", at: 100)
        #expect(floor.offers.map(\.agentID) == ["bob"])
        // At 50 amy was ahead with 40 to 35.
        var early = StoredRouting()
        early.says(.ready, "amy", at: 0)
        early.enter(.of(.mail), at: 0)
        early.accept("w1", at: 0)
        early.says(.ready, "bob", at: 15)
        for second in 1...50 { early.tell(.timePassed, at: .second(second)) }
        early.comes("c1", at: 50)
        #expect(early.offers.map(\.agentID) == ["amy"])
    }

    @Test func `what work took is not given back when it is done, and is forgotten with the next readiness`() {
        var floor = StoredRouting()
        floor.says(.ready, "amy", at: 0)
        floor.enter(.of(.chat), at: 0)
        floor.accept("w1", at: 0)
        floor.finish("w1", at: 100)
        #expect(floor.state.agents["amy"]?.idleSince == 30)
        // The caller went before he answered: he is ready as before.
        floor.says(.ringing, "amy", on: "c1", at: 101)
        floor.says(.ready, "amy", since: 0, at: 103)
        #expect(floor.state.agents["amy"]?.idleSince == 30)
        floor.says(.talking, "amy", on: "c2", at: 110)
        floor.says(.ready, "amy", at: 120)
        #expect(floor.state.agents["amy"]?.idleSince == 120)
    }

    @Test func `mails are shared out by idle time that is weighed`() {
        var floor = StoredRouting()
        floor.says(.ready, "amy", at: 0)
        floor.says(.ready, "bob", at: 1)
        floor.enter(.of(.chat, "h1"), at: 2)
        floor.accept("h1", at: 2)
        #expect(floor.who("h1") == "amy")
        for second in 3...20 { floor.tell(.timePassed, at: .second(second)) }
        floor.enter(.of(.mail, "m1"), at: 20)
        #expect(floor.who("m1") == "bob", "amy chats")
    }

    @Test func `rules that make no sense are refused`() {
        #expect(throws: Failure.self) {
            try MediaRules(media: [.init(medium: .voice, weight: 100, most: 1, interruptedBy: [.chat])]).checked()
        }
        #expect(throws: Failure.self) { try MediaRules(capacity: 0).checked() }
        #expect(throws: Failure.self) {
            try MediaRules(media: [.init(medium: .chat, weight: 0, most: 1, interruptedBy: [])]).checked()
        }
        #expect(throws: Failure.self) {
            try AgentCapacity(most: [.init(medium: .chat, most: 1), .init(medium: .chat, most: 2)]).checked()
        }
        #expect(MediaRules().whole.media.count == Medium.allCases.count)
    }
}
