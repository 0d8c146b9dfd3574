import Contracts
import Database
import ServiceKit

/// Records are given, ended and dialled: each by one transaction, that changes only what is as it was believed to be.
extension PreviewStore {
    /// Gives the agent the campaign's next number that is due: first one that he has made an appointment for.
    /// - Parameter zones: time zones in which it is time to call; empty text is the campaign's.
    /// - Returns: nil if there is none, he has one already, or has chosen something else.
    func give(
        _ campaign: Campaign, to agent: AgentID, of tenant: TenantID, in zones: [String], at now: Timestamp
    ) async throws -> Preview? {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let waits = try connection.query(
                """
                SELECT 1 AS one FROM dialer.preview_agent AS chosen
                JOIN dialer.campaign AS campaign
                    ON campaign.tenant_id = chosen.tenant_id AND campaign.id = chosen.campaign_id
                WHERE chosen.tenant_id = \(tenant) AND chosen.agent_id = \(agent)
                    AND chosen.campaign_id = \(campaign.id) AND campaign.is_running AND campaign.mode = 'preview'
                FOR UPDATE OF chosen FOR SHARE OF campaign
                """
            ) { try $0.get("one") as Int }
            // A statement of its own: whoever has held that row before us is seen.
            guard !waits.isEmpty, try !connection.looks(agent, of: tenant) else { return nil }
            guard
                let number = try connection.claimNumber(
                    of: campaign.id, of: tenant, in: zones, at: now, "AND wanted_agent = \(agent)")
                    ?? connection.claimNumber(
                        of: campaign.id, of: tenant, in: zones, at: now,
                        "AND (wanted_agent IS NULL OR next_at <= \(now.adding(.zero - Self.patience).date))")
            else { return nil }
            let preview = Preview(
                id: .make(at: now), campaignID: campaign.id, number: number, agentID: agent, takenAt: now,
                expiresAt: now.adding(.seconds(campaign.preview.seconds)))
            try connection.run(
                """
                INSERT INTO dialer.preview (tenant_id, id, campaign_id, number, agent_id, taken_at, expires_at)
                VALUES (\(tenant), \(preview.id), \(campaign.id), \(number), \(agent), \(now.date),
                    \(preview.expiresAt.date))
                """)
            return preview
        }
    }

    /// Ends a record that is still looked at.
    /// - Parameter agent: whose it has to be; nil for anybody's.
    /// - Returns: false if it is over already.
    @discardableResult
    func end(
        _ id: PreviewID, _ end: PreviewEnd, by agent: AgentID? = nil, of tenant: TenantID, at now: Timestamp
    ) async throws -> Bool {
        let his: SQL = agent.map { "AND agent_id = \($0)" } ?? ""
        return try await database.transaction(tenant: tenant.rawValue) { connection in
            let ended = try connection.query(
                """
                UPDATE dialer.preview
                SET outcome = \(end.outcome), reason = \(end.reason), ended_at = \(now.date),
                    appointed_at = \(end.outcome == .appointed ? end.nextAt?.date : nil)
                WHERE tenant_id = \(tenant) AND id = \(id) AND outcome IS NULL \(his)
                RETURNING campaign_id, number, agent_id
                """
            ) {
                (
                    try $0.get("campaign_id") as CampaignID, try $0.get("number") as String,
                    try $0.get("agent_id") as AgentID
                )
            }
            guard let (campaign, number, agent) = ended.first else { return false }
            try connection.run(
                """
                UPDATE dialer.number
                SET state = \(end.isDone ? "done" : "open"), next_at = COALESCE(\(end.nextAt?.date), next_at),
                    wanted_agent = CASE WHEN \(end.outcome == .givenBack) THEN wanted_agent ELSE \(end.isMine ? agent : nil) END
                WHERE tenant_id = \(tenant) AND campaign_id = \(campaign) AND number = \(number)
                    AND state = 'previewed'
                """)
            return true
        }
    }

    /// The record becomes a try, stored with the ids of try and call before anything is dialled.
    /// - Throws: `Failure.notFound` if it is none of the agent's; `Failure.conflict` if it is over, the campaign is paused,
    ///   or nobody may be called now who lives there.
    func dial(_ id: PreviewID, by agent: AgentID, of tenant: TenantID, at now: Timestamp) async throws -> DialledPreview
    {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let found = try connection.query(
                """
                SELECT \(Self.columns) FROM dialer.preview
                WHERE tenant_id = \(tenant) AND id = \(id) AND agent_id = \(agent)
                FOR UPDATE
                """, row: Self.preview)
            guard let preview = found.first else { throw Failure.noPreview(id) }
            guard preview.outcome == nil else { throw Failure.previewOver }
            guard let campaign = try connection.campaign(preview.campaignID, of: tenant), campaign.isRunning,
                let number = try connection.number(preview.number, of: campaign.id, of: tenant)
            else { throw Failure(.conflict, "The campaign is paused.", code: "campaignPaused") }
            guard campaign.hours.isOpen(at: now, in: number.zone) else {
                throw Failure(.conflict, "Nobody may be called there at this time.", code: "outsideHours")
            }
            guard try connection.mayBeCalled(preview.number, of: tenant) else {
                throw Failure(.conflict, "This number must not be called.", code: "doNotCall")
            }
            var attempt = OpenAttempt(
                tenant: tenant, id: .make(at: now), callID: .make(at: now), campaignID: campaign.id,
                queueID: campaign.queueID, startedAt: now)
            attempt.isPreview = true
            try connection.begin(attempt, of: preview, by: agent)
            return DialledPreview(attempt: attempt, campaign: campaign, number: number)
        }
    }
}

