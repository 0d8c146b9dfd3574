import Contracts
import Database

/// Reads and writes `media.dial_usage`: what tenants have used, by day and instance. The only file that knows the table.
struct DialUsageStore: Sendable {
    let database: Database
    let instance: InstanceID

    /// What this instance has noted since a day.
    func own(since day: String) async throws -> [DialLedger.Key: DialUsage] {
        try await read(
            """
            SELECT tenant_id, day::text AS day, calls, seconds, cost FROM media.dial_usage
            WHERE day >= \(day)::date AND instance = \(instance.description)
            """)
    }

    /// What all other instances together have noted of a day.
    func others(on day: String) async throws -> [DialLedger.Key: DialUsage] {
        try await read(
            """
            SELECT tenant_id, day::text AS day, sum(calls)::bigint AS calls, sum(seconds)::bigint AS seconds,
                sum(cost)::bigint AS cost
            FROM media.dial_usage WHERE day = \(day)::date AND instance <> \(instance.description)
            GROUP BY tenant_id, day
            """)
    }

    private func read(_ statement: SQL) async throws -> [DialLedger.Key: DialUsage] {
        let rows = try await database.query(statement, tenant: TenantID.all.rawValue) { row in
            (
                key: DialLedger.Key(tenant: try row.get("tenant_id"), day: try row.get("day")),
                usage: DialUsage(
                    calls: try row.get("calls"), seconds: try row.get("seconds"), cost: try row.get("cost"))
            )
        }
        return Dictionary(rows.map { ($0.key, $0.usage) }, uniquingKeysWith: { $0 + $1 })
    }

    /// What this instance's tenants have used by now.
    func write(_ usages: [DialLedger.Key: DialUsage]) async throws {
        try await database.pipeline(
            usages.map { key, usage in
                """
                INSERT INTO media.dial_usage (tenant_id, day, instance, calls, seconds, cost)
                VALUES (\(key.tenant), \(key.day)::date, \(instance.description), \(usage.calls), \(usage.seconds),
                    \(usage.cost))
                ON CONFLICT (tenant_id, day, instance) DO UPDATE
                SET calls = EXCLUDED.calls, seconds = EXCLUDED.seconds, cost = EXCLUDED.cost
                """
            }, tenant: TenantID.all.rawValue)
    }
}
