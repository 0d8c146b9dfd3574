import Contracts
import Database
import Logging

/// Reads and writes `media.web_entry`. The only file that knows the table.
struct WebEntryStore: Sendable {
    let database: Database

    static let mostEach = 200

    /// Of all tenants. One that cannot be understood, for a newer version wrote it, is left out and told of.
    func all(_ log: Logger? = nil) async throws -> [TenantID: [WebEntryID: WebEntry]] {
        let rows = try await database.query(
            "SELECT tenant_id, id, document FROM media.web_entry", tenant: TenantID.all.rawValue
        ) { row in
            (
                tenant: try row.get("tenant_id") as TenantID, id: try row.get("id") as WebEntryID,
                entry: try? row.json("document", as: WebEntry.self)
            )
        }
        return rows.reduce(into: [:]) { entries, row in
            if row.entry == nil {
                log?.error(
                    "a web entry cannot be understood",
                    metadata: ["tenant.id": "\(row.tenant)", "entry.id": "\(row.id)"])
            }
            entries[row.tenant, default: [:]][row.id] = row.entry
        }
    }

    /// By id.
    func list(tenant: TenantID) async throws -> [WebEntry] {
        try await database.query(
            "SELECT document FROM media.web_entry WHERE tenant_id = \(tenant) ORDER BY id", tenant: tenant.rawValue
        ) { row in try? row.json("document", as: WebEntry.self) }.compactMap(\.self)
    }

    /// - Throws: `Failure.conflict` if the tenant has as many as it may have.
    func put(_ entry: WebEntry, tenant: TenantID) async throws {
        let written = try await database.run(
            """
            INSERT INTO media.web_entry (tenant_id, id, document)
            SELECT \(tenant)::text, \(entry.id)::text, \(try SQL.json(entry))::jsonb
            WHERE (
                SELECT count(*) FROM media.web_entry WHERE tenant_id = \(tenant) AND id <> \(entry.id)
            ) < \(Self.mostEach)
            ON CONFLICT (tenant_id, id) DO UPDATE SET document = EXCLUDED.document
            """, tenant: tenant.rawValue)
        guard written > 0 else {
            throw Failure(.conflict, "A tenant has at most \(Self.mostEach) web entries.", code: "too_many_entries")
        }
    }

    /// - Throws: `Failure.notFound`
    func remove(_ id: WebEntryID, tenant: TenantID) async throws {
        let removed = try await database.run(
            "DELETE FROM media.web_entry WHERE tenant_id = \(tenant) AND id = \(id)", tenant: tenant.rawValue)
        guard removed > 0 else { throw Failure(.notFound, "There is no web entry \(id).") }
    }
}
