import Contracts
import TestSupport
import Testing

@testable import CTI

/// Consults, conferences and supervision in a shard: whose telephones ring, who is free after it, and what a new owner
/// makes of it.
@Suite struct CompanyTests {
    var shard = ShardState(shard: .of("t"), books: ["t": .example])
    lazy var heir = ShardState(shard: shard.shard, epoch: 1, books: shard.books)
    var time = 0.0

    init() {
        tell(
            .leg(.arrived(.example), tenant: "t", on: media), .leg(.answered("c1"), tenant: "t", on: media),
            .agent(key("amy"), .signIn("201")), .agent(key("amy"), .makeReady), .agent(key("bob"), .signIn("2-bob")),
            .agent(key("bob"), .makeReady), .agent(key("sue"), .signIn("2-sue")),
            .agent(key("sue"), .pause(reason: "paperwork")), .offer(.to("amy"), tenant: "t"),
            .leg(.answered("c1-1"), tenant: "t", on: media))
    }

    private func key(_ agent: AgentID) -> AgentKey { AgentKey(tenant: "t", agentID: agent) }

    @discardableResult
    private mutating func tell(_ inputs: ShardInput...) -> [ShardAction] {
        var actions: [ShardAction] = []
        for input in inputs {
            time += 1
            actions += shard.handle(input, at: second(time))
        }
        return actions
    }

    @discardableResult
    private mutating func wish(_ wish: CallWish, by agent: AgentID = "amy") -> [ShardAction] {
        tell(.wish(wish, for: "c1", by: agent, tenant: "t"))
    }

    private mutating func supervise(_ wish: SupervisionWish) -> [ShardAction] {
        tell(.supervise(wish, of: "amy", by: "sue", tenant: "t"))
    }

    private mutating func threeTalk() {
        wish(.consult(.agent("bob")))
        tell(.leg(.answered("c1-2"), tenant: "t", on: media))
        wish(.join)
    }

    @Test mutating func `whoever is asked is booked in the same input, and free after it`() {
        wish(.consult(.agent("bob")))
        #expect(shard.agents[key("bob")]?.status == .ringing)
        tell(.leg(.answered("c1-2"), tenant: "t", on: media))
        #expect(shard.agents[key("bob")]?.status == .talking)
        #expect(shard.desk(key("bob"), at: second(99)).call?.callID == "c1")
        wish(.giveUp)
        #expect(shard.agents[key("bob")]?.status == .ready)
    }

    @Test mutating func `nobody is asked who is in a call, signed out or not there`() {
        #expect(wish(.consult(.agent("eve"))).refusal?.code == "signedOut")
        tell(.agent(key("bob"), .signOut))
        #expect(wish(.consult(.agent("bob"))).refusal?.code == "signedOut")
        #expect(wish(.consult(.agent("amy"))).refusal?.code == "agentInCall")
        #expect(shard.calls["c1"]?.phase == .talking, "the customer was not held for nothing")
        #expect(wish(.transfer(.flow("none"))).refusal?.code == "flowNotFound")
    }

    @Test mutating func `who was paused before he was asked is paused again`() {
        wish(.consult(.agent("sue")))
        tell(.leg(.answered("c1-2"), tenant: "t", on: media))
        wish(.giveUp)
        #expect(shard.agents[key("sue")]?.status == .paused)
        #expect(shard.agents[key("sue")]?.pauseReason == "paperwork")
    }

    @Test mutating func `who got the call has its after-call work, who gave it has his own`() {
        wish(.consult(.agent("bob")))
        tell(.leg(.answered("c1-2"), tenant: "t", on: media))
        wish(.complete)
        #expect(shard.agents[key("amy")]?.status == .afterCallWork)
        tell(.leg(.ended("c1", .remote), tenant: "t", on: media))
        #expect(shard.agents[key("bob")]?.status == .afterCallWork)
    }

    @Test mutating func `each act of a supervisor is told: who did what to whom`() {
        let acted = supervise(.listen).compactMap { action -> SupervisorActed? in
            if case .publish(let fact, _) = action { fact as? SupervisorActed } else { nil }
        }
        #expect(acted.map(\.action) == [.listen])
        #expect(acted.first?.supervisor == "sue")
        #expect(acted.first?.agentID == "amy")
        #expect(acted.first?.callID == "c1")
        #expect(supervise(.leave).refusal == nil)
        #expect(supervise(.leave).refusal?.code == "notSupervising")
    }

    @Test mutating func `forced states come at once, or after the call`() {
        _ = supervise(.pause(reason: "meeting"))
        #expect(shard.agents[key("amy")]?.status == .talking)
        _ = supervise(.release)
        #expect(shard.agents[key("amy")]?.status == .ready)
        _ = supervise(.pause(reason: "meeting"))
        #expect(shard.agents[key("amy")]?.pauseReason == "meeting")
        _ = supervise(.makeReady)
        #expect(shard.agents[key("amy")]?.status == .ready)
        _ = supervise(.signOut)
        #expect(shard.agents[key("amy")]?.status == .signedOut)
        #expect(supervise(.makeReady).refusal?.code == "signedOut")
    }

    @Test mutating func `parked calls get the smallest free slot`() {
        wish(.park)
        #expect(shard.calls["c1"]?.parking?.slot == 1)
        #expect(shard.agents[key("amy")]?.status == .afterCallWork)
        wish(.pickUp, by: "bob")
        tell(.leg(.answered("c1-2"), tenant: "t", on: media))
        #expect(shard.calls["c1"]?.peer?.agentID == "bob")
        #expect(shard.calls["c1"]?.parking == nil)
    }

