import Contracts
import Database
import Foundation
import ServiceKit

/// Reads and writes `media.fax`. The only file that knows the table.
struct FaxStore: Sendable {
    let database: Database

    private static let columns: SQL =
        """
        tenant_id, id, instance, direction, state, number, line, pages, attempts, most_attempts, pause_seconds,
        next_attempt_at, outcome, reason, call_id, remote_station, rate, used_t38, used_error_correction, options, file,
        bytes, sha256, key_id, request_key, request_hash, created_at, created_by, ended_at
        """

    /// - Throws: `Failure.notFound`
    func find(_ id: FaxID, tenant: TenantID) async throws -> OwnedFax {
        let found = try await database.query(
            "SELECT \(Self.columns) FROM media.fax WHERE tenant_id = \(tenant) AND id = \(id)",
            tenant: tenant.rawValue, row: Self.owned)
        guard let fax = found.first else { throw Failure(.notFound, "There is no fax \(id).") }
        return fax
    }

    /// What the same request has made before.
    func find(requestKey: String, tenant: TenantID) async throws -> OwnedFax? {
        try await database.query(
            "SELECT \(Self.columns) FROM media.fax WHERE tenant_id = \(tenant) AND request_key = \(requestKey)",
            tenant: tenant.rawValue, row: Self.owned
        ).first
    }

    /// Those that an instance has still to send, oldest first.
    func unsent(of instance: InstanceID) async throws -> [OwnedFax] {
        try await database.query(
            """
            SELECT \(Self.columns) FROM media.fax
            WHERE instance = \(instance.description) AND state IN ('queued', 'sending')
            ORDER BY created_at, id
            """, tenant: TenantID.all.rawValue, row: Self.owned)
    }

    /// Newest first.
    func search(_ filter: FaxFilter, _ page: PageRequest, tenant: TenantID) async throws -> Page<Fax> {
        let conditions = filter.conditions + (try NewestFirst.after(page, by: "created_at"))
        let rows = try await database.query(
            """
            SELECT \(Self.columns) FROM media.fax
            WHERE tenant_id = \(tenant) \(conditions)
            ORDER BY created_at DESC, id DESC
            LIMIT \(page.limit + 1)
            """, tenant: tenant.rawValue
        ) { try Self.owned($0).fax }
        return Page(rows: rows, request: page) { NewestFirst.keys($0.createdAt, $0.id.rawValue) }
    }

    /// A fax that is to be sent.
    /// - Returns: false if the request's key has made one already.
    func insert(_ owned: OwnedFax) async throws -> Bool {
        try await database.run(
            try Self.insertion(owned) + " ON CONFLICT DO NOTHING", tenant: owned.tenant.rawValue) > 0
    }

    /// Puts faxes as they are now; what was deleted stays deleted.
    func put(_ faxes: [OwnedFax]) async throws {
        try await database.pipeline(
            try faxes.map { owned in
                try Self.insertion(owned) + """
                     ON CONFLICT (tenant_id, id) DO UPDATE SET state = EXCLUDED.state, pages = EXCLUDED.pages,
                        attempts = EXCLUDED.attempts, next_attempt_at = EXCLUDED.next_attempt_at,
                        outcome = EXCLUDED.outcome, reason = EXCLUDED.reason, remote_station = EXCLUDED.remote_station,
                        rate = EXCLUDED.rate, used_t38 = EXCLUDED.used_t38,
                        used_error_correction = EXCLUDED.used_error_correction, file = EXCLUDED.file,
                        bytes = EXCLUDED.bytes, sha256 = EXCLUDED.sha256, key_id = EXCLUDED.key_id,
                        ended_at = EXCLUDED.ended_at
                    WHERE fax.state <> 'deleted'
                    """
            }, tenant: TenantID.all.rawValue)
    }

    /// - Throws: `Failure.notFound`
    func markDeleted(_ id: FaxID, tenant: TenantID) async throws {
        let changed = try await database.run(
            """
            UPDATE media.fax SET state = 'deleted', file = NULL, bytes = NULL, next_attempt_at = NULL
            WHERE tenant_id = \(tenant) AND id = \(id) AND state <> 'deleted'
            """, tenant: tenant.rawValue)
        guard changed > 0 else { throw Failure(.notFound, "There is no fax \(id).") }
    }

