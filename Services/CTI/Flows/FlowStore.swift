import Contracts
import Database
import Foundation
import ServiceKit

/// Reads and writes `cti.flow`, `cti.flow_version` and `cti.access_number`. Only this file and those beside it know these
/// tables.
struct FlowStore: Sendable {
    let database: Database

    /// Makes the flow a new version, which new calls begin with from now on.
    func publish(_ flow: Flow, as flowID: FlowID, tenant: TenantID, by user: UserID) async throws -> FlowSummary {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            try Self.publish(flow, as: flowID, tenant: tenant, by: user, connection)
        }
    }

    /// - Parameter restores: the older version that this one repeats.
    static func publish(
        _ flow: Flow, as flowID: FlowID, tenant: TenantID, by user: UserID, restores: Int? = nil,
        _ connection: isolated Connection
    ) throws -> FlowSummary {
        let document = try SQL.json(flow)
        let revision = try nextRevision(connection)
        let summary = try connection.query(
            """
            INSERT INTO cti.flow (tenant_id, flow_id, name, version, revision)
            VALUES (\(tenant), \(flowID), \(flow.name), 1, \(revision))
            ON CONFLICT (tenant_id, flow_id) DO UPDATE
            SET name = excluded.name, version = flow.version + 1, revision = excluded.revision, is_withdrawn = false,
                changed_at = clock_timestamp()
            RETURNING flow_id, name, version, changed_at
            """, row: summary)
        guard let summary = summary.first else { throw Failure(.unknown, "The flow was not stored.") }
        try connection.run(
            """
            INSERT INTO cti.flow_version (tenant_id, flow_id, version, document, published_by, restores)
            VALUES (\(tenant), \(flowID), \(summary.version), \(document), \(user), \(restores))
            """)
        return summary
    }

    /// - Parameter version: nil for the newest.
    /// - Throws: `Failure.notFound`
    func find(_ flowID: FlowID, version: Int?, tenant: TenantID) async throws -> FlowDocument {
        let found = try await database.query(
            """
            SELECT v.flow_id, v.version, v.document, v.published_by, v.published_at
            FROM cti.flow_version v JOIN cti.flow f USING (tenant_id, flow_id)
            WHERE v.tenant_id = \(tenant) AND v.flow_id = \(flowID)
                AND v.version = COALESCE(\(version)::int, CASE WHEN NOT f.is_withdrawn THEN f.version END)
            """, tenant: tenant.rawValue
        ) { row in
            FlowDocument(
                flowID: try row.get("flow_id"), version: try row.get("version"), flow: try row.json("document"),
                publishedBy: try row.get("published_by"), publishedAt: Timestamp(try row.get("published_at") as Date))
        }
        guard let flow = found.first else {
            throw Failure(.notFound, "There is no flow \(flowID)\(version.map { " in version \($0)" } ?? "").")
        }
        return flow
    }

    /// In the order of their ids.
    func list(_ page: PageRequest = PageRequest(), tenant: TenantID) async throws -> Page<FlowSummary> {
        let after = try page.key(0)
        let rows = try await database.query(
            """
            SELECT flow_id, name, version, changed_at FROM cti.flow
            WHERE tenant_id = \(tenant) AND NOT is_withdrawn AND flow_id > COALESCE(\(after)::text, '')
            ORDER BY flow_id LIMIT \(page.limit + 1)
            """, tenant: tenant.rawValue, row: Self.summary)
        return Page(rows: rows, request: page) { [$0.flowID.rawValue] }
    }

    /// Binds an access number to a flow, or to nothing.
    /// - Throws: `Failure.notFound` if there is no such flow.
    func bind(_ number: String, to flowID: FlowID?, tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let revision = try Self.nextRevision(connection)
            if let flowID {
                let known = try connection.query(
                    "SELECT 1 FROM cti.flow WHERE tenant_id = \(tenant) AND flow_id = \(flowID) AND NOT is_withdrawn"
                ) { _ in true }
                guard !known.isEmpty else { throw Failure(.notFound, "There is no flow \(flowID).") }
            }
            try connection.run(
                """
                INSERT INTO cti.access_number (tenant_id, number, flow_id, revision)
                VALUES (\(tenant), \(number), \(flowID), \(revision))
                ON CONFLICT (tenant_id, number) DO UPDATE
                SET flow_id = excluded.flow_id, revision = excluded.revision
                """)
        }
    }

    /// No call begins with it any more (卸载); those that go through it go on. Published again, it is back.
    /// - Throws: `Failure.notFound`, or `Failure.conflict` while a number leads to it.
    func withdraw(_ flowID: FlowID, tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let revision = try Self.nextRevision(connection)
            let numbers: [String] = try connection.query(
                "SELECT number FROM cti.access_number WHERE tenant_id = \(tenant) AND flow_id = \(flowID) ORDER BY number"
            ) { row in try row.get("number") }
            if let number = numbers.first {
                throw Failure(.conflict, "The number \(number) leads to this flow.", code: "flowInUse")
            }
            let known = try connection.run(
                """
                UPDATE cti.flow SET is_withdrawn = true, revision = \(revision)
                WHERE tenant_id = \(tenant) AND flow_id = \(flowID) AND NOT is_withdrawn
                """)
            guard known > 0 else { throw Failure(.notFound, "There is no flow \(flowID).", code: "flowNotFound") }
        }
    }

    /// In the order of the numbers.
    func accessNumbers(_ page: PageRequest = PageRequest(), tenant: TenantID) async throws -> Page<AccessNumber> {
        let after = try page.key(0)
        let rows = try await database.query(
            """
            SELECT number, flow_id FROM cti.access_number
            WHERE tenant_id = \(tenant) AND flow_id IS NOT NULL AND number > COALESCE(\(after)::text, '')
            ORDER BY number LIMIT \(page.limit + 1)
            """, tenant: tenant.rawValue
        ) { row in AccessNumber(number: try row.get("number"), flow: try row.get("flow_id")) }
        return Page(rows: rows, request: page) { [$0.number] }
    }

    /// The books of the tenants in which anything has changed after a revision, and the newest revision.
    func books(changedAfter revision: Int64) async throws -> (revision: Int64, books: [TenantID: TenantBook]) {
        try await database.transaction(tenant: "*") { connection in
            let newest =
                try connection.query("SELECT revision FROM cti.book_revision") { row in
                    try row.get("revision") as Int64
                }.first ?? 0
            guard newest > revision else { return (revision, [:]) }
            let tenants: [TenantID] = try connection.query(
                """
                SELECT tenant_id FROM cti.flow WHERE revision > \(revision)
                UNION SELECT tenant_id FROM cti.access_number WHERE revision > \(revision)
                UNION SELECT tenant_id FROM cti.number_list WHERE revision > \(revision)
                UNION SELECT tenant_id FROM cti.monitor_group WHERE revision > \(revision)
                UNION SELECT tenant_id FROM cti.desk_setting WHERE revision > \(revision)
                UNION SELECT tenant_id FROM cti.recording_rule WHERE revision > \(revision)
                UNION SELECT tenant_id FROM cti.conference WHERE revision > \(revision)
                """
            ) { row in try row.get("tenant_id") }
            return (newest, try Self.books(of: tenants, connection))
        }
    }

    /// Versions that running calls began with.
    func flows(_ versions: Set<FlowVersion>) async throws -> [FlowVersion: Flow] {
        guard !versions.isEmpty else { return [:] }
        let wanted = Array(versions)
        let found = try await database.query(
            """
            SELECT tenant_id, flow_id, version, document FROM cti.flow_version
            WHERE (tenant_id, flow_id, version) IN (
                SELECT * FROM unnest(
                    \(wanted.map(\.tenant))::text[], \(wanted.map(\.flowID))::text[], \(wanted.map(\.version))::int[]))
            """, tenant: "*"
        ) { row in
            (
                FlowVersion(
                    tenant: try row.get("tenant_id"), flowID: try row.get("flow_id"), version: try row.get("version")),
                try row.json("document", as: Flow.self)
            )
        }
        return Dictionary(found) { first, _ in first }
    }

    private static func books(
        of tenants: [TenantID], _ connection: isolated Connection
    ) throws -> [TenantID: TenantBook] {
        var books = Dictionary(uniqueKeysWithValues: tenants.map { ($0, TenantBook()) })
        let flows = try connection.query(
            """
            SELECT f.tenant_id, f.flow_id, f.version, v.document
            FROM cti.flow f JOIN cti.flow_version v USING (tenant_id, flow_id, version)
            WHERE f.tenant_id = ANY(\(tenants)::text[]) AND NOT f.is_withdrawn
            """
        ) { row in
            (
                try row.get("tenant_id") as TenantID,
                PublishedFlow(
                    flowID: try row.get("flow_id"), version: try row.get("version"), flow: try row.json("document"))
            )
        }
        for (tenant, flow) in flows { books[tenant]?.flows[flow.flowID] = flow }
        let numbers = try connection.query(
            """
            SELECT tenant_id, number, flow_id FROM cti.access_number
            WHERE tenant_id = ANY(\(tenants)::text[]) AND flow_id IS NOT NULL
            """
        ) { row in
            (try row.get("tenant_id") as TenantID, try row.get("number") as String, try row.get("flow_id") as FlowID)
        }
        for (tenant, number, flow) in numbers { books[tenant]?.numbers[number] = flow }
        for tenant in try RecordingRuleStore.byHandOnly(tenants, connection) { books[tenant]?.recordsEveryTalk = false }
        for (tenant, list, numbers) in try lists(of: tenants, connection) { books[tenant]?.lists[list] = numbers }
        for (tenant, group) in try DeskStore.groups(of: tenants, connection) { books[tenant]?.groups.append(group) }
        for (tenant, desk) in try DeskStore.settings(of: tenants, connection) { books[tenant]?.desk = desk }
        for (tenant, number, settings) in try conferences(of: tenants, connection) {
            books[tenant]?.conferences[number] = settings
        }
        return books
    }

    /// The row's lock makes the order of revisions the order of commits.
    static func nextRevision(_ connection: isolated Connection) throws -> Int64 {
        let next = try connection.query(
            "UPDATE cti.book_revision SET revision = revision + 1 RETURNING revision"
        ) { row in try row.get("revision") as Int64 }
        guard let next = next.first else { throw Failure(.unknown, "The schema of cti is not complete.") }
        return next
    }

    private static func summary(_ row: Row) throws -> FlowSummary {
        FlowSummary(
            flowID: try row.get("flow_id"), name: try row.get("name"), version: try row.get("version"),
            changedAt: Timestamp(try row.get("changed_at") as Date))
    }
}

/// A flow in a list.
struct FlowSummary: Codable, Sendable, Equatable {
    let flowID: FlowID
    let name: String
    /// The version that new calls begin with.
    let version: Int
    let changedAt: Timestamp
}

/// One version of a flow.
struct FlowDocument: Codable, Sendable, Equatable {
    let flowID: FlowID
    let version: Int
    let flow: Flow
    let publishedBy: UserID
    let publishedAt: Timestamp
}

/// An access number and the flow its calls begin with.
struct AccessNumber: Codable, Sendable, Equatable {
    let number: String
    let flow: FlowID?
}
