import Contracts
import Database
import Foundation

/// Reads and writes `acd.last_talk`: who talked with which number, and when last.
struct AcquaintanceStore: Sendable {
    let database: Database

    /// All that the rules of preferred agents ask for, in one round trip.
    func find(number: String, of tenant: TenantID) async throws -> CallerKnowledge {
        let rows = try await database.transaction(tenant: tenant.rawValue) {
            connection -> [(kind: String, meeting: CallerKnowledge.Meeting)] in
            guard let key = try connection.numberKey(number, of: tenant) else { return [] }
            return try connection.query(
                """
                (SELECT 'case' AS kind, agent_id, changed_at AS met_at FROM acd.unresolved_case
                 WHERE tenant_id = \(tenant) AND number_key = \(key) AND resolved_at IS NULL
                 ORDER BY changed_at DESC LIMIT \(CallerKnowledge.most)::int)
                UNION ALL
                (SELECT 'talk', agent_id, talked_at FROM acd.last_talk
                 WHERE tenant_id = \(tenant) AND number_key = \(key)
                 ORDER BY talked_at DESC LIMIT \(CallerKnowledge.most)::int)
                UNION ALL
                (SELECT 'call', agent_id, called_at FROM acd.called_number
                 WHERE tenant_id = \(tenant) AND number_key = \(key) AND agent_id <> ''
                 ORDER BY called_at DESC LIMIT \(CallerKnowledge.most)::int)
                """
            ) { row in
                (
                    kind: try row.get("kind") as String,
                    meeting: CallerKnowledge.Meeting(
                        agentID: try row.get("agent_id"), at: Timestamp(try row.get("met_at") as Date))
                )
            }
        }
        func meetings(_ kind: String) -> [CallerKnowledge.Meeting] { rows.filter { $0.kind == kind }.map(\.meeting) }
        return CallerKnowledge(cases: meetings("case"), talks: meetings("talk"), calls: meetings("call"))
    }

    /// - Returns: how many were too old to be asked for.
    func remove(before time: Timestamp) async throws -> Int {
        try await database.run("DELETE FROM acd.last_talk WHERE talked_at < \(time.date)", tenant: "*")
    }
}

extension Connection {
    /// The customer of a call that is over talked with this agent.
    /// - Parameter home: of the tenant's numbers, if that is known.
    func noteTalk(_ ended: CallEnded, of tenant: TenantID, at home: NumberHome? = nil) throws {
        guard let agent = ended.agentID,
            let key = try (home ?? numberHome(of: tenant)).normal(ended.customerNumber)
        else { return }
        let talk = ended.segments.last { $0.kind == .talk && $0.agentID == agent }
        try atCommit([
            """
            INSERT INTO acd.last_talk (tenant_id, number_key, agent_id, queue_id, call_id, talked_at)
            VALUES (\(tenant), \(key), \(agent), \(ended.queueID?.rawValue), \(ended.callID),
                \((talk?.endedAt ?? ended.endedAt).date))
            ON CONFLICT (tenant_id, number_key, agent_id) DO UPDATE
            SET queue_id = excluded.queue_id, call_id = excluded.call_id, talked_at = excluded.talked_at
            WHERE last_talk.talked_at <= excluded.talked_at
            """
        ])
    }
}
