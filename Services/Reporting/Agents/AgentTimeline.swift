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
}

/// Reads and writes `reporting.agent_state`, the journal of every change.
struct AgentTimelineStore: Sendable {
    let database: Database

    static func changed(
        _ agent: AgentSnapshot, tenant: TenantID, in connection: isolated Connection
    ) throws {
        try connection.run(
            """
            INSERT INTO reporting.agent_state (tenant_id, agent_id, since, revision, status, pause_reason, call_id,
                phone_id, is_on_hold)
            VALUES (\(tenant), \(agent.agentID), \(agent.since.date), \(agent.revision), \(agent.status),
                \(agent.pauseReason), \(agent.callID), \(agent.phoneID), \(agent.isOnHold))
            ON CONFLICT (tenant_id, agent_id, since, revision) DO NOTHING
            """)
    }

    /// Oldest first; at most 1 000.
    func list(_ agent: AgentID, from: Timestamp, to: Timestamp, tenant: TenantID) async throws -> [AgentStateSpan] {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            try connection.query(
                """
                SELECT agent_id, status, pause_reason, call_id, is_on_hold, since, until
                FROM (
                    SELECT agent_id, status, pause_reason, call_id, is_on_hold, since, revision,
                        lead(since) OVER (ORDER BY since, revision) AS until
                    FROM reporting.agent_state
                    WHERE tenant_id = \(tenant) AND agent_id = \(agent)
                ) AS span
                WHERE since < \(to.date) AND (until IS NULL OR until > \(from.date))
                ORDER BY since, revision
                LIMIT 1000
                """
            ) { row in
                try AgentStateSpan(
                    agentID: row.get("agent_id"), status: row.get("status"), pauseReason: row.get("pause_reason"),
                    callID: row.get("call_id"), isOnHold: row.get("is_on_hold"), since: Timestamp(row.get("since")),
                    until: (row.get("until") as Date?).map(Timestamp.init))
            }
        }
    }
}

/// `/v1/agents/{id}/timeline`: what an agent did, change by change.
struct AgentTimelineRoutes {
    let timelines: AgentTimelineStore

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/agents/{id}/timeline", "Every state of an agent, oldest first", .supervisor,
                parameters: [
                    .text("from", "Microseconds since 1970; the beginning if not given."),
                    .text("to", "Likewise; now if not given."),
                ], use: list)
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<AgentStateSpan> {
        let from = try call.query("from", in: 0...Int.max).map { Timestamp(microseconds: Int64($0)) }
        let to = try call.query("to", in: 0...Int.max).map { Timestamp(microseconds: Int64($0)) }
        return Page(
            items: try await timelines.list(
                try call.path("id"), from: from ?? Timestamp(microseconds: 0), to: to ?? .now(),
                tenant: try call.tenant))
    }
}
