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
    private mutating func tell(_ inputs: ShardInput..., at time: Double = 5) -> [ShardAction] {
        inputs.flatMap { shard.handle($0, at: second(time)) }
    }

    /// The caller of c1 has hung up, and c2 is offered.
    private mutating func next(isOver: Bool = true) -> [ShardAction] {
        tell(.leg(.ended("c1", .remote), tenant: "t", on: media))
        if isOver { tell(.leg(.ended("c1-1", .local), tenant: "t", on: media)) }
        return tell(.offer(.brief("c2"), tenant: "t"))
    }

    private mutating func busy(at time: Double) -> [ShardAction] {
        tell(.leg(.ended("c2-1", .busy), tenant: "t", on: media), at: time)
    }

    @Test mutating func `a telephone is not rung before its former leg has ended`() {
        #expect(next(isOver: false).turns == ["c2-1 at 11.0"])
        #expect(tell(.leg(.ended("c1-1", .local), tenant: "t", on: media)).turns == ["ring c2-1"])
    }

    @Test mutating func `once its former leg has ended, a telephone rings at once`() {
        #expect(next().turns == ["ring c2-1"])
    }

    @Test mutating func `an agent who hung up himself waits for nothing`() {
        tell(.leg(.ended("c1-1", .remote), tenant: "t", on: media))
        #expect(tell(.offer(.brief("c2"), tenant: "t")).turns == ["ring c2-1"])
    }

    @Test mutating func `a leg that does not end holds nobody for longer than six seconds`() {
        let number = next(isOver: false).timer ?? 0
        #expect(tell(.ringTime("c2-1", number: number + 1), at: 11).turns == [], "that is another's time")
        #expect(tell(.ringTime("c2-1", number: number), at: 11).turns == ["ring c2-1"])
        #expect(tell(.leg(.ended("c1-1", .local), tenant: "t", on: media), at: 12).turns == [], "it rings already")
    }

    @Test mutating func `a telephone that may ring unknown to us is waited for, until it is known that it does not`() {
        let third = LegArrived(legID: "c3", from: "13900000003", to: "400", trunkID: nil)
        tell(.leg(.arrived(third), tenant: "t", on: media), .leg(.answered("c3"), tenant: "t", on: media))
        _ = next()
        tell(.call("c2", tenant: "t", .legEnded("c2-1", .failed)), .agent(amy, .makeReady))
        #expect(tell(.offer(.brief("c3"), tenant: "t")).turns == ["c3-1 at 11.0"])
        #expect(tell(.noLeg("c2-1")).turns == ["ring c3-1"])
    }

    @Test mutating func `a caller who leaves meanwhile leaves nobody's telephone ringing`() {
        let number = next(isOver: false).timer ?? 0
        let end = tell(.leg(.ended("c2", .remote), tenant: "t", on: media))
        #expect(!end.commands.contains { $0.leg == "c2-1" }, "there is no such leg yet")
        #expect(tell(.leg(.ended("c1-1", .local), tenant: "t", on: media)).turns == [])
        #expect(tell(.ringTime("c2-1", number: number), at: 11).turns == [])
        #expect(shard.agents[amy]?.status == .ready)
    }

    @Test mutating func `what is wanted of a leg that still waits is done when it rings`() {
        _ = next(isOver: false)
        #expect(tell(.wish(.answer, for: "c2", by: "amy", tenant: "t")).commands.isEmpty)
        let actions = tell(.leg(.ended("c1-1", .local), tenant: "t", on: media))
        #expect(actions.turns == ["ring c2-1"])
        #expect(actions.commands.map(\.commands) == [[.askToAnswer]])
    }

    // MARK: Busy

    @Test mutating func `a telephone that is busy right after our call rings again, and its agent has missed nothing`()
    {
        _ = next()
        let actions = busy(at: 5.1)
        #expect(actions.turns == ["c2-1 at 5.3"])
        #expect(shard.agents[amy]?.status == .ringing)
        #expect(shard.calls["c2"]?.phase == .offered)
        #expect(tell(.ringTime("c2-1", number: actions.timer ?? 0), at: 5.3).turns == ["ring c2-1"])
        tell(.leg(.answered("c2-1"), tenant: "t", on: media), at: 6)
        #expect(shard.agents[amy]?.status == .talking)
        #expect(shard.calls["c2"]?.place?.refusedBy ?? [] == [])
    }

    @Test mutating func `a telephone that is busy for the fourth time is busy: the caller keeps his place`() {
        let place = shard.calls["c2"]?.place?.enqueuedAt
        _ = next()
        for time in [5.1, 5.4, 5.9] {
            let number = busy(at: time).timer ?? 0
            #expect(tell(.ringTime("c2-1", number: number), at: time + 1).turns == ["ring c2-1"])
        }
        let actions = busy(at: 6.8)
        #expect(actions.offersEnded == [.busy])
        #expect(shard.agents[amy]?.pauseReason == "missed")
        #expect(shard.calls["c2"]?.phase == .waiting)
        #expect(shard.calls["c2"]?.place?.enqueuedAt == place)
    }

    @Test mutating func `busy two seconds after our call is an answer`() {
        tell(.leg(.ended("c1", .remote), tenant: "t", on: media), .leg(.ended("c1-1", .local), tenant: "t", on: media))
        tell(.offer(.brief("c2"), tenant: "t"), at: 8)
        #expect(busy(at: 8.1).offersEnded == [.busy])
    }

    @Test mutating func `a telephone that was refused before as busy is not busy with us for that`() {
        tell(.leg(.ended("c1", .remote), tenant: "t", on: media), .leg(.ended("c1-1", .local), tenant: "t", on: media))
        tell(.offer(.brief("c2"), tenant: "t"), at: 8)
        _ = busy(at: 8.1)
        tell(.agent(amy, .makeReady), .offer(.brief("c2", 2), tenant: "t"), at: 8.2)
        #expect(
            tell(.leg(.ended("c2-2", .busy), tenant: "t", on: media), at: 8.3).offersEnded == [.busy])
    }

    @Test mutating func `while a leg of ours is up at a telephone, busy is no answer, however long that is`() throws {
        let lost = LegSnapshot(
            legID: "c0-1", tenant: "t", state: .answered, from: "1", to: "", trunkID: nil, phoneID: "201",
            bridgedWith: nil, context: Data("?".utf8), arrivedAt: second(0), answeredAt: second(1))
        let present = try shard.inheritance().legs.map(\.leg)
        tell(.legsFound(present + [lost], on: media), at: 6)
        tell(.leg(.ended("c1", .remote), tenant: "t", on: media), .leg(.ended("c1-1", .local), tenant: "t", on: media))
        tell(.offer(.brief("c2"), tenant: "t"), at: 9)
        #expect(busy(at: 9.1).turns == ["c2-1 at 9.3"])
    }

    // MARK: New owners

    @Test mutating func `a new owner waits for legs that its predecessor had made`() throws {
        _ = heir.takeOver(try shard.inheritance(), at: second(10))
        _ = heir.handle(.leg(.ended("c1", .remote), tenant: "t", on: media), at: second(11))
        let actions = heir.handle(.offer(.brief("c2"), tenant: "t"), at: second(12))
        #expect(actions.turns == ["c2-1 at 18.0"])
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
        #expect(actions.turns == ["c2-1 at 19.0"])
    }

    @Test mutating func `a new owner who finds no leg of an offer blames nobody for it, and gives it back`() throws {
        _ = next()
        var inheritance = try shard.inheritance()
        inheritance.legs.removeAll { $0.leg.legID == "c2-1" }
        let actions = heir.takeOver(inheritance, at: second(7))
        #expect(actions.offersEnded == [.agentGone])
        #expect(heir.agents[amy]?.status == .ready)
        #expect(heir.calls["c2"]?.phase == .waiting)
        #expect(heir.calls["c2"]?.place?.refusedBy == [])
    }

    @Test mutating func `a leg that media-server does not know any more is waited for no longer`() {
        tell(.leg(.ended("c1", .remote), tenant: "t", on: media))
        tell(.legsFound([.leg("c2", .answered, context: "?")], on: media))
        #expect(tell(.offer(.brief("c2"), tenant: "t")).turns == ["ring c2-1"])
    }

    @Test mutating func `a leg whose end was never told is found gone at the next look, and the telephone rings`() {
        _ = next(isOver: false)
        #expect(tell(.legsFound([.leg("c2", .answered, context: "?")], on: media), at: 8).turns == ["ring c2-1"])
    }

    @Test mutating func `telephones of a media-server that is given up are waited for no longer`() {
        tell(.leg(.ended("c1", .remote), tenant: "t", on: media))
        tell(.mediaServerLost(media))
        #expect(shard.telephones.free().isEmpty)
        let third = LegArrived(legID: "c3", from: "13900000003", to: "400", trunkID: nil)
        let other = InstanceID(.mediaServer, 2)
        tell(.leg(.arrived(third), tenant: "t", on: other), .leg(.answered("c3"), tenant: "t", on: other))
        #expect(tell(.offer(.brief("c3"), tenant: "t")).turns == ["ring c3-1"])
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

    @Test func `what a former process left is looked after by the next only where nobody else has heard it`() throws {
        let gaps = GapMemory()
        let told = try Envelope(begun, stream: "cti/1@1", number: 1, tenant: "t", time: second(1))
        gaps.heard(told, isLeft: true)
        #expect(gaps.begun(before: second(9), isAlone: false).isEmpty)
        #expect(gaps.begun(before: second(9), isAlone: true) == ["t": ["c1"]])
        #expect(gaps.orphans(of: "t", begunBefore: second(9)) { _ in false }.map(\.begun) == [begun])
    }
}

extension OfferCall {
    /// Without after-call work, so that the agent is ready at once.
    fileprivate static func brief(_ call: CallID, _ number: Int = 1) -> OfferCall {
        OfferCall(
            callID: call, agentID: "amy", queueID: "sales", offer: number, ringSeconds: 15, afterCallWorkSeconds: 0)
    }
}

extension [ShardAction] {
    /// Who is rung, and who later.
    fileprivate var turns: [String] {
        compactMap { action in
            switch action {
            case .ringTimer(let leg, _, let due): "\(leg) at \(Double(due.microseconds(since: second(0))) / 1_000_000)"
            case .originate(_, let leg, .phone, _, _, _): "ring \(leg)"
            default: nil
            }
        }
    }

    fileprivate var timer: Int? {
        for case .ringTimer(_, let number, _) in self { return number }
        return nil
    }

    fileprivate var offersEnded: [OfferOutcome] {
        compactMap { if case .offerEnded(let ended, _) = $0 { ended.outcome } else { nil } }
    }
}
