import Contracts
import Database
import Foundation
import ServiceKit

/// Reads and writes `media.voicemail`. The only file that knows the table.
struct VoicemailStore: Sendable {
    let database: Database

    private static let columns: SQL =
        """
        id, call_id, queue_id, agent_id, customer_number, line, left_at, duration_microseconds, attributes, assigned_to,
        heard_at, heard_by, done_at, done_by, note
        """

    /// Told again, nothing changes.
    static func left(_ message: VoicemailLeft, tenant: TenantID, in connection: isolated Connection) throws {
        // U+0000 is a letter elsewhere, and none to PostgreSQL.
        let attributes = Dictionary(
            message.attributes.map {
                ($0.key.replacing("\0", with: "\u{fffd}"), $0.value.replacing("\0", with: "\u{fffd}"))
            }
        ) { first, _ in first }
        try connection.run(
            """
            INSERT INTO media.voicemail (tenant_id, id, call_id, queue_id, agent_id, customer_number, line, left_at,
                duration_microseconds, attributes)
            VALUES (\(tenant), \(message.recordingID), \(message.callID), \(message.queueID), \(message.agentID),
                \(message.customerNumber), \(message.accessNumber), \(message.leftAt.date),
                \(max(0, message.durationMicroseconds)), \(try SQL.json(attributes)))
            ON CONFLICT (tenant_id, id) DO NOTHING
            """)
    }

    /// Its sound is gone, and so is what there was to do about it.
    static func removed(_ id: RecordingID, tenant: TenantID, in connection: isolated Connection) throws {
        try connection.run("DELETE FROM media.voicemail WHERE tenant_id = \(tenant) AND id = \(id)")
    }

    /// - Throws: `Failure.notFound`
    func find(_ id: RecordingID, tenant: TenantID) async throws -> Voicemail {
        let found = try await database.query(
            "SELECT \(Self.columns) FROM media.voicemail WHERE tenant_id = \(tenant) AND id = \(id)",
            tenant: tenant.rawValue, row: Self.voicemail)
        guard let found = found.first else { throw Failure(.notFound, "There is no message \(id).") }
        return found
    }

    /// Newest first.
    func list(_ filter: VoicemailFilter, _ page: PageRequest, tenant: TenantID) async throws -> Page<Voicemail> {
        let conditions = filter.conditions + (try NewestFirst.after(page, by: "left_at"))
        let rows = try await database.query(
            """
            SELECT \(Self.columns) FROM media.voicemail
            WHERE tenant_id = \(tenant) \(conditions)
            ORDER BY left_at DESC, id DESC
            LIMIT \(page.limit + 1)
            """, tenant: tenant.rawValue, row: Self.voicemail)
        return Page(rows: rows, request: page) { NewestFirst.keys($0.leftAt, $0.id.rawValue) }
    }

    /// - Throws: `Failure.notFound`
    func change(_ id: RecordingID, _ change: VoicemailChange, by user: UserID, tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let known = try connection.query(
                "SELECT 1 FROM media.voicemail WHERE tenant_id = \(tenant) AND id = \(id) FOR UPDATE"
            ) { _ in true }
            guard !known.isEmpty else { throw Failure(.notFound, "There is no message \(id).") }
            if let assigned = change.assignedTo {
                let whom: String? = assigned.isEmpty ? nil : assigned
                try connection.run(
                    "UPDATE media.voicemail SET assigned_to = \(whom) WHERE tenant_id = \(tenant) AND id = \(id)")
            }
            if let isHeard = change.isHeard { try Self.mark(id, .heard, isHeard, by: user, tenant, connection) }
            if let isDone = change.isDone { try Self.mark(id, .done, isDone, by: user, tenant, connection) }
            if let note = change.note {
                try connection.run(
                    "UPDATE media.voicemail SET note = \(note) WHERE tenant_id = \(tenant) AND id = \(id)")
            }
        }
    }

    /// Who was the first stays.
    private static func mark(
        _ id: RecordingID, _ mark: Mark, _ isSo: Bool, by user: UserID, _ tenant: TenantID,
        _ connection: isolated Connection
    ) throws {
        let by: String? = isSo ? user.rawValue : nil
        try connection.run(
            """
            UPDATE media.voicemail SET \(mark.by) = \(by),
                \(mark.at) = CASE WHEN \(isSo)::boolean THEN clock_timestamp() END
            WHERE tenant_id = \(tenant) AND id = \(id) AND (\(mark.at) IS NULL) = \(isSo)::boolean
            """)
    }

    private enum Mark {
        case heard, done
        var at: SQL { self == .heard ? "heard_at" : "done_at" }
        var by: SQL { self == .heard ? "heard_by" : "done_by" }
    }

    /// Somebody played it; nothing happens to a recording that is no message.
    func heard(_ id: RecordingID, by user: UserID, tenant: TenantID) async throws {
        try await database.run(
            """
            UPDATE media.voicemail SET heard_at = clock_timestamp(), heard_by = \(user)
            WHERE tenant_id = \(tenant) AND id = \(id) AND heard_at IS NULL
            """, tenant: tenant.rawValue)
    }

    /// Whether it lies in his box, or is assigned to him.
    func isFor(_ user: UserID, _ id: RecordingID, tenant: TenantID) async throws -> Bool {
        let filter = VoicemailFilter(visibleTo: user)
        let found = try await database.query(
            "SELECT 1 FROM media.voicemail WHERE tenant_id = \(tenant) AND id = \(id) \(filter.conditions)",
            tenant: tenant.rawValue
        ) { _ in true }
        return !found.isEmpty
    }

    @Sendable private static func voicemail(_ row: Row) throws -> Voicemail {
        let heardAt = (try row.get("heard_at") as Date?).map { Timestamp($0) }
        let doneAt = (try row.get("done_at") as Date?).map { Timestamp($0) }
        return Voicemail(
            id: try row.get("id"), callID: try row.get("call_id"), queueID: try row.get("queue_id"),
            agentID: try row.get("agent_id"), customerNumber: try row.get("customer_number"),
            line: try row.get("line"), leftAt: Timestamp(try row.get("left_at") as Date),
            durationMicroseconds: try row.get("duration_microseconds"), attributes: try row.json("attributes"),
            assignedTo: try row.get("assigned_to"), heardAt: heardAt, heardBy: try row.get("heard_by"),
            doneAt: doneAt, doneBy: try row.get("done_by"), note: try row.get("note"),
            state: doneAt != nil ? .done : heardAt != nil ? .heard : .new)
    }
}

extension VoicemailFilter {
    fileprivate var conditions: SQL {
        var parts: [SQL] = []
        if let queue { parts.append("AND queue_id = \(queue)") }
        if let agent { parts.append("AND agent_id = \(agent)") }
        if let assignedTo { parts.append("AND assigned_to = \(assignedTo)") }
        if let number { parts.append(NewestFirst.number(number, is: "customer_number")) }
        if let line { parts.append("AND line = \(line)") }
        switch state {
        case .new: parts.append("AND heard_at IS NULL AND done_at IS NULL")
        case .heard: parts.append("AND heard_at IS NOT NULL AND done_at IS NULL")
        case .done: parts.append("AND done_at IS NOT NULL")
        case nil: break
        }
        if let visibleTo { parts.append("AND (agent_id = \(visibleTo) OR assigned_to = \(visibleTo))") }
        return parts.joined(separator: " ")
    }
}
