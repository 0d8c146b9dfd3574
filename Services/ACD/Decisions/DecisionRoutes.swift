import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/decisions`: why a call went to an agent.
struct DecisionRoutes: Sendable {
    let decisions: DecisionStore

    /// One decision as the API shows it.
    struct Shown: Codable, Sendable, Equatable {
        let callID: CallID
        let queueID: QueueID
        let agentID: AgentID
        let offer: Int
        /// A strategy (`longestIdle`, …, `random`), `firstInLine`, `wantedAgent` or `lastResort`.
        let rule: String
        let seed: Int64?
        let widened: Int?
        let overflowQueueID: QueueID?
        let overflowReason: OverflowReason?
        let decidedAt: Timestamp
        let waitedMicroseconds: Int64
        let candidates: [RoutingDecided.Candidate]

        init(_ decision: Decision) {
            callID = decision.decided.callID
            queueID = decision.decided.queueID
            agentID = decision.decided.agentID
            offer = decision.decided.offer
            rule = decision.decided.rule
            seed = decision.decided.seed
            widened = decision.decided.widened
            overflowQueueID = decision.decided.overflowQueueID
            overflowReason = decision.decided.overflowReason
            decidedAt = decision.decidedAt
            waitedMicroseconds = decision.decided.waitedMicroseconds
            candidates = decision.decided.candidates
        }
    }

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/decisions", "Why a call went to an agent, decision by decision", .callSupervise,
                parameters: [.text("call", "The call's id.")], use: list)
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<Shown> {
        guard let id = try call.query("call", as: CallID.self) else {
            throw Failure(.invalid, "The parameter call is needed.")
        }
        return Page(items: try await decisions.list(of: id, of: call.tenant).map(Shown.init))
    }
}
