import Contracts
import TestSupport
import Testing

@testable import CTI

/// acd found amy for somebody who is to be called back.
@Suite struct CallBackTests {
    private var shard = ShardState(shard: .of("t"), pausesAfterMissed: true, books: ["t": .example])

    private mutating func tell(_ input: ShardInput, _ seconds: Double) -> [ShardAction] {
        shard.handle(input, at: second(seconds))
    }

    private mutating func signIn(ready: Bool = true) {
        let amy = AgentKey(tenant: "t", agentID: "amy")
        _ = tell(.agent(amy, .signIn("201")), 0)
        if ready { _ = tell(.agent(amy, .makeReady), 1) }
    }

    private func request(mustBeReady: Bool = true) -> ShardInput {
        .callBack(
            CallBack(
                callID: "callback-1", agentID: "amy", queueID: "sales", number: "13900000001", from: "4008001",
                ringSeconds: 20, afterCallWorkSeconds: 15, attributes: ["callback": "1"], mustBeReady: mustBeReady),
            tenant: "t", on: media)
    }

    private func leg(_ fact: LegFact) -> ShardInput { .leg(fact, tenant: "t", on: media) }

    private var amy: AgentStatus? { shard.agents[AgentKey(tenant: "t", agentID: "amy")]?.status }

    @Test mutating func `the agent is rung, and must lift himself before anybody is called`() {
        signIn()
        let begun = tell(request(), 2)
        #expect(amy == .ringing)
        #expect(
            begun.contains {
                if case .originate(_, "callback-1-1", .phone("201"), _, _, 20) = $0 { true } else { false }
            })
        #expect(
            begun.contains {
                if case .publish(let fact, _) = $0, let offered = fact as? CallOffered {
                    offered.queueID == "sales" && offered.attributes == ["callback": "1"]
                } else {
                    false
                }
            })
        #expect(tell(leg(.ringing("callback-1-1")), 3).commands.isEmpty)
        let lifted = tell(leg(.answered("callback-1-1")), 5)
        #expect(
            lifted.contains {
                if case .originate(_, "callback-1-0", .number("13900000001"), from: "4008001", _, _) = $0 {
                    true
                } else {
                    false
                }
            })
    }

    @Test mutating func `the talk is the queue's, with its after-call work`() throws {
        signIn()
        _ = tell(request(), 2)
        _ = tell(leg(.answered("callback-1-1")), 5)
        _ = tell(leg(.answered("callback-1-0")), 8)
        #expect(amy == .talking)
        let over = tell(leg(.ended("callback-1-0", .remote)), 20)
        let ended = try #require(over.ended.first)
        #expect(ended.queueID == "sales" && ended.agentID == "amy")
        #expect(ended.segments.last?.queueID == "sales")
        #expect(amy == .afterCallWork)
    }

    @Test mutating func `who is not ready is not rung, unless he took it himself`() {
        signIn(ready: false)
        #expect(tell(request(), 2).refusal?.code == "agentNotReady")
        #expect(shard.calls.isEmpty)
        #expect(tell(request(mustBeReady: false), 3).refusal == nil)
        #expect(tell(leg(.ringing("callback-1-1")), 4).commands.map(\.commands) == [[.askToAnswer]])
    }

    @Test mutating func `asked again, nobody is called twice`() {
        signIn()
        _ = tell(request(), 2)
        #expect(tell(request(), 3).isEmpty)
        _ = tell(leg(.ended("callback-1-1", .noAnswer)), 22)
        #expect(amy == .ready)
        #expect(tell(request(), 23).refusal?.code == "callOver")
    }

    @Test mutating func `a telephone that is not lifted ends the call as the agent's`() throws {
        signIn()
        _ = tell(request(), 2)
        let over = tell(leg(.ended("callback-1-1", .noAnswer)), 22)
        #expect(over.ended.map(\.reason) == [.agentHungUp])
        #expect(over.ended.first?.segments.contains { $0.kind == .talk } == false)
    }
}
