import Contracts
import Database
import Foundation
import ServiceKit

/// Reads and writes `dialer.attempt`, and the state of its number.
struct AttemptStore: Sendable {
    /// So many open tries are looked at in one go.
    static let mostOpen = 20_000
    let database: Database

    /// Takes numbers that are due and stores a try for each, with the ids of try and call, before anything is dialled.
    /// - Parameter zones: time zones in which it is time to call; empty text is the campaign's.
    func claim(
        _ count: Int, of campaign: Campaign, _ tenant: TenantID, in zones: [String], at now: Timestamp
    ) async throws -> [ClaimedNumber] {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let running = try connection.query(
                """
                SELECT id FROM dialer.campaign
                WHERE tenant_id = \(tenant) AND id = \(campaign.id) AND is_running
                FOR SHARE
                """
            ) { try $0.get("id") as String }
            guard !running.isEmpty else { return [] }
            let numbers = try connection.query(
                """
                WITH due AS (
                    SELECT number FROM dialer.number
                    WHERE tenant_id = \(tenant) AND campaign_id = \(campaign.id) AND state = 'open'
                        AND next_at <= \(now.date) AND time_zone = ANY (\(zones)::text[])
                        AND \(DoNotCallStore.isAllowed)
                    ORDER BY next_at, number
                    LIMIT \(count)
                    FOR UPDATE SKIP LOCKED
                )
                UPDATE dialer.number AS number SET state = 'dialling', attempts = attempts + 1
                FROM due
                WHERE number.tenant_id = \(tenant) AND number.campaign_id = \(campaign.id)
                    AND number.number = due.number
                RETURNING number.number, number.attributes
                """
            ) { (number: try $0.get("number") as String, attributes: try $0.json("attributes") as [String: String]) }
            return try numbers.map { number, attributes in
                let attempt = OpenAttempt(
                    tenant: tenant, id: .make(at: now), callID: .make(at: now), campaignID: campaign.id,
                    queueID: campaign.queueID, startedAt: now)
                try connection.run(
                    """
                    INSERT INTO dialer.attempt (tenant_id, id, campaign_id, number, call_id, started_at)
                    VALUES (\(tenant), \(attempt.id), \(campaign.id), \(number), \(attempt.callID), \(now.date))
                    """)
                return ClaimedNumber(attempt: attempt, number: number, attributes: attributes)
            }
        }
    }

    /// Ends a try of which no fact tells.
    /// - Parameter counts: false if nobody was called at all: then the number has as many tries left as before.
    func finish(_ attempt: OpenAttempt, _ result: AttemptResult, counts: Bool = true, at now: Timestamp) async throws {
        try await database.transaction(tenant: attempt.tenant.rawValue) { connection in
            try connection.finishAttempt(
                attempt.id, of: attempt.tenant, result, counts: counts, agent: nil, endedAt: now)
        }
    }

    /// Every tenant's tries that are not over, oldest first.
    func open() async throws -> [OpenAttempt] {
        try await database.query(
            """
            SELECT attempt.tenant_id, attempt.id, attempt.call_id, attempt.campaign_id, campaign.queue_id,
                attempt.started_at, attempt.answered_at IS NOT NULL AS is_answered, attempt.is_preview
            FROM dialer.attempt AS attempt
            JOIN dialer.campaign AS campaign
                ON campaign.tenant_id = attempt.tenant_id AND campaign.id = attempt.campaign_id
            WHERE attempt.result IS NULL
            ORDER BY attempt.started_at
            LIMIT \(Self.mostOpen)
            """, tenant: "*"
        ) { row in
            OpenAttempt(
                tenant: try row.get("tenant_id"), id: try row.get("id"), callID: try row.get("call_id"),
                campaignID: try row.get("campaign_id"), queueID: try row.get("queue_id"),
                startedAt: Timestamp(try row.get("started_at") as Date), isAnswered: try row.get("is_answered"),
                isPreview: try row.get("is_preview"))
        }
    }

    /// Newest first.
    /// - Parameter before: time and id of the last row of the part before.
    func list(
        of campaign: CampaignID, of tenant: TenantID, result: AttemptResult? = nil,
        before: (startedAt: Timestamp, id: AttemptID)? = nil, limit: Int
    ) async throws -> [Attempt] {
        let wanted: SQL = result.map { "AND result = \($0)" } ?? ""
        let rest: SQL = before.map { "AND (started_at, id) < (\($0.startedAt.date)::timestamptz, \($0.id))" } ?? ""
        return try await database.query(
            """
            SELECT \(Self.columns)
            FROM dialer.attempt
            WHERE tenant_id = \(tenant) AND campaign_id = \(campaign) \(wanted) \(rest)
            ORDER BY started_at DESC, id DESC
            LIMIT \(limit)
            """, tenant: tenant.rawValue, row: Self.attempt)
    }

    /// The last tries of one number, newest first.
    func earlier(_ number: String, of campaign: CampaignID, of tenant: TenantID, limit: Int) async throws -> [Attempt] {
        try await database.query(
            """
            SELECT \(Self.columns)
            FROM dialer.attempt
            WHERE tenant_id = \(tenant) AND campaign_id = \(campaign) AND number = \(number)
            ORDER BY started_at DESC, id DESC
            LIMIT \(limit)
            """, tenant: tenant.rawValue, row: Self.attempt)
    }

    private static var columns: SQL {
        """
        id, campaign_id, call_id, number, result, started_at, answered_at, ended_at, agent_id, disposition, note,
        is_preview
        """
    }

    @Sendable private static func attempt(_ row: Row) throws -> Attempt {
        let (answered, ended): (Date?, Date?) = (try row.get("answered_at"), try row.get("ended_at"))
        return Attempt(
            id: try row.get("id"), campaignID: try row.get("campaign_id"), callID: try row.get("call_id"),
            number: try row.get("number"), result: try row.get("result"),
            startedAt: Timestamp(try row.get("started_at") as Date), answeredAt: answered.map(Timestamp.init),
            endedAt: ended.map(Timestamp.init), agentID: try row.get("agent_id"),
            disposition: try row.get("disposition"), note: try row.get("note"), isPreview: try row.get("is_preview"))
    }
}

