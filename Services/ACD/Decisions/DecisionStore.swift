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

    /// All of them in one statement, whatever their number. Writing one again changes nothing.
    func insert(_ decisions: [Decision]) async throws {
        let decided = decisions.map(\.decided)
        let candidates = try decided.map { String(decoding: try WireJSON.encode($0.candidates), as: UTF8.self) }
        try await database.run(
            """
            INSERT INTO acd.decision (tenant_id, call_id, decided_at, offer, queue_id, agent_id, rule, seed, widened,
                overflow_queue_id, overflow_reason, waited_microseconds, candidates)
            SELECT tenant, call, at, offer, queue, agent, rule, seed, widened, overflow, reason, waited, candidates::jsonb
            FROM unnest(
                \(decisions.map(\.tenant))::text[], \(decided.map(\.callID))::text[],
                \(decisions.map(\.decidedAt.date))::timestamptz[], \(decided.map(\.offer))::int[],
                \(decided.map(\.queueID))::text[], \(decided.map(\.agentID))::text[], \(decided.map(\.rule))::text[],
                \(decided.map(\.seed))::bigint[], \(decided.map(\.widened))::int[],
                \(decided.map { $0.overflowQueueID?.rawValue })::text[],
                \(decided.map { $0.overflowReason?.rawValue })::text[],
                \(decided.map(\.waitedMicroseconds))::bigint[], \(candidates)::text[]
            ) AS new (tenant, call, at, offer, queue, agent, rule, seed, widened, overflow, reason, waited, candidates)
            ON CONFLICT DO NOTHING
            """, tenant: "*")
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
