import Contracts
import Database
import ServiceKit

/// Reads and writes `cti.conference`. Conferences are part of the books that instances hold in memory.
extension FlowStore {
    static let mostConferences = 500

    static let conferenceTable = Migration(
        "0009 conferences",
        """
        CREATE TABLE conference (
            tenant_id text NOT NULL,
            number    text NOT NULL,
            -- NULL: it was removed, and all instances are to hear of it.
            document  jsonb,
            revision  bigint NOT NULL,
            PRIMARY KEY (tenant_id, number)
        );
        CREATE INDEX conference_revision ON conference (revision);
        \(Migration.tenantTable("conference"))
        """)

    /// Makes the conference, or replaces what is set for it.
    /// - Throws: `Failure.conflict` if the tenant has too many.
    func keepConference(_ number: String, _ settings: ConferenceSettings, tenant: TenantID) async throws {
        let document = try SQL.json(settings)
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let revision = try Self.nextRevision(connection)
            try connection.expectRoom(
                beside: "cti.conference WHERE tenant_id = \(tenant) AND document IS NOT NULL AND number <> \(number)",
                most: Self.mostConferences, "There are \(Self.mostConferences) conferences already.",
                code: "conferencesFull")
            try connection.run(
                """
                INSERT INTO cti.conference (tenant_id, number, document, revision)
                VALUES (\(tenant), \(number), \(document), \(revision))
                ON CONFLICT (tenant_id, number) DO UPDATE
                SET document = excluded.document, revision = excluded.revision
                """)
        }
    }

    /// Whether it was there or not, nobody joins it any more; who is in it stays.
    func removeConference(_ number: String, tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let revision = try Self.nextRevision(connection)
            try connection.run(
                """
                UPDATE cti.conference SET document = NULL, revision = \(revision)
                WHERE tenant_id = \(tenant) AND number = \(number)
                """)
        }
    }

    /// In the order of their numbers.
    func conferences(_ page: PageRequest = PageRequest(), tenant: TenantID) async throws -> Page<ConferenceListing> {
        let after = try page.key(0)
        let rows = try await database.query(
            """
            SELECT number, document FROM cti.conference
            WHERE tenant_id = \(tenant) AND document IS NOT NULL AND number > COALESCE(\(after)::text, '')
            ORDER BY number LIMIT \(page.limit + 1)
            """, tenant: tenant.rawValue
        ) { row in ConferenceListing(number: try row.get("number"), settings: try row.json("document")) }
        return Page(rows: rows, request: page) { [$0.number] }
    }

    /// All of these tenants, for their books.
    static func conferences(
        of tenants: [TenantID], _ connection: isolated Connection
    ) throws -> [(TenantID, String, ConferenceSettings)] {
        try connection.query(
            """
            SELECT tenant_id, number, document FROM cti.conference
            WHERE tenant_id = ANY(\(tenants)::text[]) AND document IS NOT NULL
            """
        ) { row in (try row.get("tenant_id"), try row.get("number"), try row.json("document")) }
    }
}
