import Contracts
import Database
import ServiceKit

/// A campaign that may dial, and the time zones that its numbers are in.
struct RunningCampaign: Sendable, Equatable {
    let tenant: TenantID
    let campaign: Campaign
    /// Empty text stands for the campaign's own.
    let zones: [String]
}

/// Reads and writes `dialer.campaign`.
struct CampaignStore: Sendable {
    let database: Database

    /// By name.
    func list(_ page: PageRequest, of tenant: TenantID) async throws -> Page<Campaign> {
        let rows = try await database.query(
            """
            SELECT \(columns) FROM dialer.campaign
            WHERE tenant_id = \(tenant) AND name > \(try page.key(0) ?? "")
            ORDER BY name LIMIT \(page.limit + 1)
            """, tenant: tenant.rawValue, row: Self.campaign)
        return Page(rows: rows, request: page) { [$0.name] }
    }

    /// - Throws: `Failure.notFound`
    func find(_ id: CampaignID, of tenant: TenantID) async throws -> Campaign {
        let found = try await database.query(
            "SELECT \(columns) FROM dialer.campaign WHERE tenant_id = \(tenant) AND id = \(id)",
            tenant: tenant.rawValue, row: Self.campaign)
        guard let campaign = found.first else { throw Failure.noCampaign(id) }
        return campaign
    }

    /// - Throws: `Failure.conflict` if the name is taken.
    func insert(_ campaign: Campaign, of tenant: TenantID) async throws {
        try await naming(campaign.name) {
            try await database.run(
                """
                INSERT INTO dialer.campaign (tenant_id, id, name, queue_id, from_number, ring_seconds, max_attempts,
                    retry_seconds, priority, hours, detects_answers, mode, preview)
                VALUES (\(tenant), \(campaign.id), \(campaign.name), \(campaign.queueID), \(campaign.fromNumber),
                    \(campaign.ringSeconds), \(campaign.maxAttempts), \(campaign.retrySeconds), \(campaign.priority),
                    \(try SQL.json(campaign.hours)), \(campaign.detectsAnswers), \(campaign.mode),
                    \(try SQL.json(campaign.preview)))
                """, tenant: tenant.rawValue)
        }
    }

    /// - Throws: `Failure.notFound`, `Failure.conflict` if the name is taken.
    func change(_ id: CampaignID, _ wish: CampaignWish, of tenant: TenantID) async throws -> Campaign {
        try await naming(wish.name ?? "") {
            try await database.transaction(tenant: tenant.rawValue) { connection in
                let found = try connection.query(
                    "SELECT \(columns) FROM dialer.campaign WHERE tenant_id = \(tenant) AND id = \(id) FOR UPDATE",
                    row: Self.campaign)
                guard let old = found.first else { throw Failure.noCampaign(id) }
                let campaign = wish.applied(to: old)
                guard campaign.mode == old.mode || !old.isRunning else {
                    throw Failure(.conflict, "Pause the campaign before its mode is changed.", code: "running")
                }
                try connection.run(
                    """
                    UPDATE dialer.campaign
                    SET name = \(campaign.name), queue_id = \(campaign.queueID),
                        from_number = \(campaign.fromNumber), ring_seconds = \(campaign.ringSeconds),
                        max_attempts = \(campaign.maxAttempts), retry_seconds = \(campaign.retrySeconds),
                        priority = \(campaign.priority), hours = \(try SQL.json(campaign.hours)),
                        detects_answers = \(campaign.detectsAnswers), mode = \(campaign.mode),
                        preview = \(try SQL.json(campaign.preview))
                    WHERE tenant_id = \(tenant) AND id = \(id)
                    """)
                return campaign
            }
        }
    }

    /// - Throws: `Failure.notFound`
    func setRunning(_ isRunning: Bool, _ id: CampaignID, of tenant: TenantID) async throws -> Campaign {
        let changed = try await database.query(
            """
            UPDATE dialer.campaign SET is_running = \(isRunning) WHERE tenant_id = \(tenant) AND id = \(id)
            RETURNING \(columns)
            """, tenant: tenant.rawValue, row: Self.campaign)
        guard let campaign = changed.first else { throw Failure.noCampaign(id) }
        return campaign
    }

