import Contracts
import Database
import Foundation

/// Reads and writes `cti.agent_session`, `cti.live_call` and `cti.shard_owner`. The only file that knows these tables.
///
/// Writing is behind, and under an epoch: what a former owner still has to say once the next has begun to read is not heard
/// any more. Without that, a call that the new owner has ended and deleted would come back by a late write of the old one.
struct ShardStore: Sendable {
    let database: Database

    /// An agent or a call as it is to be kept.
    struct Saved<State: Codable & Sendable>: Sendable {
        let state: State
        let shard: Shard
        let epoch: UInt64
        /// It as JSON, if that was made already.
        var written: Data?
    }

    /// - Parameter epoch: of who takes over.
    func load(_ shard: Shard, epoch: UInt64 = 0) async throws -> (agents: [AgentState], calls: [CallState]) {
        try await database.transaction(tenant: "*") { connection in
            try connection.run(
                """
                INSERT INTO cti.shard_owner AS known (shard, epoch)
                VALUES (\(shard.number), \(Int64(clamping: epoch)))
                ON CONFLICT (shard) DO UPDATE SET epoch = GREATEST(known.epoch, excluded.epoch)
                """)
            let agents = try connection.query(
                "SELECT state FROM cti.agent_session WHERE shard = \(shard.number) ORDER BY tenant_id, agent_id"
            ) { row in try row.get("state") as String }
            let calls = try connection.query(
                "SELECT state FROM cti.live_call WHERE shard = \(shard.number) ORDER BY tenant_id, call_id"
            ) { row in try row.get("state") as String }
            // What an older version wrote and nobody can read any more is as if it had not been written.
            return (agents.compactMap(Self.read), calls.compactMap(Self.read))
        }
    }

    /// A call that is over, and under which epoch it ended.
    struct Forgotten: Sendable {
        let tenant: TenantID
        let callID: CallID
        let epoch: UInt64
    }

    func write(agents: [Saved<AgentState>], calls: [Saved<CallState>], forgotten: [Forgotten]) async throws {
        let shards = Set(agents.map(\.shard.number) + calls.map(\.shard.number)).sorted()
        // Whoever begins to read waits until this is written, or this sees that he has begun.
        var statements: [SQL] = []
        if !shards.isEmpty {
            statements.append(
                "SELECT epoch FROM cti.shard_owner WHERE shard = ANY(\(shards)::int[]) ORDER BY shard FOR SHARE")
        }
        if !agents.isEmpty { statements.append(try Self.write(agents)) }
        if !calls.isEmpty { statements.append(try Self.write(calls)) }
        if !forgotten.isEmpty {
            statements.append(
                """
                DELETE FROM cti.live_call AS known USING unnest(
                    \(forgotten.map(\.tenant))::text[], \(forgotten.map(\.callID))::text[],
                    \(forgotten.map { Int64(clamping: $0.epoch) })::bigint[]
                ) AS gone (tenant, call, epoch)
                WHERE known.tenant_id = gone.tenant AND known.call_id = gone.call AND known.epoch <= gone.epoch
                """)
        }
        try await database.pipeline(statements, tenant: "*")
    }

    private static func write(_ agents: [Saved<AgentState>]) throws -> SQL {
        """
        INSERT INTO cti.agent_session AS known (tenant_id, agent_id, shard, epoch, revision, state)
        SELECT tenant, agent, shard, epoch, revision, state::jsonb FROM unnest(
            \(agents.map(\.state.tenant))::text[], \(agents.map(\.state.agentID))::text[],
            \(agents.map(\.shard.number))::int[], \(agents.map { Int64(clamping: $0.epoch) })::bigint[],
            \(agents.map { Int64(clamping: $0.state.revision) })::bigint[], \(try agents.map(text))::text[]
        ) AS new (tenant, agent, shard, epoch, revision, state)
        WHERE NOT EXISTS (SELECT FROM cti.shard_owner o WHERE o.shard = new.shard AND o.epoch > new.epoch)
        ON CONFLICT (tenant_id, agent_id) DO UPDATE
        SET epoch = excluded.epoch, revision = excluded.revision, state = excluded.state, changed_at = clock_timestamp()
        WHERE known.epoch <= excluded.epoch
        """
    }

    private static func write(_ calls: [Saved<CallState>]) throws -> SQL {
        """
        INSERT INTO cti.live_call AS known (tenant_id, call_id, shard, epoch, state)
        SELECT tenant, call, shard, epoch, state::jsonb FROM unnest(
            \(calls.map(\.state.tenant))::text[], \(calls.map(\.state.callID))::text[],
            \(calls.map(\.shard.number))::int[], \(calls.map { Int64(clamping: $0.epoch) })::bigint[],
            \(try calls.map(text))::text[]
        ) AS new (tenant, call, shard, epoch, state)
        WHERE NOT EXISTS (SELECT FROM cti.shard_owner o WHERE o.shard = new.shard AND o.epoch > new.epoch)
        ON CONFLICT (tenant_id, call_id) DO UPDATE SET epoch = excluded.epoch, state = excluded.state
        WHERE known.epoch <= excluded.epoch
        """
    }

    private static func text<State>(_ saved: Saved<State>) throws -> String {
        let written = saved.written.flatMap { $0.isEmpty ? nil : $0 }
        return String(decoding: try written ?? WireJSON.encode(saved.state), as: UTF8.self)
    }

    private static func read<State: Decodable>(_ text: String) -> State? {
        try? WireJSON.decode(State.self, from: Data(text.utf8))
    }
}
