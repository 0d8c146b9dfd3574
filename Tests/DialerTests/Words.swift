public import Contracts
import Foundation
import TestSupport

@testable import Dialer

/// Short words for these tests.
extension Timestamp: ExpressibleByIntegerLiteral {
    /// Seconds.
    public init(integerLiteral value: Int64) { self.init(microseconds: value * 1_000_000) }
}

extension Campaign {
    static func named(_ id: CampaignID, queue: QueueID = "sales", priority: Int = 0) -> Campaign {
        var campaign = Campaign(id: id, name: id.rawValue, queueID: queue, fromNumber: "100")
        campaign.priority = priority
        campaign.hours.from = "00:00"
        campaign.hours.until = "24:00"
        return campaign
    }
}

extension Campaign {
    static func looked(_ id: CampaignID = "spring", _ change: (inout PreviewRules) -> Void = { _ in }) -> Campaign {
        var campaign = Campaign.named(id)
        campaign.mode = .preview
        campaign.isRunning = true
        change(&campaign.preview)
        return campaign
    }
}

extension OpenAttempt {
    static func to(
        _ call: CallID, _ campaign: CampaignID = "spring", queue: QueueID = "sales", at: Timestamp = 0
    ) -> OpenAttempt {
        OpenAttempt(
            tenant: "t", id: AttemptID(rawValue: "a-\(call)"), callID: call, campaignID: campaign, queueID: queue,
            startedAt: at)
    }
}

extension FreeAgentFigures {
    static func sales(ready: Int, waiting: Int = 0) -> FreeAgentFigures {
        of([["sales"]: ready], waiting: ["sales": waiting])
    }

    static func of(_ groups: [[QueueID]: Int], waiting: [QueueID: Int] = [:]) -> FreeAgentFigures {
        FreeAgentFigures(
            groups: groups.map { Group(queueIDs: $0.key, ready: $0.value) },
            lines: waiting.map { Line(queueID: $0.key, waiting: $0.value) })
    }
}

extension CallEnded {
    static func with(
        _ reason: CallEndReason, _ kinds: [CallSegment.Kind] = [.dial], call: CallID = "c1",
        attempt: AttemptID? = nil, agent: AgentID? = nil, at: Timestamp = 100
    ) -> CallEnded {
        CallEnded(
            callID: call, direction: .outbound, customerNumber: "555", accessNumber: "100", flowID: nil,
            campaignID: "spring", attemptID: attempt, startedAt: 0, endedAt: at, reason: reason,
            segments: kinds.map { CallSegment(kind: $0, startedAt: 0, endedAt: 0, reason: "") }, agentID: agent,
            queueID: "sales", recordings: [], attributes: [:])
    }
}

/// Documents as they come over HTTP.
enum JSON {
    static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}
