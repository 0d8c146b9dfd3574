import Contracts
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

    private func run(_ random: inout Seeded, _ seed: UInt64) throws {
        var call: CallState =
            Bool.random(using: &random)
            ? .inbound("c1", tenant: "t", from: "1", to: "2", on: media, flow: .menu, at: second(0))
            : .outbound(.example, tenant: "t", on: media, at: second(0))
        var time = 0.0
        var ended: [CallEnded] = []
        var agentBusy = 0
        func tell(_ input: CallInput) {
            time += Double.random(in: -0.5...5, using: &random)
            let actions = call.handle(input, at: second(time))
            ended += actions.ended
            for case .agent(_, let input) in actions {
                switch input {
                case .offerEnded, .callEnded: agentBusy -= 1
                default: break
                }
            }
            if case .offer = input, !actions.isEmpty, actions.refusal == nil { agentBusy += 1 }
        }
        tell(.begin)
        for _ in 0..<Int.random(in: 0...60, using: &random) { tell(input(for: call, &random)) }
        tell(.legEnded(call.customerLeg, .remote))
        for _ in 0..<5 { tell(input(for: call, &random)) }

        let record = try #require(ended.first, "seed \(seed)")
        #expect(ended.count == 1, "seed \(seed)")
        #expect(agentBusy == 0, "seed \(seed): every agent is freed once")
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
        let agents: [AgentID] = ["amy", "bob"]
        let agent = agents.randomElement(using: &random) ?? "amy"
        let legs: [LegID] = [call.peer?.legID ?? "c1-1", "c1-1", "c1-2"]
        let leg = legs.randomElement(using: &random) ?? "c1-1"
        switch Int.random(in: 0..<20, using: &random) {
        case 0, 1: return .legAnswered(call.customerLeg)
        case 2, 3, 4: return .legAnswered(leg)
        case 5: return .digit(call.customerLeg, ["1", "2", "7", "#"].randomElement(using: &random) ?? "1")
        case 6, 7: return .playFinished(call.customerLeg, playID: call.playing?.playID ?? 1, .finished)
        case 8: return .legEnded(leg, EndCause.allCases.randomElement(using: &random) ?? .remote)
        case 9, 10, 11:
            return .offer(.to(agent, number: Int.random(in: 1...9, using: &random)), phone: "201")
        case 12: return .hold(by: call.peer?.agentID ?? agent)
        case 13: return .retrieve(by: call.peer?.agentID ?? agent)
        case 14:
            return switch Int.random(in: 0..<8, using: &random) {
            case 0, 1: .hangUp(by: agent)
            case 2, 3: .decline(by: agent, because: nil)
            default: .answer(by: agent)
            }
        case 15:
            return .transfer(
                by: call.peer?.agentID ?? agent,
                to: Bool.random(using: &random) ? .number("123") : .queue("sales", priority: 1))
        case 16: return .timer(.offer(number: call.offer?.number ?? 1))
        case 17: return .timer(.queue(entry: call.entries))
        case 18: return .timer(.flow(step: call.run?.step ?? 0))
        default: return Bool.random(using: &random) ? .announcePosition(2) : .queueRefused("sales")
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
