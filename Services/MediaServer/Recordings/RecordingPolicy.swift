import Contracts
import Database

/// How a tenant's recordings are made and for how long they are kept.
struct RecordingPolicy: Codable, Sendable, Equatable {
    var format: RecordingFormat = .wavALaw
    var layout: RecordingLayout = .stereo
    var pauseLeaves: PauseRest = .silence
    /// Days; then a recording is deleted, unless it is marked.
    var retentionDays = 365
    /// Days of the recordings of queues that have days of their own.
    var queueRetentionDays: [String: Int] = [:]
    /// Days of faxes, sent and received; nil for as long as recordings.
    var faxRetentionDays: Int?

    static let standard = RecordingPolicy()
    static let mostQueues = 500

    /// What this machine can write.
    var availableFormat: RecordingFormat { format.whyUnavailable == nil ? format : .wavALaw }

    /// - Throws: `Failure.invalid`
    func check(minimumDays: Int) throws {
        if let why = format.whyUnavailable { throw Failure(.invalid, why, code: "format_unavailable") }
        guard layout == .mixed || !format.isMonoOnly else {
            throw Failure(.invalid, "The format \(format.rawValue) has one channel: set layout to mixed.")
        }
        guard (minimumDays...36_500).contains(retentionDays) else {
            throw Failure(
                .invalid, "retentionDays is \(minimumDays) to 36500: the law wants recordings kept for a while.")
        }
        let queues = queueRetentionDays
        guard queues.count <= Self.mostQueues, queues.keys.allSatisfy(QueueID.isAcceptable),
            queues.values.allSatisfy((minimumDays...36_500).contains)
        else {
            throw Failure(
                .invalid,
                "queueRetentionDays holds ids of queues, \(Self.mostQueues) at most, with \(minimumDays) to 36500 days."
            )
        }
        guard faxRetentionDays.map((1...36_500).contains) ?? true else {
            throw Failure(.invalid, "faxRetentionDays is 1 to 36500.")
        }
    }
}

/// Reads and writes `media.recording_policy`. The only file that knows the table.
struct RecordingPolicyStore: Sendable {
    let database: Database

    private static let columns: SQL =
        "format, layout, pause_leaves, retention_days, queue_retention_days, fax_retention_days"

    func all() async throws -> [TenantID: RecordingPolicy] {
        let rows = try await database.query(
            "SELECT tenant_id, \(Self.columns) FROM media.recording_policy",
            tenant: TenantID.all.rawValue
        ) { row in (try row.get("tenant_id") as TenantID, try Self.policy(row)) }
        return Dictionary(rows, uniquingKeysWith: { _, last in last })
    }

    func find(tenant: TenantID) async throws -> RecordingPolicy {
        try await database.query(
            """
            SELECT \(Self.columns) FROM media.recording_policy
            WHERE tenant_id = \(tenant)
            """, tenant: tenant.rawValue, row: Self.policy
        ).first ?? .standard
    }

    func put(_ policy: RecordingPolicy, tenant: TenantID) async throws {
        try await database.run(
            """
            INSERT INTO media.recording_policy (tenant_id, \(Self.columns))
            VALUES (\(tenant), \(policy.format), \(policy.layout), \(policy.pauseLeaves), \(policy.retentionDays),
                \(try SQL.json(policy.queueRetentionDays)), \(policy.faxRetentionDays))
            ON CONFLICT (tenant_id) DO UPDATE
            SET format = EXCLUDED.format, layout = EXCLUDED.layout, pause_leaves = EXCLUDED.pause_leaves,
                retention_days = EXCLUDED.retention_days, queue_retention_days = EXCLUDED.queue_retention_days,
                fax_retention_days = EXCLUDED.fax_retention_days
            """, tenant: tenant.rawValue)
    }

    @Sendable private static func policy(_ row: Row) throws -> RecordingPolicy {
        try RecordingPolicy(
            format: row.get("format"), layout: row.get("layout"), pauseLeaves: row.get("pause_leaves"),
            retentionDays: row.get("retention_days"), queueRetentionDays: row.json("queue_retention_days"),
            faxRetentionDays: row.get("fax_retention_days"))
    }
}
