import Contracts
import TestSupport
import Testing

@testable import CTI

/// Telephones whose agent talks already and that dial on another line: whom they ask, and who may not.
@Suite struct TelephoneAsksTests {
    var shard = ShardState(shard: .of("t"), books: ["t": .example])
    let amy = AgentKey(tenant: "t", agentID: "amy")
    let bob = AgentKey(tenant: "t", agentID: "bob")

    init() {
        for (agent, phone) in [(amy, "201"), (bob, "202")] as [(AgentKey, PhoneID)] {
            tell(.agent(agent, .signIn(phone)), 0)
            tell(.agent(agent, .makeReady), 0)
        }
        leg(.arrived(.example), 1)
        leg(.answered("c1"), 2)
        tell(.offer(.to("amy"), tenant: "t"), 3)
        leg(.answered("c1-1"), 4)
    }

    @discardableResult
    private mutating func tell(_ input: ShardInput, _ seconds: Double) -> [ShardAction] {
        shard.handle(input, at: second(seconds))
    }

    @discardableResult
    private mutating func leg(_ fact: LegFact, _ seconds: Double, on instance: InstanceID = media) -> [ShardAction] {
        tell(.leg(fact, tenant: "t", on: instance), seconds)
    }

    private mutating func dials(_ number: String, _ line: LegID = "d1", on instance: InstanceID = media)
        -> [ShardAction]
    {
        let arrived = LegArrived(legID: line, from: "201", to: number, trunkID: nil, phoneID: "201")
        return leg(.arrived(arrived), 5, on: instance)
    }

    private func rung(_ actions: [ShardAction]) -> Destination? {
        for case .originate(_, _, let destination, _, _, _) in actions { return destination }
        return nil
    }

    private func refused(_ actions: [ShardAction]) -> EndCause? {
        for case .refuseLeg(_, let cause, _, _) in actions { return cause }
        return nil
    }

    @Test mutating func `a number outside is asked within the call that he has`() {
        #expect(rung(dials("13900000009")) == .number("13900000009"))
        #expect(shard.calls.count == 1 && shard.calls["c1"]?.phase == .held)
        #expect(shard.legs["d1"] == "c1")
        #expect(shard.agents[amy]?.callID == "c1")
    }

    @Test mutating func `the number of a colleague's telephone rings him, who is then nobody else's`() {
        #expect(rung(dials("202")) == .phone("202"))
        #expect(shard.agents[bob]?.callID == "c1")
        leg(.answered("d1"), 6)
        leg(.answered("c1-2"), 7)
        let asked = LegTransferAsked(legID: "c1-1", number: "202", consultation: "d1")
        leg(.transferAsked(asked), 9)
        #expect(shard.calls["c1"]?.agentID == "bob" && shard.calls["c1"]?.phase == .talking)
        #expect(shard.agents[amy]?.callID == nil || shard.agents[amy]?.status == .afterCallWork)
    }

    @Test mutating func `what may not be asked is busy, and the call goes on`() {
        tell(.agent(bob, .signOut), 4)
        let elsewhere = InstanceID(.mediaServer, 2)
        #expect(refused(dials("13900000009", on: elsewhere)) == .busy)
        #expect(shard.calls["c1"]?.phase == .talking && shard.legs["d1"] == nil)
        _ = dials("13900000009")
        #expect(refused(dials("13900000008", "d2")) == .busy)
        #expect(shard.legs["d2"] == nil)
    }
}
