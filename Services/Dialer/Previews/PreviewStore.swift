import Contracts
import Database
import Foundation
import ServiceKit

/// Reads and writes `dialer.preview_agent` and `dialer.preview`, and the state of a record's number.
struct PreviewStore: Sendable {
    static let most = 20_000
    /// How long the agent who made an appointment has it for himself.
    static let patience = Duration.seconds(1800)
    let database: Database

    // MARK: - Choices

    /// - Throws: `Failure.notFound`, `Failure.conflict` if it is no campaign whose records are looked at,
    ///   `Failure.forbidden` if it is for others.
    func choose(_ id: CampaignID, by agent: AgentID, of tenant: TenantID, at now: Timestamp) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            guard let campaign = try connection.campaign(id, of: tenant) else { throw Failure.noCampaign(id) }
            guard campaign.mode == .preview else {
                throw Failure(.conflict, "Nobody looks at the records of that campaign.", code: "notPreview")
            }
            guard campaign.preview.admits(agent) else {
                throw Failure(.forbidden, "The campaign is for other agents.", code: "campaignForbidden")
            }
            try connection.run(
                """
                INSERT INTO dialer.preview_agent (tenant_id, agent_id, campaign_id, chosen_at)
                VALUES (\(tenant), \(agent), \(id), \(now.date))
                ON CONFLICT (tenant_id, agent_id) DO UPDATE
                SET campaign_id = EXCLUDED.campaign_id, chosen_at = EXCLUDED.chosen_at
                """)
        }
    }

    func leave(_ agent: AgentID, of tenant: TenantID) async throws {
        try await database.run(
            "DELETE FROM dialer.preview_agent WHERE tenant_id = \(tenant) AND agent_id = \(agent)",
            tenant: tenant.rawValue)
    }

    func choice(of agent: AgentID, of tenant: TenantID) async throws -> CampaignID? {
        try await database.query(
            "SELECT campaign_id FROM dialer.preview_agent WHERE tenant_id = \(tenant) AND agent_id = \(agent)",
            tenant: tenant.rawValue
        ) { try $0.get("campaign_id") as CampaignID }.first
    }

    /// Of all tenants.
    func choices() async throws -> [PreviewChoice] {
        try await database.query(
            """
            SELECT tenant_id, agent_id, campaign_id FROM dialer.preview_agent
            ORDER BY tenant_id, agent_id LIMIT \(Self.most)
            """, tenant: "*"
        ) { row in
            PreviewChoice(
                tenant: try row.get("tenant_id"), agentID: try row.get("agent_id"),
                campaignID: try row.get("campaign_id"))
        }
    }

    /// Campaigns that run and whose records agents look at, by name.
    func campaigns(for agent: AgentID, of tenant: TenantID) async throws -> [Campaign] {
        try await database.query(
            """
            SELECT \(CampaignStore.columns) FROM dialer.campaign
            WHERE tenant_id = \(tenant) AND mode = 'preview' AND is_running
            ORDER BY name LIMIT 200
            """, tenant: tenant.rawValue, row: CampaignStore.campaign
        ).filter { $0.preview.admits(agent) }
    }

    // MARK: - Records

    /// Every tenant's records that are looked at.
    func open() async throws -> [OpenPreview] {
        try await database.query(
            """
            SELECT tenant_id, \(Self.columns) FROM dialer.preview
            WHERE outcome IS NULL
            ORDER BY taken_at LIMIT \(Self.most)
            """, tenant: "*"
        ) { OpenPreview(tenant: try $0.get("tenant_id"), preview: try Self.preview($0)) }
    }

    /// What the agent looks at, if he does.
    func open(of agent: AgentID, of tenant: TenantID) async throws -> Preview? {
        try await database.query(
            """
            SELECT \(Self.columns) FROM dialer.preview
            WHERE tenant_id = \(tenant) AND agent_id = \(agent) AND outcome IS NULL
            """, tenant: tenant.rawValue, row: Self.preview
        ).first
    }

    /// Newest first.
    func list(
        of campaign: CampaignID, agent: AgentID? = nil, _ page: PageRequest, of tenant: TenantID
    ) async throws -> Page<Preview> {
        let his: SQL = agent.map { "AND agent_id = \($0)" } ?? ""
        var rest: SQL = ""
        if let time = try page.key(0), let id = try page.key(1) {
            guard let microseconds = Int64(time), microseconds >= 0 else {
                throw Failure(.invalid, "The cursor is of another list.")
            }
            rest = "AND (taken_at, id) < (\(Timestamp(microseconds: microseconds).date)::timestamptz, \(id))"
        }
        let rows = try await database.query(
            """
            SELECT \(Self.columns) FROM dialer.preview
            WHERE tenant_id = \(tenant) AND campaign_id = \(campaign) \(his) \(rest)
            ORDER BY taken_at DESC, id DESC
            LIMIT \(page.limit + 1)
            """, tenant: tenant.rawValue, row: Self.preview)
        return Page(rows: rows, request: page) { ["\($0.takenAt.microseconds)", $0.id.rawValue] }
    }

    /// What is known of the number that is looked at.
    func number(of preview: Preview, of tenant: TenantID) async throws -> PreviewedNumber? {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            try connection.number(preview.number, of: preview.campaignID, of: tenant)
        }
    }

    static var columns: SQL {
        """
        id, campaign_id, number, agent_id, taken_at, expires_at, outcome, reason, appointed_at, attempt_id, ended_at
        """
    }

    @Sendable static func preview(_ row: Row) throws -> Preview {
        let (appointed, ended): (Date?, Date?) = (try row.get("appointed_at"), try row.get("ended_at"))
        return Preview(
            id: try row.get("id"), campaignID: try row.get("campaign_id"), number: try row.get("number"),
            agentID: try row.get("agent_id"), takenAt: Timestamp(try row.get("taken_at") as Date),
            expiresAt: Timestamp(try row.get("expires_at") as Date), outcome: try row.get("outcome"),
            reason: try row.get("reason"), appointedAt: appointed.map(Timestamp.init),
            attemptID: try row.get("attempt_id"), endedAt: ended.map(Timestamp.init))
    }
}

/// A number as its record shows it.
struct PreviewedNumber: Sendable, Equatable {
    let number: String
    /// Nil is the campaign's.
    let zone: String?
    let attributes: [String: String]
    /// How often it was tried.
    let attempts: Int
    let lastResult: AttemptResult?
}

extension Connection {
    func campaign(_ id: CampaignID, of tenant: TenantID) throws -> Campaign? {
        try query(
            """
            SELECT \(CampaignStore.columns) FROM dialer.campaign WHERE tenant_id = \(tenant) AND id = \(id) FOR SHARE
            """, row: CampaignStore.campaign
        ).first
    }

    func number(_ number: String, of campaign: CampaignID, of tenant: TenantID) throws -> PreviewedNumber? {
        try query(
            """
            SELECT number, time_zone, attributes, attempts, last_result FROM dialer.number
            WHERE tenant_id = \(tenant) AND campaign_id = \(campaign) AND number = \(number)
            """
        ) { row in
            let zone: String = try row.get("time_zone")
            return PreviewedNumber(
                number: try row.get("number"), zone: zone.isEmpty ? nil : zone, attributes: try row.json("attributes"),
                attempts: try row.get("attempts"), lastResult: try row.get("last_result"))
        }.first
    }
}
