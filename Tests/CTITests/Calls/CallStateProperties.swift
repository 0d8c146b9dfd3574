import Contracts
import Foundation
import TestSupport
import Testing

@testable import CTI

/// Random orders of events: whatever happens, a call ends exactly once and its segments add up.
@Suite struct CallStateProperties {
    @Test(arguments: 0..<40)
    func `a call ends exactly once and its segments add up, whatever happens`(block: UInt64) throws {
        for seed in (block * 50)..<(block * 50 + 50) {
            var random = Seeded(state: seed)
            try run(&random, seed)
        }
    }

    /// What its legs carry is read by whoever takes over, of this version or of one that reads it with Foundation.
    private func checkContext(of call: CallState, _ seed: UInt64) throws {
        var kept = call
        (kept.flow, kept.rules) = (nil, nil)
        let (ours, theirs) = (try WireJSON.encode(call), try JSONEncoder().encode(call))
        #expect(ShardState.call(in: ours) == kept && ShardState.call(in: theirs) == kept, "seed \(seed)")
        #expect(try JSONDecoder().decode(CallState.self, from: ours) == kept, "seed \(seed)")
    }

    private func run(_ random: inout Seeded, _ seed: UInt64) throws {
        var call: CallState =
            Int.random(in: 0..<4, using: &random) == 0
            ? .dialled(
                "10086", from: "400", by: "amy", at: "201", as: "c1", tenant: "t", on: media, at: second(0))
            : Bool.random(using: &random)
                ? .inbound(
                    "c1", tenant: "t", from: "1", to: "2", on: media,
                    flow: Bool.random(using: &random) ? .menu : FlowProgram(main: .service), at: second(0))
                : .outbound(.example, tenant: "t", on: media, at: second(0))
        if Bool.random(using: &random) {
            call.rules = TalkRules(
                announcement: AgentAnnouncement(), afterTalk: FlowProgram(main: .survey),
                endsConferenceWithCustomer: Bool.random(using: &random))
        }
        var time = 0.0
        var ended: [CallEnded] = []
        var busy = Set(call.agentIDs)
        func tell(_ input: CallInput) {
            time += Double.random(in: -0.5...5, using: &random)
            let agents = Set(call.agentIDs)
            let actions = call.handle(input, at: second(time))
            ended += actions.ended
            busy.formUnion(Set(call.agentIDs).subtracting(agents))
            for case .agent(let agent, let input) in actions {
                switch input {
                case .offerEnded, .callEnded:
                    #expect(busy.remove(agent) != nil, "seed \(seed): \(agent) is freed once")
                default: break
                }
            }
            #expect(busy == Set(call.agentIDs), "seed \(seed)")
            let legs = call.legIDs
            #expect(Set(legs).count == legs.count, "seed \(seed)")
            let seated = (call.arrangement.main + call.arrangement.side).map(\.legID)
            #expect(Set(seated).count == seated.count && Set(seated).isSubset(of: legs), "seed \(seed)")
        }
        tell(.begin)
        for _ in 0..<Int.random(in: 0...80, using: &random) { tell(input(for: call, &random)) }
        try checkContext(of: call, seed)
        tell(.legEnded(call.customerLeg, .remote))
        for _ in 0..<5 { tell(input(for: call, &random)) }
        // Who was left in a conference hangs up, one after the other.
        while ended.isEmpty, let leg = call.legIDs.last {
            tell(.legEnded(leg, .remote))
            for _ in 0..<2 { tell(input(for: call, &random)) }
        }

        let record = try #require(ended.first, "seed \(seed)")
        #expect(ended.count == 1, "seed \(seed)")
        var edge = record.startedAt
        for segment in record.segments {
            #expect(segment.startedAt == edge, "seed \(seed)")
            #expect(segment.endedAt > segment.startedAt, "seed \(seed)")
            edge = segment.endedAt
        }
        #expect(edge == record.endedAt, "seed \(seed)")
        let sum = record.segments.reduce(Int64(0)) { $0 + $1.endedAt.microseconds(since: $1.startedAt) }
        #expect(sum == record.endedAt.microseconds(since: record.startedAt), "seed \(seed)")
        #expect(record.segments.count <= SegmentLine.most)
    }

