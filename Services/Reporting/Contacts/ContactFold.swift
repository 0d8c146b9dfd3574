import Contracts
import Database

/// Folds facts into contact records. Every function is idempotent and takes facts in any order, since the bus delivers at
/// least once and a call that was taken over tells its story in two streams.
enum ContactFold {
    /// After-call work comes behind the segments of the call itself, whose ordinals are below this.
    static let firstAfterCallWork = 1_000_000

    static func started(_ call: CallStarted, tenant: TenantID, in connection: isolated Connection) throws {
        try connection.atCommit([
            """
            INSERT INTO reporting.contact (tenant_id, call_id, direction, customer_number, access_number, flow_id,
                campaign_id, attempt_id, started_at)
            VALUES (\(tenant), \(call.callID), \(call.direction), \(call.customerNumber), \(call.accessNumber),
                \(call.flowID), \(call.campaignID), \(call.attemptID), \(call.startedAt.date))
            ON CONFLICT (tenant_id, call_id) DO NOTHING
            """,
            takeDisposition(of: call.callID, tenant: tenant),
        ])
    }

    static func answered(_ call: CallAnswered, tenant: TenantID, in connection: isolated Connection) throws {
        try connection.atCommit([
            """
            UPDATE reporting.contact SET agent_id = \(call.agentID), queue_id = COALESCE(\(call.queueID), queue_id)
            WHERE tenant_id = \(tenant) AND call_id = \(call.callID) AND ended_at IS NULL
            """
        ])
    }

    /// A contact is closed once. Who dies before anybody has heard it of him has its end told again by his successor: of two
    /// accounts that with a story counts, and of two stories the one that ends first, for he who told it was there.
    static func ended(_ call: CallEnded, tenant: TenantID, in connection: isolated Connection) throws {
        let hasStory = !call.segments.isEmpty
        let isTold: SQL = """
            EXISTS (
                SELECT FROM reporting.contact
                WHERE tenant_id = \(tenant) AND call_id = \(call.callID) AND ended_at = \(call.endedAt.date)
                    AND reason = \(call.reason))
            """
        try connection.atCommit([
            """
            INSERT INTO reporting.contact (tenant_id, call_id, direction, customer_number, access_number, flow_id,
                campaign_id, attempt_id, queue_id, agent_id, started_at, ended_at, reason, attributes,
                customer_id)
            VALUES (\(tenant), \(call.callID), \(call.direction), \(call.customerNumber), \(call.accessNumber),
                \(call.flowID), \(call.campaignID), \(call.attemptID), \(call.queueID), \(call.agentID),
                \(call.startedAt.date), \(call.endedAt.date), \(call.reason), \(try SQL.json(storable(call.attributes))),
                \(call.customerID))
            ON CONFLICT (tenant_id, call_id) DO UPDATE
            SET flow_id = EXCLUDED.flow_id, queue_id = EXCLUDED.queue_id, agent_id = EXCLUDED.agent_id,
                started_at = EXCLUDED.started_at, ended_at = EXCLUDED.ended_at, reason = EXCLUDED.reason,
                attributes = EXCLUDED.attributes,
                customer_id = COALESCE(EXCLUDED.customer_id, contact.customer_id)
            WHERE contact.ended_at IS NULL OR \(hasStory) AND (
                EXCLUDED.ended_at < contact.ended_at OR NOT EXISTS (
                    SELECT FROM reporting.segment AS told
                    WHERE told.tenant_id = contact.tenant_id AND told.call_id = contact.call_id
                        AND told.ordinal < \(firstAfterCallWork)))
            """,
            """
            DELETE FROM reporting.segment
            WHERE tenant_id = \(tenant) AND call_id = \(call.callID) AND ordinal < \(firstAfterCallWork)
                AND \(hasStory) AND \(isTold)
            """,
            insert(Array(call.segments.prefix(firstAfterCallWork)), of: call.callID, tenant: tenant, if: isTold),
            takeDisposition(of: call.callID, tenant: tenant),
        ])
    }

