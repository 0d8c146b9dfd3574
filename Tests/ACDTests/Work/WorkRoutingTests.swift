import Contracts
import TestSupport
import Testing

@testable import ACD

/// Work that is no call, in a queue of amy, bob and eve.
@Suite struct WorkRoutingTests {
    @Test func `a mail goes to the agent who is idle for longest, and waits while nobody is there`() {
        var floor = StoredRouting()
        floor.enter(.of(.mail), at: 1)
        #expect(floor.how("w1") == .waiting)
        floor.says(.ready, "bob", at: 2)
        #expect(floor.who("w1") == "bob" && floor.how("w1") == .offered)
        floor.says(.ready, "amy", at: 3)
        floor.says(.ready, "eve", at: 4)
        floor.tell(.timePassed, at: 12)
        floor.enter(.of(.mail, "w2", at: 12), at: 12)
        #expect(floor.who("w2") == "amy", "bob is asked already, so that only four fifths of him are idle")
        #expect(floor.decided.count == 2)
    }

    @Test func `who has a mail open gets the call; the mail waits meanwhile, and is taken up again`() {
        var floor = StoredRouting()
        floor.says(.ready, "amy", at: 1)
        floor.enter(.of(.mail), at: 2)
        floor.accept("w1", at: 3)
        floor.comes("c1", at: 4)
        #expect(floor.offers == [Offer("c1", "amy", 1)])
        #expect(floor.how("w1") == .open, "it only rings")
        floor.says(.ringing, "amy", on: "c1", at: 4)
        floor.tell(.offerEnded(Offer("c1", "amy", 1), .answered), at: 6)
        floor.says(.talking, "amy", on: "c1", at: 6)
        #expect(floor.how("w1") == .interrupted)
        #expect(floor.decided.last == .interrupted("amy", by: "c1"))
        floor.says(.afterCallWork, "amy", on: "c1", at: 60)
        #expect(floor.how("w1") == .interrupted)
        floor.says(.ready, "amy", at: 70)
        #expect(floor.how("w1") == .open)
        #expect(floor.decided.last == .resumed("amy"))
        floor.finish("w1", at: 80)
        #expect(floor.state.work.isEmpty && floor.state.work.held.isEmpty)
    }

    @Test func `who has a chat open gets no call, until it is over`() {
        var floor = StoredRouting()
        floor.says(.ready, "amy", at: 1)
        floor.enter(.of(.chat), at: 2)
        floor.accept("w1", at: 3)
        floor.comes("c1", at: 4)
        #expect(floor.offers.isEmpty)
        #expect(floor.state.freeAgents(for: ["sales"]).groups.isEmpty, "nobody is dialled for him")
        floor.finish("w1", at: 9)
        #expect(floor.offers == [Offer("c1", "amy", 1)])
    }

    @Test func `a tenant may let calls interrupt chats, or have room for both`() {
        for rules in [
            MediaRules(media: [.init(medium: .chat, weight: 30, most: 3, interruptedBy: [.voice])]),
            MediaRules(capacity: 130),
        ] {
            var floor = StoredRouting()
            floor.tell(.mediaChanged(rules, [:]), at: 0)
            floor.says(.ready, "amy", at: 1)
            floor.enter(.of(.chat), at: 2)
            floor.accept("w1", at: 3)
            floor.comes("c1", at: 4)
            #expect(floor.offers == [Offer("c1", "amy", 1)])
            floor.tell(.offerEnded(Offer("c1", "amy", 1), .answered), at: 5)
            floor.says(.talking, "amy", on: "c1", at: 5)
            #expect(floor.how("w1") == (rules.capacity == 130 ? .open : .interrupted))
        }
    }

    @Test func `an agent does as much at once as fits, and the rest waits in line`() {
        var floor = StoredRouting()
        floor.says(.ready, "amy", at: 1)
        for number in 1...5 {
            floor.enter(.of(.chat, WorkID(rawValue: "w\(number)"), at: .second(number)), at: 2)
        }
        #expect((1...5).map { floor.who(WorkID(rawValue: "w\($0)")) } == ["amy", "amy", "amy", nil, nil])
        for number in 1...3 { floor.accept(WorkID(rawValue: "w\(number)"), at: 3) }
        floor.finish("w2", at: 4)
        #expect(floor.who("w4") == "amy" && floor.who("w5") == nil)
        floor.says(.ready, "bob", at: 5)
        #expect(floor.who("w5") == "bob")
    }

    @Test func `an agent's own capacity counts before the tenant's, and who does no chats is given none`() {
        var floor = StoredRouting()
        let amys = AgentCapacity(capacity: 60, most: [.init(medium: .chat, most: 2)])
        let bobs = AgentCapacity(most: [.init(medium: .chat, most: 0), .init(medium: .voice, most: 0)])
        floor.tell(.mediaChanged(MediaRules(), ["amy": amys, "bob": bobs]), at: 0)
        floor.says(.ready, "amy", at: 1)
        floor.says(.ready, "bob", at: 1)
        for number in 1...3 { floor.enter(.of(.chat, WorkID(rawValue: "w\(number)")), at: 2) }
        #expect((1...3).map { floor.who(WorkID(rawValue: "w\($0)")) } == ["amy", "amy", nil])
        floor.comes("c1", at: 3)
        #expect(floor.offers.isEmpty, "a call does not fit into 60 units, and bob takes none")
        floor.enter(.of(.mail, "m1"), at: 4)
        #expect(floor.who("m1") == "bob")
    }

