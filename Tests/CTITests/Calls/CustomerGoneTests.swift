import Contracts
import TestSupport
import Testing

@testable import CTI

/// The customer leaves a conference: who is left talks on.
@Suite struct CustomerGoneTests {
    var call = CallState.inbound(
        "c1", tenant: "t", from: "13900000001", to: "4008000000", on: media, flow: .queueOnly, at: second(0))
    /// Amy's, who has the call, and those who were joined to it.
    let amy: LegID = "c1-1"
    let bob: LegID = "c1-2"
    let cat: LegID = "c1-3"

    init() {
        tell(.begin, 0)
        tell(.legAnswered("c1"), 1)
        tell(.offer(.to("amy"), phone: "201"), 5)
        tell(.legAnswered(amy), 8)
        tell(.consult(by: "amy", .agent("bob", phone: "202")), 20)
        tell(.legAnswered(bob), 25)
        tell(.join(by: "amy"), 30)
    }

    @discardableResult
    private mutating func tell(_ input: CallInput, _ seconds: Double) -> [CallAction] {
        call.handle(input, at: second(seconds))
    }

    private mutating func joinCat() {
        tell(.consult(by: "amy", .agent("cat", phone: "203")), 31)
        tell(.legAnswered(cat), 33)
        tell(.join(by: "amy"), 35)
    }

    @Test mutating func `of three the two agents talk on, and nothing is recorded any more`() throws {
        let actions = tell(.legEnded("c1", .remote), 40)
        #expect(actions.ended.isEmpty)
        #expect(actions.commands(for: amy).first == .bridge(with: bob))
        #expect(actions.commands(for: amy).contains(.stopRecording("c1-r1")))
        #expect(actions.commands(for: "c1").isEmpty, "the customer's leg is no more")
        #expect(call.phase == .talking && call.legIDs == [amy, bob] && call.recording == nil)
        let told = actions.compactMap { action -> CallPartiesChanged? in
            if case .publish(.partiesChanged(let fact)) = action { fact } else { nil }
        }
        #expect(told.first?.customerLeft == true && told.first?.agents == ["amy", "bob"])
        #expect(CallView(call).customerLeft == true)
        #expect(tell(.record(by: "amy", .start), 41).refusal?.code == "customerLeft")
        #expect(tell(.legEnded("c1", .remote), 42).isEmpty, "told twice")
    }

    @Test mutating func `a new owner who hears late that the customer came and went leaves those alone who talk on`() {
        tell(.legEnded("c1", .remote), 40)
        var heir = ShardState(shard: .of("t"), books: ["t": .example])
        let missed = MissedLeg(
            arrival: .example, tenant: "t", instance: media, arrivedAt: second(0), endedAt: second(40))
        let legs = [amy, bob].map { (media, LegSnapshot.leg($0, .answered)) }
        let actions = heir.takeOver(ShardInheritance(calls: [call], legs: legs, missed: [missed]), at: second(41))
        #expect(actions.ended.isEmpty)
        #expect(heir.calls["c1"]?.legIDs == [amy, bob])
    }

    @Test mutating func `the last who is left alone is hung up, and the contact is one that the customer ended`() throws
    {
        tell(.legEnded("c1", .remote), 40)
        let actions = tell(.hangUp(by: "bob"), 50)
        let ended = try #require(actions.ended.first)
        #expect(ended.reason == .customerHungUp && ended.agentID == "amy")
        #expect(ended.segments.map(\.kind) == [.ivr, .queue, .ring, .talk, .hold, .talk, .talk])
        #expect(ended.segments.last?.startedAt == second(40) && ended.endedAt == second(50))
        #expect(actions.commands(for: amy) == [.hangUp(.local)])
        #expect(actions.commands(for: "c1").isEmpty)
        #expect(actions.contains(.agent("amy", .callEnded("c1"))) && actions.contains(.agent("bob", .callEnded("c1"))))
    }

