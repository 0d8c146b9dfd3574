import Contracts
import Database
import Foundation

/// Why a call went to an agent, as it is kept and shown.
struct Decision: Codable, Sendable, Equatable {
    let tenant: TenantID
    let decidedAt: Timestamp
    let decided: RoutingDecided
}

/// Reads and writes `acd.decision`.
struct DecisionStore: Sendable {
    let database: Database

    /// All of them in one round trip. Writing one again changes nothing.
    func insert(_ decisions: [Decision]) async throws {
        let statements = try decisions.map { decision -> SQL in
            let decided = decision.decided
            return """
                INSERT INTO acd.decision (tenant_id, call_id, decided_at, offer, queue_id, agent_id, rule, seed, widened,
                    overflow_queue_id, overflow_reason,
                    waited_microseconds, candidates)
                VALUES (\(decision.tenant), \(decided.callID), \(decision.decidedAt.date), \(decided.offer),
                    \(decided.queueID), \(decided.agentID), \(decided.rule), \(decided.seed), \(decided.widened), \(decided.overflowQueueID?.rawValue), \(decided.overflowReason?.rawValue),
                    \(decided.waitedMicroseconds),
                    \(try SQL.json(decided.candidates)))
                ON CONFLICT DO NOTHING
                """
        }
        try await database.pipeline(statements, tenant: "*")
    }

    /// In the order they were made.
    func list(of call: CallID, of tenant: TenantID) async throws -> [Decision] {
        try await database.query(
            """
            SELECT tenant_id, call_id, decided_at, offer, queue_id, agent_id, rule, seed, widened, overflow_queue_id,
                overflow_reason, waited_microseconds,
                candidates
            FROM acd.decision
            WHERE tenant_id = \(tenant) AND call_id = \(call)
            ORDER BY decided_at, offer
            LIMIT 200
            """, tenant: tenant.rawValue
        ) { row in
            Decision(
                tenant: try row.get("tenant_id"), decidedAt: Timestamp(try row.get("decided_at") as Date),
                decided: RoutingDecided(
                    callID: try row.get("call_id"), queueID: try row.get("queue_id"), agentID: try row.get("agent_id"),
                    offer: try row.get("offer"), rule: try row.get("rule"),
                    seed: try row.get("seed"), widened: try row.get("widened"),
                    overflowQueueID: try row.get("overflow_queue_id"),
                    overflowReason: try row.get("overflow_reason"),
                    waitedMicroseconds: try row.get("waited_microseconds"), candidates: try row.json("candidates")))
        }
    }

    /// - Returns: how many were too old to be kept.
    func remove(before time: Timestamp) async throws -> Int {
        try await database.run("DELETE FROM acd.decision WHERE decided_at < \(time.date)", tenant: "*")
    }
}