extension Connection {
    /// Customer and agent talk.
    func answerAttempt(of call: CallID, of tenant: TenantID, agent: AgentID, at time: Timestamp) throws {
        try run(
            """
            UPDATE dialer.attempt SET answered_at = \(time.date), agent_id = \(agent)
            WHERE tenant_id = \(tenant) AND call_id = \(call) AND answered_at IS NULL
            """)
    }

    /// Keeps the result, says when the number is tried again, and tells all others. Does nothing if it is over already.
    func finishAttempt(
        _ id: AttemptID, of tenant: TenantID, _ result: AttemptResult, counts: Bool = true, agent: AgentID?,
        endedAt: Timestamp
    ) throws {
        let ended = try query(
            """
            UPDATE dialer.attempt SET result = \(result), ended_at = \(endedAt.date), agent_id = COALESCE(\(agent), agent_id)
            WHERE tenant_id = \(tenant) AND id = \(id) AND result IS NULL
            RETURNING campaign_id, call_id, number, started_at
            """
        ) { row in
            AttemptEnded(
                attemptID: id, campaignID: try row.get("campaign_id"), callID: try row.get("call_id"),
                number: try row.get("number"), result: result.rawValue,
                startedAt: Timestamp(try row.get("started_at") as Date), endedAt: endedAt)
        }
        guard let ended = ended.first else { return }
        try releaseNumber(after: ended, result, counts: counts, of: tenant)
        try publish(ended, tenant: tenant, time: endedAt)
    }

    private func releaseNumber(
        after ended: AttemptEnded, _ result: AttemptResult, counts: Bool, of tenant: TenantID
    ) throws {
        let rules = try query(
            """
            SELECT number.attempts, campaign.max_attempts, campaign.retry_seconds
            FROM dialer.number AS number
            JOIN dialer.campaign AS campaign
                ON campaign.tenant_id = number.tenant_id AND campaign.id = number.campaign_id
            WHERE number.tenant_id = \(tenant) AND number.campaign_id = \(ended.campaignID)
                AND number.number = \(ended.number)
            FOR UPDATE OF number
            """
        ) { row -> (Int, Int, Int) in
            (try row.get("attempts"), try row.get("max_attempts"), try row.get("retry_seconds"))
        }
        guard let (claimed, most, retrySeconds) = rules.first else { return }
        let attempts = counts ? claimed : max(0, claimed - 1)
        let next = RetryRule.nextTry(
            after: result, attempts: attempts, of: most, retrySeconds: retrySeconds, endedAt: ended.endedAt)
        try run(
            """
            UPDATE dialer.number
            SET state = \(next == nil ? "done" : "open"), last_result = \(result), attempts = \(attempts),
                next_at = COALESCE(\(next?.date), next_at)
            WHERE tenant_id = \(tenant) AND campaign_id = \(ended.campaignID) AND number = \(ended.number)
            """)
    }
}
