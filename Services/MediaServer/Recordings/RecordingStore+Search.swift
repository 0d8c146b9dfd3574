import Contracts
import Database
import Foundation
import ServiceKit

/// Which recordings are wanted; nil is any.
struct RecordingFilter: Sendable, Equatable {
    var from: Timestamp?
    var to: Timestamp?
    var answeredFrom: Timestamp?
    var answeredTo: Timestamp?
    /// The customer's, whole, or with `*` at its end its beginning.
    var number: String?
    var line: String?
    var agent: AgentID?
    var queue: QueueID?
    var call: CallID?
    var state: Recording.State?
    var isMarked: Bool?

    fileprivate var conditions: SQL {
        var parts: [SQL] = []
        if let from { parts.append("AND started_at >= \(from.date)") }
        if let to { parts.append("AND started_at < \(to.date)") }
        if let answeredFrom { parts.append("AND answered_at >= \(answeredFrom.date)") }
        if let answeredTo { parts.append("AND answered_at < \(answeredTo.date)") }
        if let number { parts.append(NewestFirst.number(number, is: "customer_number")) }
        if let line { parts.append("AND line = \(line)") }
        if let agent { parts.append("AND agent_id = \(agent)") }
        if let queue { parts.append("AND queue_id = \(queue)") }
        if let call { parts.append("AND call_id = \(call)") }
        if let state { parts.append("AND state = \(state)") }
        if let isMarked { parts.append("AND is_marked = \(isMarked)") }
        if state == nil { parts.append("AND state <> 'deleted'") }
        return parts.joined(separator: " ")
    }
}

extension RecordingStore {
    /// Newest first.
    func search(_ filter: RecordingFilter, _ page: PageRequest, tenant: TenantID) async throws -> Page<Recording> {
        let conditions = filter.conditions + (try NewestFirst.after(page, by: "started_at"))
        let rows = try await database.query(
            """
            SELECT \(Self.columns) FROM media.recording
            WHERE tenant_id = \(tenant) \(conditions)
            ORDER BY started_at DESC, id DESC
            LIMIT \(page.limit + 1)
            """, tenant: tenant.rawValue, row: Self.recording)
        return Page(rows: rows, request: page) { NewestFirst.keys($0.startedAt, $0.id.rawValue) }
    }
}
