import Contracts
import Database
import Foundation
import ServiceKit

/// Reads and writes `acd.unresolved_case`.
struct UnresolvedCaseStore: Sendable {
    let database: Database

    /// Opens a case, or changes the one that is open for this number and kind.
    func mark(_ mark: UnresolvedMark, by agent: AgentID, of tenant: TenantID) async throws -> UnresolvedCase {
        let id = CallID.make(at: .now()).rawValue
        let rows = try await database.transaction(tenant: tenant.rawValue) { connection in
            let key = try connection.numberKey(mark.number, of: tenant) ?? ""
            return try connection.query(
                """
                INSERT INTO acd.unresolved_case AS known
                    (tenant_id, id, number, number_key, agent_id, kind, state, note, call_id)
                VALUES (\(tenant), \(id), \(mark.number), \(key), \(mark.agentID ?? agent),
                    \(mark.kind), \(mark.state ?? "open"), \(mark.note ?? ""), \(mark.callID?.rawValue))
                ON CONFLICT (tenant_id, number_key, kind) WHERE resolved_at IS NULL DO UPDATE SET
                    agent_id = excluded.agent_id, state = coalesce(\(mark.state)::text, known.state),
                    note = coalesce(\(mark.note)::text, known.note), call_id = coalesce(excluded.call_id, known.call_id),
                    changed_at = clock_timestamp()
                RETURNING \(Self.columns)
                """, row: Self.read)
        }
        guard let found = rows.first else { throw Failure(.unavailable, "The case was not kept.") }
        return found
    }

    /// The newest change first.
    /// - Parameter isOpen: nil for all.
    func list(
        number: String?, agent: AgentID?, isOpen: Bool?, _ page: PageRequest, of tenant: TenantID
    ) async throws -> Page<UnresolvedCase> {
        var wheres: [SQL] = ["tenant_id = \(tenant)"]
        if let number {
            let home = try await NumberHomeStore(database: database).find(of: tenant)
            wheres.append("number_key = \(home.normal(number) ?? "")")
        }
        if let agent { wheres.append("agent_id = \(agent)") }
        if let isOpen { wheres.append(isOpen ? "resolved_at IS NULL" : "resolved_at IS NOT NULL") }
        if let last = try page.key(0).flatMap(Int64.init), let id = try page.key(1) {
            let time = Timestamp(microseconds: last).date
            wheres.append("(changed_at, id) < (\(time)::timestamptz, \(id))")
        }
        let rows = try await database.query(
            """
            SELECT \(Self.columns) FROM acd.unresolved_case WHERE \(wheres.joined(separator: " AND "))
            ORDER BY changed_at DESC, id DESC LIMIT \(page.limit + 1)::int
            """, tenant: tenant.rawValue, row: Self.read)
        return Page(rows: rows, request: page) { ["\($0.changedAt.microseconds)", $0.id] }
    }

    /// - Throws: `Failure.notFound`
    func find(_ id: String, of tenant: TenantID) async throws -> UnresolvedCase {
        let rows = try await database.query(
            "SELECT \(Self.columns) FROM acd.unresolved_case WHERE tenant_id = \(tenant) AND id = \(id)",
            tenant: tenant.rawValue, row: Self.read)
        guard let found = rows.first else { throw Self.missing(id) }
        return found
    }

    /// - Throws: `Failure.notFound` if there is no such case, or it is resolved.
    func change(_ id: String, _ change: CaseChange, of tenant: TenantID) async throws -> UnresolvedCase {
        let rows = try await database.query(
            """
            UPDATE acd.unresolved_case SET state = coalesce(\(change.state)::text, state),
                note = coalesce(\(change.note)::text, note),
                agent_id = coalesce(\(change.agentID?.rawValue)::text, agent_id), changed_at = clock_timestamp()
            WHERE tenant_id = \(tenant) AND id = \(id) AND resolved_at IS NULL
            RETURNING \(Self.columns)
            """, tenant: tenant.rawValue, row: Self.read)
        guard let found = rows.first else { throw Self.missing(id) }
        return found
    }

    /// Resolving again changes nothing.
    /// - Throws: `Failure.notFound`
    func resolve(_ id: String, of tenant: TenantID) async throws -> UnresolvedCase {
        try await database.run(
            """
            UPDATE acd.unresolved_case SET resolved_at = clock_timestamp(), changed_at = clock_timestamp()
            WHERE tenant_id = \(tenant) AND id = \(id) AND resolved_at IS NULL
            """, tenant: tenant.rawValue)
        return try await find(id, of: tenant)
    }

    private static let columns: SQL =
        "id, number, agent_id, kind, state, note, call_id, opened_at, changed_at, resolved_at"

    @Sendable private static func read(_ row: Row) throws -> UnresolvedCase {
        UnresolvedCase(
            id: try row.get("id"), number: try row.get("number"), agentID: try row.get("agent_id"),
            kind: try row.get("kind"), state: try row.get("state"), note: try row.get("note"),
            callID: try row.get("call_id"), openedAt: Timestamp(try row.get("opened_at") as Date),
            changedAt: Timestamp(try row.get("changed_at") as Date),
            resolvedAt: (try row.get("resolved_at") as Date?).map { Timestamp($0) })
    }

    private static func missing(_ id: String) -> Failure { Failure(.notFound, "There is no open case \(id).") }
}
