import Contracts
import Database
import Foundation

/// What else was decided of a call: that a queue did not take it, that another's agents do, that less is asked for.
struct DecisionNote: Codable, Sendable, Equatable {
    let tenant: TenantID
    let notedAt: Timestamp
    let noted: RoutingNoted
}

extension DecisionStore {
    /// All of them in one round trip. Writing one again changes nothing.
    func insert(_ notes: [DecisionNote]) async throws {
        let statements = try notes.map { note -> SQL in
            """
            INSERT INTO acd.decision_note (tenant_id, call_id, noted_at, kind, noted)
            VALUES (\(note.tenant), \(note.noted.callID), \(note.notedAt.date), \(note.noted.kind.rawValue),
                \(try SQL.json(note.noted)))
            ON CONFLICT DO NOTHING
            """
        }
        try await database.pipeline(statements, tenant: "*")
    }

    /// In the order they were made.
    func notes(of call: CallID, of tenant: TenantID) async throws -> [DecisionNote] {
        try await database.query(
            """
            SELECT noted_at, noted FROM acd.decision_note
            WHERE tenant_id = \(tenant) AND call_id = \(call) ORDER BY noted_at, kind LIMIT 200
            """, tenant: tenant.rawValue
        ) { row in
            DecisionNote(
                tenant: tenant, notedAt: Timestamp(try row.get("noted_at") as Date), noted: try row.json("noted"))
        }
    }

    func removeNotes(before time: Timestamp) async throws -> Int {
        try await database.run("DELETE FROM acd.decision_note WHERE noted_at < \(time.date)", tenant: "*")
    }
}
