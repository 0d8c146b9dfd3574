import Contracts
import Database
import Foundation

/// Writes `dialer.number` and `dialer.campaign_zone`.
struct NumberStore: Sendable {
    static let mostNumbers = 1_000_000
    let database: Database

    /// Adds those that the campaign does not have yet, written as they are or otherwise, see ``SeenNumbers``.
    /// - Returns: how many were added.
    /// - Throws: `Failure.notFound`, `Failure.conflict` if the campaign would hold too many.
    func add(_ rows: [NumberImport.Row], to id: CampaignID, of tenant: TenantID, at now: Timestamp) async throws -> Int
    {
        let attributes = try rows.map { row in
            String(decoding: try JSONEncoder().encode(row.attributes ?? [:]), as: UTF8.self)
        }
        let zones = rows.map { $0.timeZone ?? "" }
        return try await database.transaction(tenant: tenant.rawValue) { connection in
            let found = try connection.query(
                "SELECT id FROM dialer.campaign WHERE tenant_id = \(tenant) AND id = \(id) FOR UPDATE"
            ) { try $0.get("id") as String }
            guard !found.isEmpty else { throw Failure.noCampaign(id) }
            let held =
                try connection.query(
                    "SELECT count(*) AS count FROM dialer.number WHERE tenant_id = \(tenant) AND campaign_id = \(id)"
                ) { try $0.get("count") as Int }.first ?? 0
            guard held + rows.count <= Self.mostNumbers else {
                throw Failure(.conflict, "A campaign holds at most \(Self.mostNumbers) numbers.", code: "campaignFull")
            }
            try connection.run(
                """
                INSERT INTO dialer.campaign_zone (tenant_id, campaign_id, time_zone)
                SELECT \(tenant), \(id), zone FROM unnest(\(Set(zones).sorted())::text[]) AS zone
                ON CONFLICT DO NOTHING
                """)
            return try connection.run(
                """
                INSERT INTO dialer.number (tenant_id, campaign_id, number, time_zone, attributes, next_at)
                SELECT \(tenant), \(id), number, zone, attributes::jsonb, \(now.date)::timestamptz
                FROM unnest(\(rows.map(\.number))::text[], \(zones)::text[], \(attributes)::text[])
                    AS sent (number, zone, attributes)
                WHERE length(ltrim(sent.number, '+')) < 10 OR NOT EXISTS (
                    SELECT FROM dialer.number AS known
                    WHERE known.tenant_id = \(tenant) AND known.campaign_id = \(id)
                        AND right(known.number, 10) = right(sent.number, 10)
                        AND length(ltrim(known.number, '+')) >= 10
                        AND NOT (starts_with(known.number, '+') AND starts_with(sent.number, '+')))
                ON CONFLICT DO NOTHING
                """)
        }
    }
}
