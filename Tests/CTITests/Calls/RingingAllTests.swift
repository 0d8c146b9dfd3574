import Contracts
import TestSupport
import Testing

@testable import CTI

/// Amy's, bob's and eve's telephones ring for one call.
@Suite struct RingingAllTests {
    var call = CallState.inbound(
        "c1", tenant: "t", from: "13900000001", to: "4008000000", on: media, flow: .queueOnly, at: second(0))

    @discardableResult
    private mutating func tell(_ input: CallInput, _ seconds: Double) -> [CallAction] {
        call.handle(input, at: second(seconds))
    }

    /// Their legs are c1-1, c1-2 and c1-3, their offers 1, 2 and 3.
    private mutating func ring() {
        tell(.begin, 0)
        tell(.legAnswered("c1"), 1)
        for (number, agent) in ["amy", "bob", "eve"].enumerated() {
            tell(
                .offer(
                    .to(AgentID(rawValue: agent), number: number + 1, beside: true),
                    phone: PhoneID(rawValue: "20\(number)")),
                5)
        }
    }

    private func outcomes(_ actions: [CallAction]) -> [String] {
        actions.compactMap {
            if case .offerEnded(let agent, let number, let outcome) = $0 {
                "\(agent) \(number) \(outcome)"
            } else {
                nil
            }
        }
    }

    @Test mutating func `each telephone rings, and each screen pops`() {
        tell(.begin, 0)
        tell(.legAnswered("c1"), 1)
        tell(.offer(.to("amy", number: 1, beside: true), phone: "201"), 5)
        let second = tell(.offer(.to("bob", number: 2, beside: true), phone: "202"), 5)
        #expect(
            second.contains(.originate("c1-2", .phone("202"), from: "13900000001", displayName: nil, ringSeconds: 15)))
        #expect(second.contains { if case .publish(.offered(let told)) = $0 { told.agentID == "bob" } else { false } })
        #expect(call.phase == .offered && call.agentIDs == ["amy", "bob"])
        #expect(tell(.offer(.to("bob", number: 2, beside: true), phone: "202"), 6).isEmpty)
    }

    @Test mutating func `an offer that is not to ring beside another is refused while one rings`() {
        ring()
        #expect(tell(.offer(.to("zoe", number: 4), phone: "209"), 6).refusal?.code == "callNotWaiting")
    }

    @Test mutating func `whoever answers first has the call, and the others' offers end as answered elsewhere`() throws
    {
        ring()
        let actions = tell(.legAnswered("c1-2"), 8)
        #expect(call.phase == .talking && call.peer?.agentID == "bob" && call.agentIDs == ["bob"])
        #expect(outcomes(actions) == ["amy 1 answeredElsewhere", "eve 3 answeredElsewhere", "bob 2 answered"])
        #expect(actions.commands(for: "c1-1") == [.hangUp(.local)])
        #expect(actions.commands(for: "c1-3") == [.hangUp(.local)])
        #expect(actions.contains(.agent("amy", .offerEnded("c1", .answeredElsewhere))))
        #expect(actions.contains(.agent("bob", .answered("c1"))))
        // Who answers too late talks to nobody.
        #expect(tell(.legAnswered("c1-1"), 8.1).isEmpty)
        #expect(tell(.legEnded("c1-1", .local), 8.2).isEmpty)
        let ended = try #require(tell(.legEnded("c1", .remote), 20).ended.first)
        #expect(ended.agentID == "bob" && ended.segments.map(\.kind).contains(.talk))
    }

    @Test mutating func `when the first of them declines the others ring on, and may have it`() {
        ring()
        let declined = tell(.decline(by: "amy", because: nil), 6)
        #expect(outcomes(declined) == ["amy 1 rejected"])
        #expect(call.phase == .offered && call.peer?.agentID == "bob")
        #expect(outcomes(tell(.legAnswered("c1-3"), 8)) == ["bob 2 answeredElsewhere", "eve 3 answered"])
    }

    @Test
    mutating func
        `each telephone that is not answered ends its own offer, and the last brings the caller back to his place`()
    {
        ring()
        #expect(outcomes(tell(.timer(.offer(number: 3)), 20)) == ["eve 3 noAnswer"])
        #expect(outcomes(tell(.timer(.offer(number: 1)), 20)) == ["amy 1 noAnswer"])
        #expect(call.phase == .offered)
        #expect(outcomes(tell(.timer(.offer(number: 2)), 20)) == ["bob 2 noAnswer"])
        #expect(call.phase == .waiting && call.place?.refusedBy == ["eve", "amy", "bob"])
        #expect(call.place?.enqueuedAt == second(1))
    }

    @Test mutating func `a caller who goes ends them all, as nobody's fault`() {
        ring()
        let actions = tell(.legEnded("c1", .remote), 7)
        #expect(Set(outcomes(actions)) == ["amy 1 callerGone", "bob 2 callerGone", "eve 3 callerGone"])
        for leg in ["c1-1", "c1-2", "c1-3"] as [LegID] { #expect(actions.commands(for: leg) == [.hangUp(.local)]) }
        #expect(actions.ended.map(\.reason) == [.abandoned])
    }

    @Test mutating func `acd's snapshot and a new owner know all who ring`() {
        ring()
        var shard = ShardState(shard: .of("t"))
        shard.calls["c1"] = call
        #expect(shard.offered().map { "\($0.agentID) \($0.offer)" } == ["amy 1", "bob 2", "eve 3"])
        var taken = call
        let timers = taken.resume(at: second(9)).compactMap {
            if case .startTimer(.offer(let number), _) = $0 { number } else { nil }
        }
        #expect(timers == [1, 2, 3])
    }

    @Test func `an agent whose call was answered elsewhere is ready as before, and has missed nothing`() {
        var agent = AgentState(tenant: "t", agentID: "amy", at: second(0))
        _ = agent.handle(.signIn("201"), at: second(0))
        _ = agent.handle(.makeReady, at: second(1))
        _ = agent.handle(.offered("c1", afterCallWorkSeconds: 30), at: second(5))
        _ = agent.handle(.offerEnded("c1", .answeredElsewhere), at: second(8))
        #expect(agent.status == .ready && agent.since == second(1))
    }
}