    @Test func `a chat that came before a call is taken before it, a mail never`() {
        var floor = StoredRouting()
        floor.enter(.of(.mail, "m1", priority: 500, at: 1), at: 1)
        floor.enter(.of(.chat, "h1", priority: 0, at: 1), at: 1)
        floor.comes("c1", at: 2)
        floor.says(.ready, "amy", at: 3)
        #expect(floor.who("h1") == "amy" && floor.offers.isEmpty, "the chat came before the call")
        floor.says(.ready, "bob", at: 4)
        #expect(floor.offers == [Offer("c1", "bob", 1)])
        #expect(floor.who("m1") == "amy", "beside the chat there is room for a mail")
    }

    @Test func `who does not take it is passed over; nobody else, and he is asked again after five seconds`() {
        var floor = StoredRouting()
        floor.says(.ready, "amy", at: 1)
        floor.says(.ready, "bob", at: 2)
        floor.enter(.of(.ticket), at: 3)
        #expect(floor.who("w1") == "amy")
        floor.tell(.timePassed, at: 21)
        #expect(floor.who("w1") == "amy", "fifteen seconds and the time that the answer takes")
        floor.tell(.timePassed, at: 22)
        #expect(floor.who("w1") == "bob")
        floor.change("w1", at: 23) {
            $0.refusedBy.append("bob")
            ($0.state, $0.agentID) = (.waiting, nil)
        }
        #expect(floor.how("w1") == .waiting)
        floor.tell(.timePassed, at: 27)
        #expect(floor.how("w1") == .waiting)
        floor.tell(.timePassed, at: 28)
        #expect(floor.how("w1") == .offered)
    }

    @Test func `a late answer to an offer that is over matches nothing`() {
        var floor = StoredRouting()
        floor.says(.ready, "amy", at: 1)
        floor.enter(.of(.mail), at: 2)
        floor.tell(.timePassed, at: 22)
        floor.tell(.timePassed, at: 28)
        #expect(floor.state.work.items["w1"]?.item.offers == 2)
        #expect(floor.state.handle(.timePassed, at: 29).isEmpty, "the first offer's end is not the second's")
        #expect(floor.how("w1") == .offered)
    }

    @Test func `a call withdraws what he was asked to take and had not taken`() {
        var floor = StoredRouting()
        floor.says(.ready, "amy", at: 1)
        floor.enter(.of(.mail), at: 2)
        floor.comes("c1", at: 3)
        #expect(floor.offers == [Offer("c1", "amy", 1)])
        floor.tell(.offerEnded(Offer("c1", "amy", 1), .answered), at: 4)
        floor.says(.talking, "amy", on: "c1", at: 4)
        #expect(floor.how("w1") == .waiting)
        #expect(floor.decided.last == .offerEnded("amy", number: 1, .busy, isRefusal: false))
        floor.says(.ready, "amy", at: 30)
        #expect(floor.who("w1") == "amy", "he has refused nothing")
    }

    @Test func `who signs out leaves what he had to others, at its place`() {
        var floor = StoredRouting()
        floor.says(.ready, "amy", at: 1)
        floor.enter(.of(.mail, "w1", at: 2), at: 2)
        floor.accept("w1", at: 3)
        floor.enter(.of(.chat, "w2", at: 4), at: 4)
        floor.says(.paused, "amy", at: 5)
        #expect(floor.how("w1") == .open, "who pauses goes on with what he has")
        floor.says(.signedOut, "amy", at: 6)
        #expect(floor.how("w1") == .waiting && floor.how("w2") == .waiting)
        floor.says(.ready, "bob", at: 7)
        #expect(floor.who("w1") == "bob" && floor.who("w2") == "bob")
        #expect(floor.decided.contains(.givenBack("amy")))
    }

    @Test func `only who can what it asks for is asked`() {
        var floor = StoredRouting()
        floor.tell(.skillsChanged("bob", ["english:3"]), at: 0)
        floor.says(.ready, "amy", at: 1)
        floor.says(.ready, "bob", at: 2)
        floor.enter(.of(.mail, skills: ["english:2"]), at: 3)
        #expect(floor.who("w1") == "bob")
    }

    @Test func `a decision says who was passed over, and why`() throws {
        var floor = StoredRouting()
        floor.says(.ready, "amy", at: 1)
        floor.says(.talking, "bob", on: "x", at: 2)
        floor.says(.ready, "eve", at: 3)
        floor.stored["w1"] = .of(.mail, refusedBy: ["eve"])
        let actions = floor.state.handle(.workFound([.of(.mail, refusedBy: ["eve"])], upTo: 1), at: 4)
        let record = try #require(
            actions.compactMap { if case .record(let record) = $0 { record } else { nil } }.first)
        #expect(record.callID == "work-w1" && record.agentID == "amy")
        #expect(record.candidates.map(\.agentID) == ["amy", "bob", "eve"])
        #expect(
            record.candidates.map(\.passedOver) == [nil, "has no room for mail", "did not take this call before"])
    }

    @Test func `what is read while a decision is being stored is looked at when it is`() {
        var state = RoutingState.open()
        _ = state.ready("amy", at: 1)
        _ = state.handle(.workFound([.of(.mail, version: 1)], upTo: 1), at: 2)
        #expect(state.work.items["w1"]?.unstored == 1)
        // Somebody called it off at the same time; the offer could not be stored.
        var cancelled = WorkItem.of(.mail, version: 2)
        cancelled.state = .cancelled
        _ = state.handle(.workFound([cancelled], upTo: 2), at: 3)
        #expect(state.work.items["w1"]?.item.state == .offered)
        _ = state.handle(.workStored("w1", [cancelled]), at: 4)
        #expect(state.work.isEmpty && state.work.held.isEmpty)
    }
}
