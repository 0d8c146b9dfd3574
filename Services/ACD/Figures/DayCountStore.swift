import Contracts
import Database
import Foundation

/// Reads and writes `acd.day_count`: what was counted today, a row a queue and an agent.
struct DayCountStore: Sendable {
    let database: Database

    private enum Kind: String { case queue, agent }

    /// What the last day's rows say; nil if there are none.
    func find(of tenant: TenantID) async throws -> DayCounts? {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let rows = try connection.query(
                """
                SELECT day, since, kind, subject, counts FROM acd.day_count
                WHERE tenant_id = \(tenant) AND (kind = 'agent'
                    OR day = (SELECT max(day) FROM acd.day_count WHERE tenant_id = \(tenant)))
                ORDER BY day DESC
                """
            ) { row in
                (
                    day: try row.get("day") as Int64, since: Timestamp(try row.get("since") as Date),
                    kind: try row.get("kind") as String, subject: try row.get("subject") as String,
                    queue: try row.get("kind") as String == Kind.queue.rawValue
                        ? try row.json("counts", as: ServiceCounts.self) : ServiceCounts(),
                    agent: try row.get("kind") as String == Kind.agent.rawValue
                        ? try row.json("counts", as: AgentDay.self) : AgentDay()
                )
            }
            guard let first = rows.first else { return nil }
            var counts = DayCounts(day: first.day, since: first.since)
            for row in rows {
                if row.day == first.day { counts.since = min(counts.since, row.since) }
                if row.kind == Kind.queue.rawValue {
                    counts.queues[QueueID(rawValue: row.subject)] = row.queue
                } else {
                    // Of an earlier day only whose turn it was counts.
                    counts.agents[AgentID(rawValue: row.subject)] =
                        row.day == first.day ? row.agent : AgentDay(turnAt: row.agent.turnAt)
                }
            }
            return counts
        }
    }

    /// All that differs from what was written last, in one round trip. Who does not own the tenant any more changes nothing.
    /// - Parameter epoch: of the shard, raised with each change of owner.
    func write(
        _ counts: DayCounts, since written: DayCounts?, epoch: UInt64, of tenant: TenantID
    ) async throws {
        let before = written?.day == counts.day ? written : nil
        var statements: [SQL] = []
        func add(_ kind: Kind, _ subject: String, _ document: SQLJSON) {
            statements.append(
                """
                INSERT INTO acd.day_count AS known (tenant_id, kind, subject, day, since, counts, epoch)
                VALUES (\(tenant), \(kind.rawValue), \(subject), \(counts.day), \(counts.since.date), \(document),
                    \(Int64(clamping: epoch)))
                ON CONFLICT (tenant_id, kind, subject) DO UPDATE
                SET day = excluded.day, since = excluded.since, counts = excluded.counts, epoch = excluded.epoch
                WHERE known.epoch <= excluded.epoch
                """)
        }
        for (id, served) in counts.queues where before?.queues[id] != served {
            add(.queue, id.rawValue, try SQL.json(served))
        }
        for (id, done) in counts.agents where before?.agents[id] != done {
            add(.agent, id.rawValue, try SQL.json(done))
        }
        guard !statements.isEmpty else { return }
        try await database.pipeline(statements, tenant: "*")
    }
}
