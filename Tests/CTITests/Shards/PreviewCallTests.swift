import Contracts
import TestSupport
import Testing

@testable import CTI

/// A record that an agent has looked at is dialled; and a customer's record is.
@Suite struct PreviewCallTests {
    private var shard = ShardState(shard: .of("t"), pausesAfterMissed: true, books: ["t": .example])
    private let li = CustomerCard(
        customerID: "li", name: "Li", numbers: ["139 0000 0001"], isVIP: false, fields: [:])

    private mutating func tell(_ input: ShardInput, _ seconds: Double) -> [ShardAction] {
        shard.handle(input, at: second(seconds))
    }

    private let amy = AgentKey(tenant: "t", agentID: "amy")
    private var status: AgentStatus? { shard.agents[amy]?.status }

    private mutating func look() {
        _ = tell(.agent(amy, .signIn("201")), 0)
        _ = tell(.agent(amy, .makeReady), 1)
        _ = tell(.agent(amy, .reserved("p1", until: second(60))), 2)
    }

    private func record(_ preview: PreviewID = "p1", isByTime: Bool = false, customer: CustomerCard? = nil)
        -> ShardInput
    {
        .dialRecord(
            DialRecord(
                previewID: preview, agentID: "amy", callID: "r1", campaignID: "spring", attemptID: "a1",
                number: "13900000001", from: "4008001", queueID: "sales", ringSeconds: 25, afterCallWorkSeconds: 15,
                attributes: ["product": "tea"], customer: customer, isByTime: isByTime),
            tenant: "t", on: media)
    }

    private func leg(_ fact: LegFact) -> ShardInput { .leg(fact, tenant: "t", on: media) }

    @Test mutating func `his telephone lifts itself, the number is called, and the talk is the campaign's`() throws {
        look()
        let begun = tell(record(customer: li), 5)
        #expect(status == .ringing)
        let offered = begun.compactMap { if case .publish(let fact, _) = $0 { fact as? CallOffered } else { nil } }
        #expect(offered.first?.attributes == ["product": "tea"] && offered.first?.queueID == "sales")
        #expect(shard.calls["r1"]?.customer == li)
        #expect(tell(leg(.ringing("r1-1")), 6).commands.map(\.commands) == [[.askToAnswer]])
        let lifted = tell(leg(.answered("r1-1")), 7)
        #expect(
            lifted.contains {
                if case .originate(_, "r1-0", .number("13900000001"), from: "4008001", _, 25) = $0 {
                    true
                } else {
                    false
                }
            })
        let talking = tell(leg(.answered("r1-0")), 9)
        #expect(status == .talking)
        #expect(!talking.contains { if case .findCustomer = $0 { true } else { false } })
        let ended = try #require(tell(leg(.ended("r1-0", .remote)), 20).ended.first)
        #expect(ended.campaignID == "spring" && ended.attemptID == "a1" && ended.queueID == "sales")
        #expect(ended.customerID == "li" && ended.calledFor == CalledFor(agentID: "amy", queueID: "sales"))
        #expect(status == .afterCallWork)
    }

    @Test mutating func `nobody is dialled for an agent who is not kept for the record`() {
        look()
        #expect(tell(record("p2"), 5).refusal?.code == "agentNotReady")
        _ = tell(.agent(amy, .makeReady), 6)
        #expect(tell(record(), 7).refusal?.code == "agentNotReady")
        #expect(shard.calls.isEmpty)
    }

    @Test mutating func `asked again, nobody is called twice`() {
        look()
        _ = tell(record(), 5)
        #expect(tell(record(), 6).isEmpty)
        _ = tell(leg(.ended("r1-1", .noAnswer)), 22)
        #expect(tell(record(), 23).refusal?.code == "callOver")
    }

    @Test mutating func `by its time it rings, and nobody is called before he lifts his telephone`() throws {
        look()
        _ = tell(record(isByTime: true), 60)
        #expect(tell(leg(.ringing("r1-1")), 61).commands.isEmpty)
        let ended = try #require(tell(leg(.ended("r1-1", .noAnswer)), 90).ended.first)
        #expect(ended.calledFor == nil)
        #expect(status == .paused && shard.agents[amy]?.pauseReason == AgentState.missed)
    }

    @Test mutating func `a number that is busy ends the call as busy, and he says what became of it`() throws {
        look()
        _ = tell(record(), 5)
        _ = tell(leg(.answered("r1-1")), 7)
        let ended = try #require(tell(leg(.ended("r1-0", .busy)), 9).ended.first)
        #expect(ended.reason == .busy && ended.calledFor != nil)
        #expect(status == .afterCallWork)
    }

    @Test mutating func `only who is ready would look at a record`() {
        _ = tell(.agent(amy, .signIn("201")), 0)
        #expect(shard.ready(among: ["amy", "bob"], of: "t").isEmpty)
        _ = tell(.agent(amy, .makeReady), 1)
        #expect(shard.ready(among: ["bob", "amy"], of: "t") == ["amy"])
        #expect(shard.ready(among: ["amy"], of: "u").isEmpty)
    }

    @Test mutating func `a customer's record goes with the call that dials it, and stands at its end`() throws {
        _ = tell(.agent(amy, .signIn("201")), 0)
        let request = DialNumber(callID: "d1", agentID: "amy", number: "13900000001", from: "", customer: li)
        _ = tell(.dial(request, by: "amy", tenant: "t", on: media), 1)
        #expect(shard.calls["d1"].map { CallView($0).customer } == li)
        _ = tell(leg(.answered("d1-1")), 3)
        let talking = tell(leg(.answered("d1-0")), 5)
        #expect(!talking.contains { if case .findCustomer = $0 { true } else { false } })
        #expect(tell(leg(.ended("d1-0", .remote)), 20).ended.first?.customerID == "li")
    }

    @Test func `the first number that can be dialled is dialled`() {
        #expect(li.diallable == "13900000001")
        let other = CustomerCard(
            customerID: "x", name: "", numbers: ["unknown", "+86 (10) 8888"], isVIP: false, fields: [:])
        #expect(other.diallable == "+86108888")
    }
}