/// A record that was stored as a try and is to be dialled now.
struct DialledPreview: Sendable, Equatable {
    let attempt: OpenAttempt
    let campaign: Campaign
    let number: PreviewedNumber
}

extension Failure {
    static func noPreview(_ id: PreviewID) -> Failure {
        Failure(.notFound, "You look at no record \(id).", code: "previewNotFound")
    }

    static let previewOver = Failure(.conflict, "You do not look at that record any more.", code: "previewOver")
}

extension Connection {
    /// Whether the agent has a record.
    fileprivate func looks(_ agent: AgentID, of tenant: TenantID) throws -> Bool {
        try !query(
            """
            SELECT 1 AS one FROM dialer.preview
            WHERE tenant_id = \(tenant) AND agent_id = \(agent) AND outcome IS NULL
            """
        ) { try $0.get("one") as Int }.isEmpty
    }

    /// Takes the next number that is due and fits.
    fileprivate func claimNumber(
        of campaign: CampaignID, of tenant: TenantID, in zones: [String], at now: Timestamp, _ condition: SQL
    ) throws -> String? {
        try query(
            """
            WITH due AS (
                SELECT number FROM dialer.number
                WHERE tenant_id = \(tenant) AND campaign_id = \(campaign) AND state = 'open'
                    AND next_at <= \(now.date) AND time_zone = ANY (\(zones)::text[]) \(condition)
                    AND \(DoNotCallStore.isAllowed)
                ORDER BY next_at, number
                LIMIT 1
                FOR UPDATE SKIP LOCKED
            )
            UPDATE dialer.number AS number SET state = 'previewed'
            FROM due
            WHERE number.tenant_id = \(tenant) AND number.campaign_id = \(campaign) AND number.number = due.number
            RETURNING number.number
            """
        ) { try $0.get("number") as String }.first
    }

    fileprivate func begin(_ attempt: OpenAttempt, of preview: Preview, by agent: AgentID) throws {
        try run(
            """
            UPDATE dialer.preview
            SET outcome = \(Preview.Outcome.dialled), attempt_id = \(attempt.id), ended_at = \(attempt.startedAt.date)
            WHERE tenant_id = \(attempt.tenant) AND id = \(preview.id)
            """)
        try run(
            """
            UPDATE dialer.number SET state = 'dialling', attempts = attempts + 1, wanted_agent = NULL
            WHERE tenant_id = \(attempt.tenant) AND campaign_id = \(attempt.campaignID) AND number = \(preview.number)
            """)
        try run(
            """
            INSERT INTO dialer.attempt (tenant_id, id, campaign_id, number, call_id, started_at, agent_id, is_preview)
            VALUES (\(attempt.tenant), \(attempt.id), \(attempt.campaignID), \(preview.number), \(attempt.callID),
                \(attempt.startedAt.date), \(agent), true)
            """)
    }

    /// What the agent said became of a call closes its try. A customer who was reached and is to be called again is open again,
    /// as after a try in vain.
    func noteDisposition(_ work: AfterCallWorkEnded, of tenant: TenantID) throws {
        let clean = { (text: String?) in text?.replacing("\0", with: "\u{fffd}") }
        let tries = try query(
            """
            UPDATE dialer.attempt
            SET disposition = COALESCE(\(clean(work.disposition)), disposition), note = COALESCE(\(clean(work.note)), note)
            WHERE tenant_id = \(tenant) AND call_id = \(work.callID)
            RETURNING campaign_id, number
            """
        ) { (campaign: try $0.get("campaign_id") as CampaignID, number: try $0.get("number") as String) }
        guard let attempt = tries.first, let disposition = work.disposition,
            let campaign = try campaign(attempt.campaign, of: tenant),
            campaign.preview.againAfter.contains(disposition)
        else { return }
        try run(
            """
            UPDATE dialer.number
            SET state = 'open', next_at = \(work.endedAt.adding(.seconds(campaign.retrySeconds)).date)
            WHERE tenant_id = \(tenant) AND campaign_id = \(campaign.id) AND number = \(attempt.number)
                AND state = 'done' AND last_result = \(AttemptResult.connected)
                AND attempts < \(campaign.maxAttempts)
            """)
    }
}
