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
                parameters: [.text("call", "The call's id.")], use: list),
            APIRoute(
                .get, "/v1/decisions/{call}/notes",
                "What else was decided of a call: refused, given to another queue's agents, asked less for",
                .callSupervise, use: notes),
            APIRoute(
                .post, "/v1/decisions/{call}/replay",
                "Decide again from what was recorded of a call's decisions, and say whether the same comes out",
                .callSupervise, use: replay),
        ]
    }

    /// What else was decided, as the API shows it.
    struct ShownNote: Codable, Sendable, Equatable {
        let notedAt: Timestamp
        let noted: RoutingNoted
    }

    @Sendable func notes(_ call: APICall<Nothing>) async throws -> Page<ShownNote> {
        let notes = try await decisions.notes(of: call.path("call"), of: call.tenant)
        return Page(items: notes.map { ShownNote(notedAt: $0.notedAt, noted: $0.noted) })
    }

    @Sendable func replay(_ call: APICall<Nothing>) async throws -> Page<DecisionReplay.Result> {
        let found = try await decisions.list(of: call.path("call"), of: call.tenant)
        guard !found.isEmpty else { throw Failure(.notFound, "No decision of this call is kept.") }
        return Page(items: found.map { DecisionReplay.replay($0.decided) })
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<Shown> {
        guard let id = try call.query("call", as: CallID.self) else {
            throw Failure(.invalid, "The parameter call is needed.")
        }
        return Page(items: try await decisions.list(of: id, of: call.tenant).map(Shown.init))
    }
}
