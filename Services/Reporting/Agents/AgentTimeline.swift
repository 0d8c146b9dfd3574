import Contracts
import Database
import Foundation
import HTTPTypes
import ServiceKit

/// One state of an agent, from when to when.
struct AgentStateSpan: Codable, Sendable, Equatable {
    let agentID: AgentID
    let status: AgentStatus
    let pauseReason: String?
    let callID: CallID?
    let isOnHold: Bool
    let since: Timestamp
    /// Null for the present state.
    let until: Timestamp?
    /// Tells states apart that began in the same microsecond.
    let revision: Int64
}

/// Reads and writes `reporting.agent_state`, the journal of every change.
struct AgentTimelineStore: Sendable {
    let database: Database

    static func changed(
        _ agent: AgentSnapshot, tenant: TenantID, in connection: isolated Connection
    ) throws {
        try connection.atCommit([
            """
            INSERT INTO reporting.agent_state (tenant_id, agent_id, since, revision, status, pause_reason, call_id,
                phone_id, is_on_hold)
            VALUES (\(tenant), \(agent.agentID), \(agent.since.date), \(agent.revision), \(agent.status),
                \(agent.pauseReason), \(agent.callID), \(agent.phoneID), \(agent.isOnHold))
            ON CONFLICT (tenant_id, agent_id, since, revision) DO NOTHING
            """
        ])
    }

    /// Oldest first, from the state that was on at `from`. However long an agent has been here, only what is asked for is read.
    func list(
        _ agent: AgentID, from: Timestamp, to: Timestamp, _ page: PageRequest, tenant: TenantID
    ) async throws -> Page<AgentStateSpan> {
        var rest: SQL = ""
        if let time = try page.key(0), let number = try page.key(1) {
            guard let revision = Int64(number) else { throw Failure(.invalid, "The cursor is of another list.") }
            rest = "AND (since, revision) > (\(try Timestamp(cursor: time).date), \(revision)::bigint)"
        }
        let rows = try await database.query(
            """
            SELECT agent_id, status, pause_reason, call_id, is_on_hold, since, revision, (
                SELECT next.since FROM reporting.agent_state AS next
                WHERE next.tenant_id = state.tenant_id AND next.agent_id = state.agent_id
                    AND (next.since, next.revision) > (state.since, state.revision)
                ORDER BY next.since, next.revision LIMIT 1) AS until
            FROM reporting.agent_state AS state
            WHERE tenant_id = \(tenant) AND agent_id = \(agent) AND since < \(to.date)
                AND (since, revision) >= (
                    SELECT before.since, before.revision FROM reporting.agent_state AS before
                    WHERE before.tenant_id = \(tenant) AND before.agent_id = \(agent) AND before.since <= \(from.date)
                    UNION ALL SELECT '-infinity', 0
                    ORDER BY 1 DESC, 2 DESC LIMIT 1) \(rest)
            ORDER BY since, revision
            LIMIT \(page.limit + 1)
            """, tenant: tenant.rawValue
        ) { row in
            try AgentStateSpan(
                agentID: row.get("agent_id"), status: row.get("status"), pauseReason: row.get("pause_reason"),
                callID: row.get("call_id"), isOnHold: row.get("is_on_hold"), since: Timestamp(row.get("since")),
                until: (row.get("until") as Date?).map(Timestamp.init), revision: row.get("revision"))
        }
        return Page(rows: rows, request: page) { ["\($0.since.microseconds)", "\($0.revision)"] }
    }
}

/// `/v1/agents/{id}/timeline`: what an agent did, change by change.
struct AgentTimelineRoutes {
    let timelines: AgentTimelineStore

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/agents/{id}/timeline", "Every state of an agent, oldest first", .reportView,
                parameters: [
                    .text("from", "Microseconds since 1970; the beginning if not given."),
                    .text("to", "Likewise; now if not given."),
                ] + .page, use: list)
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<AgentStateSpan> {
        let from = try call.query("from", in: 0...Int.max).map { Timestamp(microseconds: Int64($0)) }
        let to = try call.query("to", in: 0...Int.max).map { Timestamp(microseconds: Int64($0)) }
        return try await timelines.list(
            try call.path("id"), from: from ?? Timestamp(microseconds: 0), to: to ?? .now(), try call.page(limit: 200),
            tenant: try call.tenant)
    }
}
