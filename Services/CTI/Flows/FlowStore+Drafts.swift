import Contracts
import Database
import Foundation
import ServiceKit

/// Drafts, and the versions of a flow: `cti.flow_draft` and `cti.flow_version`.
extension FlowStore {
    /// Keeps what an author has written, finished or not.
    /// - Parameter revision: what he has read; nil to overwrite whatever is there, 0 if he has read that there is none.
    /// - Throws: `Failure.conflict` if somebody else has saved since.
    func save(
        _ document: JSONValue, asDraftOf flowID: FlowID, over revision: Int?, tenant: TenantID, by user: UserID
    ) async throws -> FlowDraft {
        let json = try SQL.json(document)
        return try await database.transaction(tenant: tenant.rawValue) { connection in
            // Two who begin a draft at the same time take turns.
            try connection.run(
                "SELECT pg_advisory_xact_lock(hashtextextended('cti.draft.' || \(tenant) || '.' || \(flowID), 0))")
            let known = try Self.draft(of: flowID, tenant, connection)
            try Self.check(revision, is: known?.revision ?? 0)
            try connection.run(
                """
                INSERT INTO cti.flow_draft (tenant_id, flow_id, revision, document, saved_by)
                VALUES (\(tenant), \(flowID), 1, \(json), \(user))
                ON CONFLICT (tenant_id, flow_id) DO UPDATE
                SET revision = flow_draft.revision + 1, document = excluded.document, saved_by = excluded.saved_by,
                    saved_at = clock_timestamp()
                """)
            return try Self.neededDraft(of: flowID, tenant, connection)
        }
    }