    @Test mutating func `whose call it is may leave as well: of two nobody is left, of three the others`() {
        var two = self
        two.tell(.legEnded("c1", .remote), 40)
        let over = two.tell(.hangUp(by: "amy"), 50)
        #expect(over.ended.count == 1)
        #expect(!over.contains { if case .agent("bob", .tookCharge) = $0 { true } else { false } })
        joinCat()
        tell(.legEnded("c1", .remote), 40)
        let actions = tell(.legEnded(amy, .remote), 50)
        #expect(actions.ended.isEmpty && call.peer?.agentID == "bob")
        #expect(actions.commands(for: bob).first == .bridge(with: cat))
        #expect(actions.flatMap(\.recordings).isEmpty, "no recording begins")
        #expect(tell(.hangUp(by: "cat"), 60).ended.first?.reason == .customerHungUp)
    }

    @Test mutating func `three who are left talk in the room, ask others, hold and come back`() {
        joinCat()
        let left = tell(.legEnded("c1", .remote), 40)
        #expect(left.commands(for: amy).first == .confer("c1", [amy, bob, cat].map { RoomSeat($0, .talk) }))
        let held = tell(.hold(by: "amy"), 45)
        #expect(held.commands(for: bob) == [.bridge(with: cat)])
        #expect(held.commands(for: amy) == [.unbridge])
        let alone = tell(.hangUp(by: "cat"), 50)
        #expect(alone.ended.isEmpty, "Amy holds the line")
        guard case .play(_, [.music], true, _)? = alone.commands(for: bob).last else {
            Issue.record("Bob hears no music")
            return
        }
        #expect(tell(.retrieve(by: "amy"), 55).commands(for: amy).first == .bridge(with: bob))
        let asking = tell(.consult(by: "amy", .number("10086")), 60)
        #expect(asking.contains { if case .originate = $0 { true } else { false } })
        #expect(call.legBeside("c1-4") == amy)
        tell(.legAnswered("c1-4"), 65)
        #expect(tell(.hangUp(by: "bob"), 70).ended.isEmpty, "Amy talks with whom she asked")
        #expect(tell(.complete(by: "amy"), 75).ended.count == 1, "whom she asked would be alone")
    }

    @Test mutating func `a consult and a supervisor are no conference: all are let go`() {
        tell(.remove(bob, by: "amy"), 31)
        tell(.supervise("amy", by: "sue", as: .barging, phone: "299"), 32)
        tell(.legAnswered(cat), 33)
        let actions = tell(.legEnded("c1", .remote), 40)
        #expect(actions.ended.count == 1)
        #expect(actions.commands(for: cat) == [.hangUp(.local)])
    }

    @Test mutating func `numbers outside are not left to themselves`() {
        joinCat()
        tell(.consult(by: "amy", .number("10086")), 36)
        tell(.legAnswered("c1-4"), 37)
        tell(.join(by: "amy"), 38)
        tell(.remove(bob, by: "amy"), 39)
        tell(.remove(cat, by: "amy"), 40)
        tell(.legEnded("c1", .remote), 41)
        #expect(call.phase == .talking, "Amy talks with the number")
        #expect(tell(.hangUp(by: "amy"), 50).ended.count == 1)
    }

    @Test mutating func `a tenant may want a conference to end with its customer`() {
        call.rules = TalkRules(endsConferenceWithCustomer: true)
        let actions = tell(.legEnded("c1", .remote), 40)
        #expect(actions.ended.first?.reason == .customerHungUp)
        #expect(actions.commands(for: bob) == [.hangUp(.local)])
    }

    @Test mutating func `a media server that is lost ends it`() {
        tell(.legEnded("c1", .remote), 40)
        let actions = tell(.mediaLost, 50)
        #expect(actions.ended.first?.reason == .systemFailed)
        #expect(actions.commands(for: "c1").isEmpty)
    }
}

extension CallAction {
    fileprivate var recordings: [RecordingID] {
        guard case .command(_, let commands) = self else { return [] }
        return commands.compactMap { if case .record(let id, _, _, _) = $0 { id } else { nil } }
    }
}
