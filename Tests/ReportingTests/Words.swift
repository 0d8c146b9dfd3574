import Contracts
import TestSupport

@testable import Reporting

func at(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: 1_700_000_000_000_000 + seconds * 1_000_000) }

func segment(_ kind: CallSegment.Kind, _ from: Int64, _ to: Int64, agent: AgentID? = nil) -> CallSegment {
    CallSegment(kind: kind, startedAt: at(from), endedAt: at(to), agentID: agent, reason: "done")
}

/// A call that went through IVR and queue to an agent.
func ended(_ call: CallID, segments: [CallSegment]? = nil, until end: Int64 = 50) -> CallEnded {
    let story =
        segments ?? [
            segment(.ivr, 0, 4), segment(.queue, 4, 9), segment(.ring, 9, 12, agent: "amy"),
            segment(.talk, 12, end, agent: "amy"),
        ]
    return CallEnded(
        callID: call, direction: .inbound, customerNumber: "13800138000", accessNumber: "4001", flowID: "main",
        campaignID: nil, attemptID: nil, startedAt: at(0), endedAt: at(end), reason: .customerHungUp, segments: story,
        agentID: "amy", queueID: "sales", recordings: ["r1"], attributes: ["language": "zh"])
}
