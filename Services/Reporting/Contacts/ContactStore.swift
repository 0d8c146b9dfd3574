import Contracts
import Database
import Foundation
import ServiceKit

/// Which contacts are wanted; nil is any.
struct ContactFilter: Sendable, Equatable {
    var agent: AgentID?
    var queue: QueueID?
    var campaign: CampaignID?
    var direction: CallDirection?
    /// Customer's number, whole.
    var number: String?
    var customer: CustomerID?
    /// The access number.
    var line: String?
    /// Nobody talked with the caller (呼损), as ``ContactRecord/lostIn`` says it.
    var isLost: Bool?
    var from: Timestamp?
    var to: Timestamp?
}

/// Reads `reporting.contact`, `reporting.segment` and `reporting.recording`, which ``ContactFold`` writes.
struct ContactStore: Sendable {
    let database: Database

    /// - Parameter agent: whose contact it has to be; nil for anybody's.
    /// - Throws: `Failure.notFound`, also for another agent's: that it exists is not his business.
    func find(_ call: CallID, agent: AgentID? = nil, tenant: TenantID) async throws -> ContactRecord {
        let own = ContactFilter(agent: agent).conditions
        let records = try await read(own + " AND call_id = \(call)", limit: 1, tenant: tenant)
        guard let record = records.first else { throw Failure(.notFound, "There is no contact \(call).") }
        return record
    }

    /// Newest first.
    func list(_ filter: ContactFilter, _ page: PageRequest, tenant: TenantID) async throws -> Page<ContactRecord> {
        var conditions = filter.conditions
        if let time = try page.key(0), let call = try page.key(1) {
            let after = try Timestamp(cursor: time).date
            conditions = conditions + " AND (started_at, call_id) < (\(after), \(call))"
        }
        let rows = try await read(conditions, limit: page.limit + 1, tenant: tenant)
        return Page(rows: rows, request: page, keys: Self.keys)
    }

    /// What the list is sorted by.
    static func keys(of contact: ContactRecord) -> [String] {
        ["\(contact.startedAt.microseconds)", contact.callID.rawValue]
    }

    private func read(_ conditions: SQL, limit: Int, tenant: TenantID) async throws -> [ContactRecord] {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let contacts = try connection.query(
                """
                SELECT call_id, direction, customer_number, access_number, flow_id, campaign_id, attempt_id, queue_id,
                    agent_id, started_at, ended_at, reason, disposition, note, attributes, customer_id
                FROM reporting.contact
                WHERE tenant_id = \(tenant) \(conditions)
                ORDER BY started_at DESC, call_id DESC
                LIMIT \(limit)
                """, row: contact)
            let calls = contacts.map(\.callID)
            let segments = try connection.query(
                """
                SELECT call_id, kind, started_at, ended_at, queue_id, agent_id, reason
                FROM reporting.segment
                WHERE tenant_id = \(tenant) AND call_id = ANY(\(calls))
                ORDER BY call_id, ordinal
                """, row: segment)
            let recordings = try connection.query(
                """
                SELECT call_id, recording_id, instance, duration_microseconds, bytes, problem
                FROM reporting.recording
                WHERE tenant_id = \(tenant) AND call_id = ANY(\(calls))
                ORDER BY call_id, started_at
                """, row: recording)
            let answersOf = try SurveyStore.answers(of: calls, tenant: tenant, connection)
            let segmentsOf = Dictionary(grouping: segments, by: \.0).mapValues { $0.map(\.1) }
            let recordingsOf = Dictionary(grouping: recordings, by: \.0).mapValues { $0.map(\.1) }
            return contacts.map { contact in
                var contact = contact
                contact.segments = segmentsOf[contact.callID] ?? []
                contact.surveys = answersOf[contact.callID] ?? []
                contact.recordings = recordingsOf[contact.callID] ?? []
                contact.lostIn = contact.placeOfLoss
                contact.totals = ContactTotals(of: contact.segments, from: contact.startedAt, to: contact.endedAt)
                return contact
            }
        }
    }
}

extension Timestamp {
    /// A key of a page's cursor.
    /// - Throws: `Failure.invalid` for what was never given out.
    init(cursor text: String) throws {
        guard let microseconds = Int64(text), microseconds >= 0 else {
            throw Failure(.invalid, "The cursor is of another list.")
        }
        self.init(microseconds: microseconds)
    }
}

extension ContactFilter {
    private static let lost: SQL =
        """
        (direction = 'inbound' AND ended_at IS NOT NULL AND (reason <> 'flowEnded' OR queue_id IS NOT NULL)
            AND NOT EXISTS (
                SELECT FROM reporting.segment AS spoken
                WHERE spoken.tenant_id = contact.tenant_id AND spoken.call_id = contact.call_id
                    AND spoken.kind = 'talk'))
        """

    var conditions: SQL {
        var parts: [SQL] = []
        if let agent { parts.append("AND agent_id = \(agent)") }
        if let queue { parts.append("AND queue_id = \(queue)") }
        if let campaign { parts.append("AND campaign_id = \(campaign)") }
        if let direction { parts.append("AND direction = \(direction)") }
        if let number { parts.append("AND customer_number = \(number)") }
        if let customer { parts.append("AND customer_id = \(customer)") }
        if let line { parts.append("AND access_number = \(line)") }
        if let isLost { parts.append(isLost ? "AND \(Self.lost)" : "AND NOT \(Self.lost)") }
        if let from { parts.append("AND started_at >= \(from.date)") }
        if let to { parts.append("AND started_at < \(to.date)") }
        return parts.joined(separator: " ")
    }
}

@Sendable private func contact(_ row: Row) throws -> ContactRecord {
    try ContactRecord(
        callID: row.get("call_id"), direction: row.get("direction"), customerNumber: row.get("customer_number"),
        accessNumber: row.get("access_number"), flowID: row.get("flow_id"), campaignID: row.get("campaign_id"),
        attemptID: row.get("attempt_id"), queueID: row.get("queue_id"), agentID: row.get("agent_id"),
        startedAt: Timestamp(row.get("started_at")), endedAt: (row.get("ended_at") as Date?).map(Timestamp.init),
        reason: row.get("reason"), disposition: row.get("disposition"), attributes: row.json("attributes"),
        note: row.get("note"), customerID: row.get("customer_id"))
}

@Sendable private func segment(_ row: Row) throws -> (CallID, CallSegment) {
    try (
        row.get("call_id"),
        CallSegment(
            kind: row.get("kind"), startedAt: Timestamp(row.get("started_at")), endedAt: Timestamp(row.get("ended_at")),
            queueID: row.get("queue_id"), agentID: row.get("agent_id"), reason: row.get("reason"))
    )
}

@Sendable private func recording(_ row: Row) throws -> (CallID, RecordingSummary) {
    try (
        row.get("call_id"),
        RecordingSummary(
            recordingID: row.get("recording_id"), instance: row.get("instance"),
            durationMicroseconds: row.get("duration_microseconds"), bytes: row.get("bytes"),
            problem: row.get("problem"))
    )
}