    /// - Throws: `Failure.notFound`
    func draft(of flowID: FlowID, tenant: TenantID) async throws -> FlowDraft {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            try Self.neededDraft(of: flowID, tenant, connection)
        }
    }

    /// In the order of the flows' ids.
    func drafts(_ page: PageRequest = PageRequest(), tenant: TenantID) async throws -> Page<FlowDraftSummary> {
        let after = try page.key(0)
        let rows = try await database.query(
            """
            SELECT flow_id, revision, saved_by, saved_at FROM cti.flow_draft
            WHERE tenant_id = \(tenant) AND flow_id > COALESCE(\(after)::text, '')
            ORDER BY flow_id LIMIT \(page.limit + 1)
            """, tenant: tenant.rawValue
        ) { row in
            FlowDraftSummary(
                flowID: try row.get("flow_id"), revision: try row.get("revision"), savedBy: try row.get("saved_by"),
                savedAt: Timestamp(try row.get("saved_at") as Date))
        }
        return Page(rows: rows, request: page) { [$0.flowID.rawValue] }
    }

    /// Whether it was there or not, it is gone.
    func discardDraft(of flowID: FlowID, tenant: TenantID) async throws {
        try await database.run(
            "DELETE FROM cti.flow_draft WHERE tenant_id = \(tenant) AND flow_id = \(flowID)", tenant: tenant.rawValue)
    }

    /// Makes the draft the version that new calls begin with; there is no draft after it.
    /// - Parameter check: reads the document, and throws what is wrong with it.
    /// - Throws: `Failure.notFound` without a draft, `Failure.conflict` if it is not the one that was read.
    func publishDraft(
        of flowID: FlowID, revision: Int?, tenant: TenantID, by user: UserID,
        check: @escaping @Sendable (JSONValue) throws -> Flow
    ) async throws -> FlowSummary {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let draft = try Self.neededDraft(of: flowID, tenant, connection)
            try Self.check(revision, is: draft.revision)
            let flow = try check(draft.document)
            try connection.run("DELETE FROM cti.flow_draft WHERE tenant_id = \(tenant) AND flow_id = \(flowID)")
            return try Self.publish(flow, as: flowID, tenant: tenant, by: user, connection)
        }
    }

    /// Newest first.
    func versions(
        of flowID: FlowID, _ page: PageRequest = PageRequest(), tenant: TenantID
    ) async throws -> Page<FlowVersionSummary> {
        let after = try page.key(0).flatMap { Int($0) }
        let rows = try await database.query(
            """
            SELECT v.version, v.document->>'name' AS name, v.published_by, v.published_at, v.restores,
                v.version = f.version AND NOT f.is_withdrawn AS is_current
            FROM cti.flow_version v JOIN cti.flow f USING (tenant_id, flow_id)
            WHERE v.tenant_id = \(tenant) AND v.flow_id = \(flowID)
                AND v.version < COALESCE(\(after)::int, 2147483647)
            ORDER BY v.version DESC LIMIT \(page.limit + 1)
            """, tenant: tenant.rawValue
        ) { row in
            FlowVersionSummary(
                version: try row.get("version"), name: try row.get("name"), publishedBy: try row.get("published_by"),
                publishedAt: Timestamp(try row.get("published_at") as Date), restores: try row.get("restores"),
                isCurrent: try row.get("is_current"))
        }
        return Page(rows: rows, request: page) { ["\($0.version)"] }
    }

    /// Publishes an older version again, as the newest: the history grows at its end only.
    /// - Throws: `Failure.notFound`, or `Failure.conflict` if it is what calls begin with already.
    func rollBack(_ flowID: FlowID, to version: Int, tenant: TenantID, by user: UserID) async throws -> FlowSummary {
        let old = try await find(flowID, version: version, tenant: tenant)
        return try await database.transaction(tenant: tenant.rawValue) { connection in
            let newest = try connection.query(
                """
                SELECT version FROM cti.flow
                WHERE tenant_id = \(tenant) AND flow_id = \(flowID) AND NOT is_withdrawn FOR UPDATE
                """
            ) { row in try row.get("version") as Int }
            guard newest.first != version else {
                throw Failure(.conflict, "New calls begin with version \(version) already.", code: "versionCurrent")
            }
            return try Self.publish(old.flow, as: flowID, tenant: tenant, by: user, restores: version, connection)
        }
    }

    private static func check(_ wanted: Int?, is revision: Int) throws {
        guard let wanted, wanted != revision else { return }
        throw Failure(.conflict, "Somebody else has changed the draft; read it again.", code: "draftChanged")
    }

    private static func neededDraft(
        of flowID: FlowID, _ tenant: TenantID, _ connection: isolated Connection
    ) throws -> FlowDraft {
        guard let draft = try draft(of: flowID, tenant, connection) else {
            throw Failure(.notFound, "There is no draft of \(flowID).", code: "draftNotFound")
        }
        return draft
    }

    private static func draft(
        of flowID: FlowID, _ tenant: TenantID, _ connection: isolated Connection
    ) throws -> FlowDraft? {
        try connection.query(
            """
            SELECT flow_id, revision, document, saved_by, saved_at FROM cti.flow_draft
            WHERE tenant_id = \(tenant) AND flow_id = \(flowID) FOR UPDATE
            """
        ) { row in
            let document = try row.json("document", as: JSONValue.self)
            return FlowDraft(
                flowID: try row.get("flow_id"), revision: try row.get("revision"), document: document,
                problems: FlowReading(document).problems, savedBy: try row.get("saved_by"),
                savedAt: Timestamp(try row.get("saved_at") as Date))
        }.first
    }
}

/// What an author works at: no call sees it before it is published.
struct FlowDraft: Codable, Sendable, Equatable {
    let flowID: FlowID
    /// Counts the savings.
    let revision: Int
    let document: JSONValue
    /// What keeps it from being published.
    let problems: [FlowValidation.Problem]
    let savedBy: UserID
    let savedAt: Timestamp

    /// The same, with problems of what it refers to.
    func read(in book: TenantBook) -> FlowDraft {
        FlowDraft(
            flowID: flowID, revision: revision, document: document,
            problems: FlowReading(document, as: flowID, in: book).problems, savedBy: savedBy, savedAt: savedAt)
    }
}

/// A draft in a list.
struct FlowDraftSummary: Codable, Sendable, Equatable {
    let flowID: FlowID
    let revision: Int
    let savedBy: UserID
    let savedAt: Timestamp
}

/// A version in a list.
struct FlowVersionSummary: Codable, Sendable, Equatable {
    let version: Int
    let name: String
    let publishedBy: UserID
    let publishedAt: Timestamp
    /// The older version that it repeats, after a roll-back.
    let restores: Int?
    /// Whether new calls begin with it.
    let isCurrent: Bool
}