    /// An instance's faxes that are over and whose days are over as well.
    /// - Parameter standardDays: for tenants that have set nothing.
    func expired(of instance: InstanceID, standardDays: Int, limit: Int) async throws -> [OwnedFax] {
        try await database.query(
            """
            SELECT \(Self.columns) FROM media.fax
            WHERE instance = \(instance.description) AND state IN ('sent', 'received', 'failed')
                AND created_at < now() - make_interval(days => coalesce(
                    (SELECT coalesce(policy.fax_retention_days, policy.retention_days)
                    FROM media.recording_policy AS policy WHERE policy.tenant_id = fax.tenant_id),
                    \(standardDays)::int))
            ORDER BY created_at LIMIT \(limit)
            """, tenant: TenantID.all.rawValue, row: Self.owned)
    }

    private static func insertion(_ owned: OwnedFax) throws -> SQL {
        let fax = owned.fax
        let options = try SQL.json(owned.options)
        return """
            INSERT INTO media.fax (\(columns)) VALUES (
                \(owned.tenant), \(fax.id), \(owned.instance), \(fax.direction), \(fax.state), \(fax.number),
                \(fax.line), \(fax.pages), \(fax.attempts), \(fax.mostAttempts), \(owned.pauseSeconds),
                \(fax.nextAttemptAt?.date), \(fax.outcome), \(fax.reason), \(fax.callID), \(fax.remoteStation),
                \(fax.rate), \(fax.usedT38), \(fax.usedErrorCorrection), \(options), \(owned.file), \(owned.bytes),
                \(owned.sha256), \(owned.keyID), \(owned.requestKey), \(owned.requestHash), \(fax.createdAt.date),
                \(fax.createdBy), \(fax.endedAt?.date))
            """
    }

    @Sendable private static func owned(_ row: Row) throws -> OwnedFax {
        let fax = Fax(
            id: try row.get("id"), direction: try row.get("direction"), state: try row.get("state"),
            number: try row.get("number"), line: try row.get("line"), pages: try row.get("pages"),
            attempts: try row.get("attempts"), mostAttempts: try row.get("most_attempts"),
            nextAttemptAt: (try row.get("next_attempt_at") as Date?).map { Timestamp($0) },
            outcome: try row.get("outcome"), reason: try row.get("reason"), callID: try row.get("call_id"),
            remoteStation: try row.get("remote_station"), rate: try row.get("rate"), usedT38: try row.get("used_t38"),
            usedErrorCorrection: try row.get("used_error_correction"), createdAt: Timestamp(try row.get("created_at")),
            createdBy: try row.get("created_by"), endedAt: (try row.get("ended_at") as Date?).map { Timestamp($0) })
        return OwnedFax(
            tenant: try row.get("tenant_id"), instance: try row.get("instance"), fax: fax,
            options: try row.json("options"), pauseSeconds: try row.get("pause_seconds"), file: try row.get("file"),
            bytes: try row.get("bytes"), sha256: try row.get("sha256"), keyID: try row.get("key_id"),
            requestKey: try row.get("request_key"), requestHash: try row.get("request_hash"))
    }
}

/// Which faxes are wanted; nil is any.
struct FaxFilter: Sendable, Equatable {
    var from: Timestamp?
    var to: Timestamp?
    var direction: FaxDirection?
    var state: Fax.State?
    /// The other side's, whole, or with `*` at its end its beginning.
    var number: String?
    var line: String?
    var call: CallID?

    fileprivate var conditions: SQL {
        var parts: [SQL] = []
        if let from { parts.append("AND created_at >= \(from.date)") }
        if let to { parts.append("AND created_at < \(to.date)") }
        if let direction { parts.append("AND direction = \(direction)") }
        if let number { parts.append(NewestFirst.number(number, is: "number")) }
        if let line { parts.append("AND line = \(line)") }
        if let call { parts.append("AND call_id = \(call)") }
        parts.append(state.map { "AND state = \($0)" } ?? "AND state <> 'deleted'")
        return parts.joined(separator: " ")
    }
}