    @Test mutating func `after a call that he made an agent is what he was before`() {
        let request = DialNumber(callID: "d1", agentID: "sue", number: "10086", from: "")
        let dial = ShardInput.dial(request, by: "sue", tenant: "t", on: media)
        #expect(tell(dial).refusal == nil)
        #expect(tell(dial).isEmpty, "asked again, nothing is done again")
        #expect(shard.agents[key("sue")]?.status == .ringing)
        tell(.leg(.answered("d1-1"), tenant: "t", on: media), .leg(.answered("d1-0"), tenant: "t", on: media))
        #expect(shard.agents[key("sue")]?.status == .talking)
        tell(.leg(.ended("d1-0", .remote), tenant: "t", on: media))
        #expect(shard.agents[key("sue")]?.pauseReason == "paperwork")
        #expect(tell(dial).refusal?.code == "callOver")
        let other = DialNumber(callID: "d2", agentID: "amy", number: "10086", from: "")
        #expect(tell(.dial(other, by: "amy", tenant: "t", on: media)).refusal?.code == "agentBusy")
    }

    // MARK: A new owner

    @Test mutating func `a new owner waits for an agent who has not lifted yet`() throws {
        let request = DialNumber(callID: "d1", agentID: "sue", number: "10086", from: "")
        tell(.dial(request, by: "sue", tenant: "t", on: media))
        let actions = heir.takeOver(try shard.inheritance(), at: second(50))
        #expect(actions.ended.isEmpty)
        #expect(heir.agents[key("sue")]?.status == .ringing)
        let lifted = heir.handle(.leg(.answered("d1-1"), tenant: "t", on: media), at: second(51))
        #expect(lifted.contains { if case .originate(_, "d1-0", _, _, _, _) = $0 { true } else { false } })
    }

    @Test mutating func `a new owner leaves a conference alone, and goes on with it`() throws {
        threeTalk()
        let actions = heir.takeOver(try shard.inheritance(), at: second(50))
        #expect(actions.commands.isEmpty, "\(actions.commands)")
        #expect(heir.agents[key("bob")]?.status == .talking)
        #expect(heir.agents[key("amy")]?.status == .talking)
        let left = heir.handle(.leg(.ended("c1-2", .remote), tenant: "t", on: media), at: second(60))
        #expect(left.commands.contains { $0.commands == [.bridge(with: "c1-1")] })
        #expect(heir.agents[key("bob")]?.status != .talking)
    }

    @Test mutating func `a new owner seats a conference again that media-server lost`() throws {
        threeTalk()
        var inheritance = try shard.inheritance()
        inheritance.legs = inheritance.legs.map { ($0.instance, $0.leg.seated(in: nil, as: nil)) }
        let actions = heir.takeOver(inheritance, at: second(50))
        guard case .confer("c1", let seats)? = actions.commands.first?.commands.first else {
            Issue.record("not seated: \(actions.commands)")
            return
        }
        #expect(seats.count == 3)
    }

    @Test mutating func `a new owner goes on with a consult whose customer is held`() throws {
        wish(.consult(.agent("bob")))
        tell(.leg(.answered("c1-2"), tenant: "t", on: media))
        let actions = heir.takeOver(try shard.inheritance(), at: second(50))
        #expect(actions.commands.isEmpty, "\(actions.commands)")
        #expect(heir.agents[key("amy")]?.isOnHold == true)
        let done = heir.handle(.wish(.complete, for: "c1", by: "amy", tenant: "t"), at: second(51))
        #expect(done.commands.contains { $0.commands == [.bridge(with: "c1-2")] })
    }

    @Test mutating func `whoever answered while nobody was in control is connected to who asked`() throws {
        wish(.consult(.agent("bob")))
        var inheritance = try shard.inheritance()
        inheritance.legs = inheritance.legs.map { ($0.instance, $0.leg.answered) }
        let actions = heir.takeOver(inheritance, at: second(50))
        #expect(actions.commands.contains { $0.leg == "c1-1" && $0.commands == [.bridge(with: "c1-2")] })
        #expect(heir.agents[key("bob")]?.status == .talking)
    }

    @Test mutating func `a new owner knows who listens`() throws {
        _ = supervise(.listen)
        tell(.leg(.answered("c1-2"), tenant: "t", on: media))
        let actions = heir.takeOver(try shard.inheritance(), at: second(50))
        #expect(actions.commands.isEmpty, "\(actions.commands)")
        #expect(heir.agents[key("sue")]?.status == .talking)
        let barged = heir.handle(.supervise(.barge, of: "amy", by: "sue", tenant: "t"), at: second(51))
        #expect(
            barged.commands.map(\.commands) == [
                [.confer("c1", ["c1", "c1-1", "c1-2"].map { RoomSeat($0, .talk) })]
            ])
    }

    @Test mutating func `a new owner lines an agent's question up again`() throws {
        wish(.consult(.queue("tech", priority: 7)))
        #expect(shard.waiting().map(\.queueID) == ["tech"])
        let actions = heir.takeOver(try shard.inheritance(), at: second(50))
        #expect(heir.waiting() == shard.waiting())
        #expect(actions.contains { if case .enqueue = $0 { true } else { false } })
    }

    @Test mutating func `the reconciler lets a conference be, and misses a leg that is gone`() throws {
        threeTalk()
        let legs = try shard.inheritance().legs.map(\.leg)
        #expect(tell(.legsFound(legs, on: media), .legsFound(legs, on: media)).commands.isEmpty)
        let fewer = legs.filter { $0.legID != "c1-2" }
        tell(.legsFound(fewer, on: media), .legsFound(fewer, on: media))
        #expect(shard.calls["c1"]?.parties.isEmpty == true)
        #expect(shard.calls["c1"]?.phase == .talking)
    }
}