    /// Behind what is there already, unless it is there itself.
    static func afterCallWorkEnded(
        _ work: AfterCallWorkEnded, tenant: TenantID, in connection: isolated Connection
    ) throws {
        try connection.atCommit([
            """
            INSERT INTO reporting.segment (tenant_id, call_id, ordinal, kind, started_at, ended_at, agent_id, reason,
                disposition, note)
            SELECT \(tenant), \(work.callID), \(firstAfterCallWork) + count(*), \(CallSegment.Kind.afterCallWork),
                \(work.startedAt.date)::timestamptz, \(max(work.startedAt, work.endedAt).date)::timestamptz,
                \(work.agentID), 'finished', \(work.disposition),
                \(work.note?.replacing("\0", with: "\u{fffd}"))
            FROM reporting.segment
            WHERE tenant_id = \(tenant) AND call_id = \(work.callID) AND ordinal >= \(firstAfterCallWork)
            HAVING NOT COALESCE(
                bool_or(agent_id = \(work.agentID) AND started_at = \(work.startedAt.date)::timestamptz), false)
            """,
            takeDisposition(of: work.callID, tenant: tenant),
        ])
    }

    /// The contact's disposition and note are those of the after-call work which ended last, whatever came first: the work
    /// or the call.
    private static func takeDisposition(of call: CallID, tenant: TenantID) -> SQL {
        """
        UPDATE reporting.contact AS contact
        SET disposition = COALESCE(last.disposition, contact.disposition), note = COALESCE(last.note, contact.note)
        FROM (
            SELECT (
                SELECT disposition FROM reporting.segment
                WHERE tenant_id = \(tenant) AND call_id = \(call) AND disposition IS NOT NULL
                ORDER BY ended_at DESC, ordinal DESC
                LIMIT 1
            ) AS disposition, (
                SELECT note FROM reporting.segment
                WHERE tenant_id = \(tenant) AND call_id = \(call) AND note IS NOT NULL
                ORDER BY ended_at DESC, ordinal DESC
                LIMIT 1
            ) AS note
        ) AS last
        WHERE contact.tenant_id = \(tenant) AND contact.call_id = \(call)
            AND (last.disposition IS NOT NULL OR last.note IS NOT NULL)
        """
    }

    static func recordingClosed(
        _ recording: RecordingClosed, tenant: TenantID, in connection: isolated Connection
    ) throws {
        try connection.atCommit([
            """
            INSERT INTO reporting.recording (tenant_id, recording_id, call_id, instance, started_at,
                duration_microseconds, bytes, problem)
            VALUES (\(tenant), \(recording.recordingID), \(recording.callID), \(recording.instance.description),
                \(recording.startedAt.date), \(recording.durationMicroseconds), \(recording.bytes), \(recording.problem))
            ON CONFLICT (tenant_id, recording_id) DO NOTHING
            """
        ])
    }

    /// U+0000 is a letter to whoever spoke on the line, and none to PostgreSQL.
    private static func storable(_ attributes: [String: String]) -> [String: String] {
        guard attributes.contains(where: { $0.key.contains("\0") || $0.value.contains("\0") }) else {
            return attributes
        }
        let replaced = attributes.map {
            ($0.key.replacing("\0", with: "\u{fffd}"), $0.value.replacing("\0", with: "\u{fffd}"))
        }
        return Dictionary(replaced) { first, _ in first }
    }

    /// All segments of a call, in their order. One that ends before it begins, because a clock was set back, takes no time: a
    /// record with a flaw is better than none.
    private static func insert(
        _ segments: [CallSegment], of call: CallID, tenant: TenantID, if isTold: SQL
    ) -> SQL {
        """
        INSERT INTO reporting.segment (tenant_id, call_id, ordinal, kind, started_at, ended_at, queue_id, agent_id, reason)
        SELECT \(tenant), \(call), ordinal - 1, kind, started_at, ended_at, queue_id, agent_id, reason
        FROM unnest(
            \(segments.map(\.kind.rawValue))::text[], \(segments.map(\.startedAt.date))::timestamptz[],
            \(segments.map { max($0.startedAt, $0.endedAt).date })::timestamptz[],
            \(segments.map { $0.queueID?.rawValue })::text[], \(segments.map { $0.agentID?.rawValue })::text[],
            \(segments.map(\.reason))::text[]
        ) WITH ORDINALITY AS new (kind, started_at, ended_at, queue_id, agent_id, reason, ordinal)
        WHERE \(isTold)
        """
    }
}
