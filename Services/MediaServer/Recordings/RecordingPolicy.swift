import Contracts
import Database

/// How a tenant's recordings are made and for how long they are kept.
struct RecordingPolicy: Codable, Sendable, Equatable {
    var format: RecordingFormat = .wavALaw
    var layout: RecordingLayout = .stereo
    var pauseLeaves: PauseRest = .silence
    /// Days; then a recording is deleted, unless it is marked.
    var retentionDays = 365

    static let standard = RecordingPolicy()

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
    }
}

/// Reads and writes `media.recording_policy`. The only file that knows the table.
struct RecordingPolicyStore: Sendable {
    let database: Database

    func all() async throws -> [TenantID: RecordingPolicy] {
        let rows = try await database.query(
            "SELECT tenant_id, format, layout, pause_leaves, retention_days FROM media.recording_policy",
            tenant: TenantID.all.rawValue
        ) { row in (try row.get("tenant_id") as TenantID, try Self.policy(row)) }
        return Dictionary(rows, uniquingKeysWith: { _, last in last })
    }

    func find(tenant: TenantID) async throws -> RecordingPolicy {
        try await database.query(
            """
            SELECT format, layout, pause_leaves, retention_days FROM media.recording_policy
            WHERE tenant_id = \(tenant)
            """, tenant: tenant.rawValue, row: Self.policy
        ).first ?? .standard
    }

    func put(_ policy: RecordingPolicy, tenant: TenantID) async throws {
        try await database.run(
            """
            INSERT INTO media.recording_policy (tenant_id, format, layout, pause_leaves, retention_days)
            VALUES (\(tenant), \(policy.format), \(policy.layout), \(policy.pauseLeaves), \(policy.retentionDays))
            ON CONFLICT (tenant_id) DO UPDATE
            SET format = EXCLUDED.format, layout = EXCLUDED.layout, pause_leaves = EXCLUDED.pause_leaves,
                retention_days = EXCLUDED.retention_days
            """, tenant: tenant.rawValue)
    }

    @Sendable private static func policy(_ row: Row) throws -> RecordingPolicy {
        try RecordingPolicy(
            format: row.get("format"), layout: row.get("layout"), pauseLeaves: row.get("pause_leaves"),
            retentionDays: row.get("retention_days"))
    }
}
