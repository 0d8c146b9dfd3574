import Contracts
import Database
import Foundation

// What becomes of a recording after it was verified: marked, backed up, moved, deleted.

extension RecordingStore {
    /// - Throws: `Failure.notFound`
    func mark(_ id: RecordingID, _ isMarked: Bool, note: String?, tenant: TenantID) async throws {
        let changed = try await database.run(
            """
            UPDATE media.recording SET is_marked = \(isMarked), note = \(note)
            WHERE tenant_id = \(tenant) AND id = \(id) AND state <> 'deleted'
            """, tenant: tenant.rawValue)
        guard changed > 0 else { throw Failure(.notFound, "There is no recording \(id).") }
    }

    /// A verified copy lies in the backup directory.
    func setBackup(_ id: RecordingID, file: String, tenant: TenantID) async throws {
        try await database.run(
            "UPDATE media.recording SET backup_file = \(file) WHERE tenant_id = \(tenant) AND id = \(id)",
            tenant: tenant.rawValue)
    }

    /// From now on it lies in the backup directory only.
    func setMoved(_ id: RecordingID, file: String, tenant: TenantID) async throws {
        try await database.run(
            """
            UPDATE media.recording SET place = 'backup', file = \(file), backup_file = \(file)
            WHERE tenant_id = \(tenant) AND id = \(id) AND state = 'verified'
            """, tenant: tenant.rawValue)
    }

    /// Its row stays: who looks for it finds that it was. If it was a caller's message, nobody is to deal with it any more.
    func setDeleted(_ id: RecordingID, tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            try connection.run(
                """
                UPDATE media.recording SET state = 'deleted', deleted_at = now(), peaks = NULL
                WHERE tenant_id = \(tenant) AND id = \(id)
                """)
            try VoicemailStore.removed(id, tenant: tenant, in: connection)
        }
    }

    /// An instance's verified recordings that lie in its first place, oldest first.
    func oldest(of instance: InstanceID, limit: Int) async throws -> [OwnedRecording] {
        try await database.query(
            """
            SELECT \(Self.columns) FROM media.recording
            WHERE instance = \(instance.description) AND state = 'verified' AND place = 'recordings'
            ORDER BY started_at LIMIT \(limit)
            """, tenant: TenantID.all.rawValue, row: Self.owned)
    }

    /// An instance's recordings whose days are over.
    /// - Parameter standardDays: for tenants that have set nothing.
    func expired(of instance: InstanceID, standardDays: Int, limit: Int) async throws -> [OwnedRecording] {
        try await database.query(
            """
            SELECT \(Self.columns) FROM media.recording
            WHERE instance = \(instance.description) AND state IN ('verified', 'failed', 'closed') AND NOT is_marked
                AND started_at < now() - make_interval(days => coalesce(
                    (SELECT coalesce((policy.queue_retention_days ->> recording.queue_id)::int, policy.retention_days)
                    FROM media.recording_policy AS policy
                    WHERE policy.tenant_id = recording.tenant_id), \(standardDays)::int))
            ORDER BY started_at LIMIT \(limit)
            """, tenant: TenantID.all.rawValue, row: Self.owned)
    }
}
