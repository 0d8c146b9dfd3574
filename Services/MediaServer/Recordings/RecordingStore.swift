import Contracts
import Database
import Foundation

/// A recording as the database knows it.
struct Recording: Codable, Sendable, Equatable {
    enum State: String, Codable, Sendable { case writing, closed, failed }

    let id: RecordingID
    let callID: CallID
    let instance: String
    /// Below the instance's recordings directory.
    let file: String
    let state: State
    let startedAt: Timestamp
    let durationMicroseconds: Int64?
    let bytes: Int64?
    let problem: String?
}

/// A recording and whose it is.
struct OwnedRecording: Sendable, Equatable {
    let tenant: TenantID
    let recording: Recording
}

/// Reads and writes `media.recording`. The only file that knows the table.
struct RecordingStore: Sendable {
    let database: Database

    /// - Throws: `Failure.notFound`
    func find(_ id: RecordingID, tenant: TenantID) async throws -> Recording {
        let found = try await database.query(
            """
            SELECT id, call_id, instance, file, state, started_at, duration_microseconds, bytes, problem
            FROM media.recording
            WHERE tenant_id = \(tenant) AND id = \(id)
            """, tenant: tenant.rawValue, row: recording)
        guard let recording = found.first else { throw Failure(.notFound, "There is no recording \(id).") }
        return recording
    }

    /// What an instance left open when it died.
    /// - Parameter before: when its present run began.
    func unfinished(of instance: InstanceID, before: Timestamp) async throws -> [OwnedRecording] {
        try await database.query(
            """
            SELECT tenant_id, id, call_id, instance, file, state, started_at, duration_microseconds, bytes, problem
            FROM media.recording
            WHERE instance = \(instance.description) AND state = 'writing' AND started_at < \(before.date)
            """, tenant: TenantID.all.rawValue
        ) { row in OwnedRecording(tenant: try row.get("tenant_id"), recording: try recording(row)) }
    }

    @Sendable private func recording(_ row: Row) throws -> Recording {
        try Recording(
            id: row.get("id"), callID: row.get("call_id"), instance: row.get("instance"), file: row.get("file"),
            state: row.get("state"), startedAt: Timestamp(row.get("started_at")),
            durationMicroseconds: row.get("duration_microseconds"), bytes: row.get("bytes"),
            problem: row.get("problem"))
    }

    func put(_ recordings: [OwnedRecording]) async throws {
        try await database.pipeline(
            recordings.map { put($0.recording, $0.tenant) }, tenant: TenantID.all.rawValue)
    }

    private func put(_ recording: Recording, _ tenant: TenantID) -> SQL {
        """
        INSERT INTO media.recording (tenant_id, id, call_id, instance, file, state, started_at,
            duration_microseconds, bytes, problem)
        VALUES (\(tenant), \(recording.id), \(recording.callID), \(recording.instance), \(recording.file),
            \(recording.state), \(recording.startedAt.date), \(recording.durationMicroseconds), \(recording.bytes),
            \(recording.problem))
        ON CONFLICT (tenant_id, id) DO UPDATE
        SET state = EXCLUDED.state, duration_microseconds = EXCLUDED.duration_microseconds, bytes = EXCLUDED.bytes,
            problem = EXCLUDED.problem
        WHERE recording.state = 'writing'
        """
    }
}
