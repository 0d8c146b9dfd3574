import Contracts
import Database
import Foundation

/// Reads and writes `media.recording`. What people look for and do is in `RecordingStore+Search.swift` and
/// `RecordingStore+Care.swift`; no other file knows the table.
struct RecordingStore: Sendable {
    let database: Database

    static let columns: SQL =
        """
        tenant_id, id, call_id, instance, file, state, started_at, duration_microseconds, bytes, problem, ended_at,
        direction, customer_number, line, agent_id, queue_id, campaign_id, answered_at, is_by_hand, format, layout,
        pauses, sha256, key_id, place, backup_file, is_marked, note, serial, deleted_at
        """

    /// - Throws: `Failure.notFound`
    func find(_ id: RecordingID, tenant: TenantID) async throws -> Recording {
        let found = try await database.query(
            "SELECT \(Self.columns) FROM media.recording WHERE tenant_id = \(tenant) AND id = \(id)",
            tenant: tenant.rawValue, row: Self.recording)
        guard let recording = found.first else { throw Failure(.notFound, "There is no recording \(id).") }
        return recording
    }

    /// How loud a recording is over its length; nil while that is not known.
    func peaks(_ id: RecordingID, tenant: TenantID) async throws -> Data? {
        try await database.query(
            "SELECT peaks FROM media.recording WHERE tenant_id = \(tenant) AND id = \(id) AND peaks IS NOT NULL",
            tenant: tenant.rawValue
        ) { try $0.get("peaks") as Data }.first
    }

    /// What an instance left open when it died.
    /// - Parameter before: when its present run began.
    func unfinished(of instance: InstanceID, before: Timestamp) async throws -> [OwnedRecording] {
        try await database.query(
            """
            SELECT \(Self.columns) FROM media.recording
            WHERE instance = \(instance.description) AND state IN ('expected', 'writing') AND started_at < \(before.date)
            """, tenant: TenantID.all.rawValue, row: Self.owned)
    }

    /// What an instance has not brought into its place yet, oldest first.
    func unverified(of instance: InstanceID) async throws -> [OwnedRecording] {
        try await database.query(
            """
            SELECT \(Self.columns) FROM media.recording
            WHERE instance = \(instance.description) AND state IN ('closed', 'hashed', 'stored')
            ORDER BY started_at
            """, tenant: TenantID.all.rawValue, row: Self.owned)
    }

    @Sendable static func owned(_ row: Row) throws -> OwnedRecording {
        OwnedRecording(tenant: try row.get("tenant_id"), recording: try recording(row))
    }

    @Sendable static func recording(_ row: Row) throws -> Recording {
        var recording = Recording(
            id: try row.get("id"), callID: try row.get("call_id"), instance: try row.get("instance"),
            file: try row.get("file"), state: try row.get("state"), startedAt: Timestamp(try row.get("started_at")),
            durationMicroseconds: try row.get("duration_microseconds"), bytes: try row.get("bytes"),
            problem: try row.get("problem"))
        recording.endedAt = (try row.get("ended_at") as Date?).map { Timestamp($0) }
        recording.about = RecordingAbout(
            direction: try row.get("direction"), customerNumber: try row.get("customer_number"),
            line: try row.get("line"), agentID: try row.get("agent_id"), queueID: try row.get("queue_id"),
            campaignID: try row.get("campaign_id"),
            answeredAt: (try row.get("answered_at") as Date?).map { Timestamp($0) },
            isByHand: try row.get("is_by_hand"))
        recording.format = try row.get("format")
        recording.layout = try row.get("layout")
        recording.pauses = try row.json("pauses")
        recording.sha256 = try row.get("sha256")
        recording.keyID = try row.get("key_id")
        recording.place = try row.get("place")
        recording.backupFile = try row.get("backup_file")
        recording.isMarked = try row.get("is_marked")
        recording.note = try row.get("note")
        recording.serial = try row.get("serial")
        recording.deletedAt = (try row.get("deleted_at") as Date?).map { Timestamp($0) }
        return recording
    }

    // MARK: What is expected

    /// A call has ended that names its recordings: those that nobody has told of are expected from now on.
    static func expect(_ call: CallEnded, tenant: TenantID, in connection: isolated Connection) throws {
        for recording in call.recordings.prefix(1_000) {
            try connection.atCommit([
                """
                INSERT INTO media.recording (tenant_id, id, call_id, state, started_at, customer_number, line, agent_id,
                    queue_id, campaign_id, direction)
                SELECT \(tenant)::text, \(recording)::text, \(call.callID)::text, 'expected',
                    \(call.startedAt.date)::timestamptz, \(call.customerNumber)::text, \(call.accessNumber)::text,
                    \(call.agentID)::text, \(call.queueID)::text, \(call.campaignID)::text, \(call.direction)::text
                WHERE NOT EXISTS (
                    SELECT FROM media.recording WHERE tenant_id = \(tenant) AND id = \(recording))
                ON CONFLICT (tenant_id, id) DO NOTHING
                """
            ])
        }
    }

    /// A recording that is not there.
    struct Missing: Sendable, Equatable {
        let tenant: TenantID
        let fact: RecordingMissing
    }

    /// What has been expected for longer.
    func missing(after patience: Duration) async throws -> [Missing] {
        try await database.query(
            """
            SELECT tenant_id, id, call_id, expected_at FROM media.recording
            WHERE state = 'expected'
                AND expected_at < clock_timestamp() - make_interval(secs => \(patience.seconds)::double precision)
            ORDER BY expected_at LIMIT 1000
            """, tenant: TenantID.all.rawValue
        ) { row in
            Missing(
                tenant: try row.get("tenant_id"),
                fact: RecordingMissing(
                    recordingID: try row.get("id"), callID: try row.get("call_id"),
                    expectedAt: Timestamp(try row.get("expected_at"))))
        }
    }

    /// The alarm was raised. Should it appear after all, its row goes on.
    func setMissing(_ missing: Missing) async throws {
        try await database.run(
            """
            UPDATE media.recording SET state = 'missing'
            WHERE tenant_id = \(missing.tenant) AND id = \(missing.fact.recordingID) AND state = 'expected'
            """, tenant: missing.tenant.rawValue)
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1_000_000_000_000_000_000
    }
}
