import Contracts
import Database
import Foundation

/// Reads and writes `cti.agent_session` and `cti.live_call`. The only file that knows these tables.
///
/// Writing is behind, and under an epoch: what a former owner still has to say is not heard any more.
struct ShardStore: Sendable {
    let database: Database

    /// An agent or a call as it is to be kept.
    struct Saved<State: Codable & Sendable>: Sendable {
        let state: State
        let shard: Shard
        let epoch: UInt64
    }

    func load(_ shard: Shard) async throws -> (agents: [AgentState], calls: [CallState]) {
        try await database.transaction(tenant: "*") { connection in
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
        var statements: [SQL] = []
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
        ON CONFLICT (tenant_id, call_id) DO UPDATE SET epoch = excluded.epoch, state = excluded.state
        WHERE known.epoch <= excluded.epoch
        """
    }

    private static func text<State>(_ saved: Saved<State>) throws -> String {
        String(decoding: try JSONEncoder().encode(saved.state), as: UTF8.self)
    }

    private static func read<State: Decodable>(_ text: String) -> State? {
        try? JSONDecoder().decode(State.self, from: Data(text.utf8))
    }
}
