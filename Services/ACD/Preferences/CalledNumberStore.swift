import Contracts
import Database
import Foundation

/// Reads and writes `acd.called_number`: whom we called, for which agent or queue, and when last (外呼后回电).
struct CalledNumberStore: Sendable {
    let database: Database

    /// How many agents' calls to one number are looked at.
    private static let most = 20

    /// - Returns: the latest of our calls to the number since then, and who he may want; nil if nobody called.
    func find(_ number: String, since: Timestamp, of tenant: TenantID) async throws -> EarlierCall? {
        let calls = try await database.transaction(tenant: tenant.rawValue) { connection -> [EarlierCall] in
            guard let key = try connection.numberKey(number, of: tenant) else { return [] }
            return try connection.query(
                """
                SELECT agent_id, queue_id, campaign_id, was_answered, called_at FROM acd.called_number
                WHERE tenant_id = \(tenant) AND number_key = \(key) AND called_at >= \(since.date)
                ORDER BY called_at DESC LIMIT \(Self.most)::int
                """, row: Self.read)
        }
        guard let last = calls.first else { return nil }
        return EarlierCall(
            calledAt: last.calledAt, wasAnswered: last.wasAnswered, agentID: calls.lazy.compactMap(\.agentID).first,
            queueID: calls.lazy.compactMap(\.queueID).first, campaignID: calls.lazy.compactMap(\.campaignID).first)
    }

    /// - Returns: how many were too old to be asked for.
    func remove(before time: Timestamp) async throws -> Int {
        try await database.run("DELETE FROM acd.called_number WHERE called_at < \(time.date)", tenant: "*")
    }

    @Sendable private static func read(_ row: Row) throws -> EarlierCall {
        let agent: AgentID = try row.get("agent_id")
        return EarlierCall(
            calledAt: Timestamp(try row.get("called_at") as Date), wasAnswered: try row.get("was_answered"),
            agentID: agent.rawValue.isEmpty ? nil : agent, queueID: try row.get("queue_id"),
            campaignID: try row.get("campaign_id"))
    }
}

extension Connection {
    /// A number was called, by an agent, for a campaign or as a callback: whether it answered makes no difference.
    /// - Parameter home: of the tenant's numbers, if that is known.
    func noteCalled(_ ended: CallEnded, of tenant: TenantID, at home: NumberHome? = nil) throws {
        guard ended.direction == .outbound, let called = ended.calledFor,
            let key = try (home ?? numberHome(of: tenant)).normal(ended.customerNumber)
        else { return }
        let agent = ended.agentID ?? called.agentID
        try atCommit([
            """
            INSERT INTO acd.called_number
                (tenant_id, number_key, agent_id, queue_id, campaign_id, call_id, was_answered, called_at)
            VALUES (\(tenant), \(key), \(agent?.rawValue ?? ""), \((ended.queueID ?? called.queueID)?.rawValue),
                \(ended.campaignID?.rawValue), \(ended.callID), \(ended.wasAnswered), \(ended.endedAt.date))
            ON CONFLICT (tenant_id, number_key, agent_id) DO UPDATE
            SET queue_id = excluded.queue_id, campaign_id = excluded.campaign_id, call_id = excluded.call_id,
                was_answered = excluded.was_answered, called_at = excluded.called_at
            WHERE called_number.called_at <= excluded.called_at
            """
        ])
    }
}

extension CallEnded {
    /// Somebody answered the number that was called: whatever came after the dialling.
    fileprivate var wasAnswered: Bool {
        reason != .machine && reason != .fax && segments.contains { $0.kind != .dial }
    }
}
