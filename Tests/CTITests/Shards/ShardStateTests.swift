import Contracts
import TestSupport
import Testing

@testable import CTI

@Suite struct ShardStateTests {
    var shard = ShardState(shard: .of("t"), books: ["t": .example])
    let amy = AgentKey(tenant: "t", agentID: "amy")

    @discardableResult
    private mutating func tell(_ input: ShardInput, _ seconds: Double) -> [ShardAction] {
        shard.handle(input, at: second(seconds))
    }

    @discardableResult
    private mutating func leg(_ fact: LegFact, _ seconds: Double) -> [ShardAction] {
        tell(.leg(fact, tenant: "t", on: media), seconds)
    }

    private mutating func ready() {
        tell(.agent(amy, .signIn("201")), 0)
        tell(.agent(amy, .makeReady), 0)
    }

    private mutating func waitInQueue() {
        leg(.arrived(.example), 1)
        leg(.answered("c1"), 2)
    }

    private mutating func talk() {
        ready()
        waitInQueue()
        tell(.offer(.to("amy"), tenant: "t"), 3)
        leg(.answered("c1-1"), 4)
    }

    @Test mutating func `the name that an agent signed in with is said to the caller`() {
        var desk = DeskSettings()
        desk.agentAnnouncement = AgentAnnouncement(texts: ["en": "{agentName} at your service"])
        shard.books["t"]?.desk = desk
        tell(.agent(amy, .signIn("201", name: "Zhang Wei")), 0)
        tell(.agent(amy, .makeReady), 0)
        waitInQueue()
        tell(.offer(.to("amy"), tenant: "t"), 3)
        let said = leg(.answered("c1-1"), 4).commands.flatMap(\.commands)
        #expect(
            said.contains {
                if case .play(_, let prompts, _, _) = $0 {
                    prompts == [.speech("Zhang Wei at your service", language: "en")]
                } else {
                    false
                }
            })
    }

    @Test mutating func `an arrived leg begins a call, once`() {
        #expect(leg(.arrived(.example), 1).commands.map(\.leg) == ["c1"])
        #expect(leg(.arrived(.example), 1).isEmpty)
        #expect(shard.calls.count == 1)
    }

    /// A telephone's leg that dials, and whether it is refused.
    private mutating func dials(_ leg: LegID, _ number: String = "13900000009") -> EndCause? {
        let arrived = LegArrived(legID: leg, from: "201", to: number, trunkID: nil, phoneID: "201")
        for case .refuseLeg(leg, let cause, _, _) in self.leg(.arrived(arrived), 5) { return cause }
        return nil
    }

    @Test mutating func `a telephone dials for the agent who is signed in at it, one call at a time`() {
        #expect(dials("d1") == .rejected)
        ready()
        #expect(dials("d2", "nowhere") == .notFound)
        #expect(dials("d3") == nil)
        #expect(shard.agents[amy]?.callID == "d3")
        #expect(dials("d4") == .busy)
        leg(.ended("d3", .remote), 9)
        #expect(shard.agents[amy]?.status != .talking)
        #expect(shard.legs.isEmpty)
    }

    @Test mutating func `a number that nothing is bound to is turned down`() {
        let actions = leg(.arrived(LegArrived(legID: "c9", from: "1", to: "999", trunkID: nil)), 1)
        #expect(actions.commands.first?.commands == [.hangUp(.notFound)])
        #expect(shard.calls.isEmpty)
        #expect(shard.legs.isEmpty)
    }

    @Test mutating func `an agent who is not ready is not offered the call, and the call still waits`() {
        waitInQueue()
        #expect(tell(.offer(.to("amy"), tenant: "t"), 3).refusal?.kind == .conflict)
        tell(.agent(amy, .signIn("201")), 3)
        #expect(tell(.offer(.to("amy"), tenant: "t"), 3).refusal?.kind == .conflict)
        #expect(shard.waiting().map(\.callID) == ["c1"])
    }

    @Test mutating func `a call that does not wait leaves the agent ready`() {
        ready()
        waitInQueue()
        #expect(tell(.offer(.to("amy", queue: "other"), tenant: "t"), 3).refusal?.kind == .conflict)
        #expect(shard.agents[amy]?.status == .ready)
        #expect(tell(.offer(.to("amy"), tenant: "other"), 3).refusal?.kind == .conflict)
    }

    @Test mutating func `two calls never ring at one agent`() {
        ready()
        waitInQueue()
        leg(.arrived(LegArrived(legID: "c2", from: "2", to: "400", trunkID: nil)), 2)
        leg(.answered("c2"), 2)
        #expect(tell(.offer(.to("amy"), tenant: "t"), 3).refusal == nil)
        #expect(tell(.offer(.to("amy", call: "c2"), tenant: "t"), 3).refusal?.code == "agentNotReady")
        #expect(tell(.offer(.to("amy"), tenant: "t"), 3).refusal == nil, "asking again is no second offer")
    }

    @Test mutating func `an offer goes through to talk, and its end to after-call work`() {
        talk()
        #expect(shard.agents[amy]?.status == .talking)
        leg(.ended("c1", .remote), 9)
        #expect(shard.agents[amy]?.status == .afterCallWork)
        #expect(shard.calls.isEmpty)
        #expect(shard.legs.isEmpty)
    }

    @Test mutating func `an ended call does not come back`() {
        waitInQueue()
        leg(.ended("c1", .remote), 3)
        #expect(leg(.arrived(.example), 4).isEmpty)
    }

    @Test mutating func `two agents cannot use one telephone`() {
        ready()
        let refused = tell(.agent(AgentKey(tenant: "t", agentID: "bob"), .signIn("201")), 1)
        #expect(refused.refusal?.code == "phoneInUse")
    }

    @Test mutating func `whoever never signed in leaves no trace`() {
        #expect(tell(.agent(amy, .makeReady), 1).refusal?.code == "signedOut")
        #expect(shard.agents.isEmpty)
    }

    @Test mutating func `asking twice to dial dials once, and never after the end`() {
        #expect(tell(.originate(.example, tenant: "t", on: media), 1).refusal == nil)
        #expect(tell(.originate(.example, tenant: "t", on: media), 1).isEmpty)
        leg(.ended("c1-0", .busy), 2)
        #expect(tell(.originate(.example, tenant: "t", on: media), 3).refusal?.code == "callOver")
    }

    @Test mutating func `a lost media-server ends its calls and frees the agents`() {
        talk()
        #expect(tell(.mediaServerLost(media), 9).ended.map(\.reason) == [.systemFailed])
        #expect(shard.agents[amy]?.status == .afterCallWork)
    }

    // MARK: Reconciling

    @Test mutating func `a call without its leg is ended at the second look`() {
        waitInQueue()
        #expect(tell(.legsFound([], on: media), 5).isEmpty)
        #expect(tell(.legsFound([], on: media), 10).ended.map(\.reason) == [.abandoned])
    }

    @Test mutating func `a talk that only its legs know of goes on from the second look`() throws {
        talk()
        let legs = try shard.inheritance().legs.map(\.leg)
        shard = ShardState(shard: .of("t"), epoch: 1, books: ["t": .example])
        #expect(tell(.legsFound(legs, on: media), 5).isEmpty)
        let actions = tell(.legsFound(legs, on: media), 10)
        #expect(actions.strays.isEmpty)
        #expect(actions.commands.isEmpty, "media is left alone")
        #expect(shard.calls["c1"]?.phase == .talking)
        #expect(shard.calls["c1"]?.revision == shard.firstRevision)
        #expect(shard.agents[amy]?.status == .talking)
        #expect(leg(.ended("c1", .remote), 20).ended.map(\.reason) == [.customerHungUp])
    }

    @Test mutating func `a leg of a call that is over, or of another's, is hung up all the same`() throws {
        talk()
        let legs = try shard.inheritance().legs.map(\.leg)
        tell(.call("c1", tenant: "t", .hangUp(by: "amy")), 4)
        tell(.legsFound(legs, on: media), 5)
        #expect(Set(tell(.legsFound(legs, on: media), 10).strays) == ["c1", "c1-1"])
        shard = ShardState(shard: .of("t"), epoch: 1, books: ["t": .example])
        let other = InstanceID(.mediaServer, 9)
        tell(.legsFound(legs, on: other), 15)
        #expect(Set(tell(.legsFound(legs, on: other), 20).strays) == ["c1", "c1-1"])
    }

    @Test mutating func `a leg without a call is hung up at the second look`() throws {
        waitInQueue()
        let legs = try shard.inheritance().legs.map(\.leg)
        leg(.ended("c1", .remote), 3)
        #expect(tell(.legsFound(legs, on: media), 5).isEmpty)
        #expect(tell(.legsFound(legs, on: media), 10).strays == ["c1"])
    }

    @Test mutating func `a talk that nobody can hear is bridged at the second look`() throws {
        talk()
        let legs = try shard.inheritance().legs.map { $0.leg.bridged(with: nil) }
        #expect(tell(.legsFound(legs, on: media), 5).isEmpty)
        #expect(tell(.legsFound(legs, on: media), 10).commands.first?.commands.first == .bridge(with: "c1-1"))
    }

    @Test mutating func `what is right again is not put right`() throws {
        talk()
        let legs = try shard.inheritance().legs.map(\.leg)
        #expect(tell(.legsFound([], on: media), 5).isEmpty)
        #expect(tell(.legsFound(legs, on: media), 10).isEmpty)
        #expect(tell(.legsFound([], on: media), 15).isEmpty)
    }
}