    private func input(for call: CallState, _ random: inout Seeded) -> CallInput {
        // The shard books nobody twice.
        let free = (["amy", "bob", "cat", "dan"] as [AgentID]).filter { !call.agentIDs.contains($0) }
        let agent = free.randomElement(using: &random) ?? "eve"
        let own = call.peer?.agentID ?? agent
        let somebody = call.agentIDs.randomElement(using: &random) ?? agent
        let leg =
            (call.legIDs + ["c1-1", "c1-2"]).filter { $0 != call.customerLeg }.randomElement(using: &random) ?? "c1-1"
        switch Int.random(in: 0..<32, using: &random) {
        case 0, 1: return .legAnswered(call.customerLeg)
        case 2, 3, 4, 5: return .legAnswered(leg)
        case 6: return .digit(call.customerLeg, ["1", "2", "7", "#"].randomElement(using: &random) ?? "1")
        case 7: return .playFinished(call.customerLeg, playID: call.playing?.playID ?? 1, .finished)
        case 8: return .legEnded(leg, EndCause.allCases.randomElement(using: &random) ?? .remote)
        case 9, 10, 11, 12:
            return .offer(
                .to(
                    agent, number: Int.random(in: 1...9, using: &random), queue: call.waitingCall?.queueID ?? "sales",
                    beside: Bool.random(using: &random)),
                phone: "201")
        case 13: return .hold(by: own)
        case 14: return .retrieve(by: own)
        case 15:
            return switch Int.random(in: 0..<4, using: &random) {
            case 0: .hangUp(by: somebody)
            case 1: .decline(by: somebody, because: nil)
            default: .answer(by: somebody)
            }
        case 16:
            return .transfer(by: own, to: callee(agent, &random), confirms: Bool.random(using: &random))
        case 17:
            let rival = call.rivals?.randomElement(using: &random)?.number
            return .timer(.offer(number: Bool.random(using: &random) ? call.offer?.number ?? 1 : rival ?? 1))
        case 18: return .timer(.queue(entry: call.entries))
        case 19: return .timer(.flow(step: call.run?.step ?? 0))
        case 20:
            return switch Int.random(in: 0..<4, using: &random) {
            case 0: .timer(.parked(entry: call.entries))
            case 1: .timer(.agentNumber(playID: call.plays))
            case 2:
                .flowAnswered(step: call.run?.step ?? 0, Bool.random(using: &random) ? .done : .failed)
            default: .answerClassified(call.customerLeg, .human)
            }
        case 21, 22: return .consult(by: own, callee(agent, &random))
        case 23: return .swap(by: own)
        case 24: return Bool.random(using: &random) ? .giveUp(by: own) : .earlySound(leg)
        case 25: return .complete(by: own)
        case 26, 27: return .join(by: own)
        case 28: return .remove(leg, by: own)
        case 29:
            let roles: [CallPartyRole] = [.listening, .whispering, .barging, .takingOver]
            let supervisor = Bool.random(using: &random) ? agent : somebody
            return .supervise(
                own, by: supervisor, as: roles.randomElement(using: &random) ?? .listening,
                phone: call.agentIDs.contains(supervisor) ? nil : "299")
        case 30:
            return switch Int.random(in: 0..<4, using: &random) {
            case 0: .park(by: own, slot: 1)
            case 1: .stopSupervising(own, by: somebody)
            case 2: Int.random(in: 0..<5, using: &random) == 0 ? .release(own) : .setData(["a": "b"], by: "x")
            default: .pickUp(by: agent, phone: "203")
            }
        default:
            return Bool.random(using: &random)
                ? .announcePosition(2) : .queueRefused(call.waitingCall?.queueID ?? "sales")
        }
    }

    private func callee(_ agent: AgentID, _ random: inout Seeded) -> Callee {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: .number("123")
        case 1: .queue("sales", priority: 1)
        case 2: .flow(.menu)
        default: .agent(agent, phone: "202")
        }
    }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