    /// Removes it with its numbers and results.
    /// - Throws: `Failure.notFound`, `Failure.conflict` while it runs or dials.
    func remove(_ id: CampaignID, of tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let found = try connection.query(
                "SELECT \(columns) FROM dialer.campaign WHERE tenant_id = \(tenant) AND id = \(id) FOR UPDATE",
                row: Self.campaign)
            guard let campaign = found.first else { throw Failure.noCampaign(id) }
            let open = try connection.query(
                """
                SELECT 1 AS one FROM dialer.attempt
                WHERE tenant_id = \(tenant) AND campaign_id = \(id) AND result IS NULL
                LIMIT 1
                """
            ) { try $0.get("one") as Int }
            guard !campaign.isRunning, open.isEmpty else {
                throw Failure(.conflict, "Pause the campaign, and wait until its calls are over.", code: "running")
            }
            try connection.run("DELETE FROM dialer.campaign WHERE tenant_id = \(tenant) AND id = \(id)")
        }
    }

    /// Of all tenants.
    func running() async throws -> [RunningCampaign] {
        try await database.query(
            """
            SELECT tenant_id, \(columns),
                ARRAY(SELECT time_zone FROM dialer.campaign_zone AS zone
                      WHERE zone.tenant_id = campaign.tenant_id AND zone.campaign_id = campaign.id
                      ORDER BY time_zone) AS zones
            FROM dialer.campaign AS campaign
            WHERE is_running
            ORDER BY tenant_id, id
            """, tenant: "*"
        ) { row in
            RunningCampaign(
                tenant: try row.get("tenant_id"), campaign: try Self.campaign(row), zones: try row.get("zones"))
        }
    }

    /// - Throws: `Failure.notFound`
    func progress(of id: CampaignID, of tenant: TenantID) async throws -> CampaignProgress {
        _ = try await find(id, of: tenant)
        let states = try await counts(
            "SELECT state AS name, count(*) AS count FROM dialer.number WHERE tenant_id = \(tenant) AND campaign_id = \(id) GROUP BY state",
            of: tenant)
        let results = try await counts(
            """
            SELECT result AS name, count(*) AS count FROM dialer.attempt
            WHERE tenant_id = \(tenant) AND campaign_id = \(id) AND result IS NOT NULL
            GROUP BY result
            """, of: tenant)
        return CampaignProgress(
            open: states["open"] ?? 0, dialling: states["dialling"] ?? 0, previewed: states["previewed"],
            done: states["done"] ?? 0, results: results)
    }

    private func counts(_ sql: SQL, of tenant: TenantID) async throws -> [String: Int] {
        let rows = try await database.query(sql, tenant: tenant.rawValue) { row in
            (try row.get("name") as String, try row.get("count") as Int)
        }
        return Dictionary(rows) { first, _ in first }
    }

    // MARK: - Rows

    var columns: SQL { Self.columns }

    static var columns: SQL {
        """
        id, name, queue_id, from_number, ring_seconds, max_attempts, retry_seconds, priority, hours, detects_answers,
        mode, preview, is_running
        """
    }

    @Sendable static func campaign(_ row: Row) throws -> Campaign {
        Campaign(
            id: try row.get("id"), name: try row.get("name"), queueID: try row.get("queue_id"),
            fromNumber: try row.get("from_number"), ringSeconds: try row.get("ring_seconds"),
            maxAttempts: try row.get("max_attempts"), retrySeconds: try row.get("retry_seconds"),
            priority: try row.get("priority"), hours: try row.json("hours"),
            detectsAnswers: try row.get("detects_answers"), mode: try row.get("mode"),
            preview: try row.json("preview"), isRunning: try row.get("is_running"))
    }

    @discardableResult
    private func naming<Value>(_ name: String, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as DatabaseError where error.isUniqueViolation {
            throw Failure(.conflict, "There is already a campaign named \(name).", code: "campaignTaken")
        }
    }
}

extension Failure {
    static func noCampaign(_ id: CampaignID) -> Failure { Failure(.notFound, "There is no campaign \(id).") }
}
