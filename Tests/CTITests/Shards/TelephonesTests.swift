import Contracts
import Foundation
import TestSupport
import Testing

@testable import CTI

/// A telephone is in one call at a time, whatever becomes of its agent meanwhile.
@Suite struct TelephonesTests {
    var shard = ShardState(shard: .of("t"), books: ["t": .example])
    lazy var heir = ShardState(shard: shard.shard, epoch: 1, books: shard.books)
    let amy = AgentKey(tenant: "t", agentID: "amy")

    /// Amy talks to the caller of c1 without after-call work, and c2 waits.
    init() {
        let second = LegArrived(legID: "c2", from: "13900000002", to: "400", trunkID: nil)
        tell(
            .leg(.arrived(.example), tenant: "t", on: media), .leg(.answered("c1"), tenant: "t", on: media),
            .leg(.arrived(second), tenant: "t", on: media), .leg(.answered("c2"), tenant: "t", on: media),
            .agent(amy, .signIn("201")), .agent(amy, .makeReady),
            .offer(.brief("c1"), tenant: "t"), .leg(.answered("c1-1"), tenant: "t", on: media))
    }

    @discardableResult
    private mutating func tell(_ inputs: ShardInput...) -> [ShardAction] {
        inputs.flatMap { shard.handle($0, at: second(5)) }
    }

    @Test mutating func `a telephone is not rung again before its former leg was told to end`() {
        tell(.leg(.ended("c1", .remote), tenant: "t", on: media))
        let actions = tell(.offer(.brief("c2"), tenant: "t"))
        #expect(actions.turns == ["c2-1 after c1-1", "ring c2-1"])
    }

    @Test mutating func `once its former leg has ended, a telephone rings at once`() {
        tell(.leg(.ended("c1", .remote), tenant: "t", on: media), .leg(.ended("c1-1", .local), tenant: "t", on: media))
        #expect(tell(.offer(.brief("c2"), tenant: "t")).turns == ["ring c2-1"])
    }

    @Test mutating func `an agent who hung up himself waits for nothing`() {
        tell(.leg(.ended("c1-1", .remote), tenant: "t", on: media))
        #expect(tell(.offer(.brief("c2"), tenant: "t")).turns == ["ring c2-1"])
    }

    @Test mutating func `a new owner waits for legs that its predecessor had made`() throws {
        _ = heir.takeOver(try shard.inheritance(), at: second(10))
        _ = heir.handle(.leg(.ended("c1", .remote), tenant: "t", on: media), at: second(11))
        let actions = heir.handle(.offer(.brief("c2"), tenant: "t"), at: second(12))
        #expect(actions.turns == ["c2-1 after c1-1", "ring c2-1"])
    }

    @Test mutating func `a media-server that was silent at the take-over tells of its telephones later`() throws {
        var inheritance = try shard.inheritance()
        let legs = inheritance.legs.map(\.leg)
        inheritance.legs = []
        inheritance.silent = [media]
        _ = heir.takeOver(inheritance, at: second(10))
        _ = heir.handle(.legsFound(legs, on: media), at: second(11))
        _ = heir.handle(.leg(.ended("c1", .remote), tenant: "t", on: media), at: second(12))
        let actions = heir.handle(.offer(.brief("c2"), tenant: "t"), at: second(13))
        #expect(actions.turns == ["c2-1 after c1-1", "ring c2-1"])
    }

    @Test mutating func `a leg that media-server does not know any more is waited for no longer`() {
        tell(.leg(.ended("c1", .remote), tenant: "t", on: media))
        tell(.legsFound([.leg("c2", .answered, context: "?")], on: media))
        #expect(tell(.offer(.brief("c2"), tenant: "t")).turns == ["ring c2-1"])
    }
}

/// Calls that began and that nobody knows.
@Suite struct OrphanTests {
    var shard = ShardState(shard: .of("t"), books: ["t": .example])
    private let begun = CallStarted(
        callID: "c1", direction: .inbound, customerNumber: "13900000001", accessNumber: "400", flowID: nil,
        campaignID: nil, attemptID: nil, startedAt: second(1))

    @Test mutating func `a call whose owner died right after he told of it ends, once`() {
        let actions = shard.handle(.orphan(begun, tenant: "t"), at: second(70))
        #expect(actions.ended.map(\.reason) == [.systemFailed])
        #expect(actions.ended.first?.startedAt == second(1))
        #expect(actions.ended.first?.segments == [])
        #expect(shard.handle(.orphan(begun, tenant: "t"), at: second(75)).isEmpty)
    }

    @Test mutating func `a call that is up is no orphan, however long it lasts`() {
        _ = shard.handle(.leg(.arrived(.example), tenant: "t", on: media), at: second(1))
        #expect(shard.handle(.orphan(begun, tenant: "t"), at: second(4000)).isEmpty)
        _ = shard.handle(.leg(.ended("c1", .remote), tenant: "t", on: media), at: second(4001))
        #expect(shard.handle(.orphan(begun, tenant: "t"), at: second(4002)).isEmpty)
    }

    @Test func `what others told is remembered: beginnings without an end, for those who do not know the call`() throws
    {
        let gaps = GapMemory()
        func hear(_ fact: some Fact, _ number: UInt64) throws {
            gaps.heard(try Envelope(fact, stream: "cti/2@1", number: number, tenant: "t", time: second(1)))
        }
        try hear(begun, 1)
        #expect(gaps.orphans(of: "t", begunBefore: second(1)) { _ in false }.isEmpty, "it is too young")
        #expect(gaps.orphans(of: "t", begunBefore: second(9)) { _ in false }.map(\.begun) == [begun])
        #expect(gaps.orphans(of: "t", begunBefore: second(9)) { _ in true }.isEmpty)
        #expect(gaps.begun(before: second(9)) == ["t": ["c1"]])
        gaps.heardEnd(of: "c1", tenant: "t")
        #expect(gaps.orphans(of: "t", begunBefore: second(9)) { _ in false }.isEmpty)
        try hear(begun, 2)
        #expect(gaps.orphans(of: "t", begunBefore: second(9)) { _ in false }.isEmpty, "its end came first")
    }
}

extension OfferCall {
    /// Without after-call work, so that the agent is ready at once.
    fileprivate static func brief(_ call: CallID) -> OfferCall {
        OfferCall(
            callID: call, agentID: "amy", queueID: "sales", offer: 1, ringSeconds: 15, afterCallWorkSeconds: 0)
    }
}

extension [ShardAction] {
    /// Who is rung, and what comes before.
    fileprivate var turns: [String] {
        compactMap { action in
            switch action {
            case .ringAfter(let former, let leg): "\(leg) after \(former)"
            case .originate(_, let leg, .phone, _, _, _): "ring \(leg)"
            default: nil
            }
        }
    }
}
