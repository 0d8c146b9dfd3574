import Contracts
import Database
import Foundation
import ServiceKit

/// Reads and writes `dialer.do_not_call`, which every claim of a number looks at.
struct DoNotCallStore: Sendable {
    let database: Database

    /// A condition of whoever takes from `dialer.number`.
    static let isAllowed: SQL = """
        NOT EXISTS (
            SELECT FROM dialer.do_not_call AS forbidden
            WHERE forbidden.tenant_id = number.tenant_id AND forbidden.key = right(ltrim(number.number, '+'), 10))
        """

    /// By the digits that count.
    func list(_ page: PageRequest, of tenant: TenantID) async throws -> Page<DoNotCall> {
        let rows = try await database.query(
            """
            SELECT key, number, reason, added_by, added_at FROM dialer.do_not_call
            WHERE tenant_id = \(tenant) AND key > \(try page.key(0) ?? "")
            ORDER BY key LIMIT \(page.limit + 1)
            """, tenant: tenant.rawValue
        ) { row in
            DoNotCall(
                number: try row.get("number"), reason: try row.get("reason"), addedBy: try row.get("added_by"),
                addedAt: Timestamp(try row.get("added_at") as Date))
        }
        return Page(rows: rows, request: page) { [DoNotCall.key($0.number)] }
    }

    /// Whoever is there already stays as he is.
    func add(_ entry: DoNotCall, of tenant: TenantID) async throws {
        try await database.run(
            """
            INSERT INTO dialer.do_not_call (tenant_id, key, number, reason, added_by, added_at)
            VALUES (\(tenant), \(DoNotCall.key(entry.number)), \(entry.number), \(entry.reason), \(entry.addedBy),
                \(entry.addedAt.date))
            ON CONFLICT DO NOTHING
            """, tenant: tenant.rawValue)
    }

    /// - Throws: `Failure.notFound`
    func remove(_ number: String, of tenant: TenantID) async throws {
        let removed = try await database.run(
            "DELETE FROM dialer.do_not_call WHERE tenant_id = \(tenant) AND key = \(DoNotCall.key(number))",
            tenant: tenant.rawValue)
        guard removed > 0 else { throw Failure(.notFound, "That number may be called.") }
    }

    /// Those of the numbers that must not be called, by their keys.
    func forbidden(among numbers: [String], of tenant: TenantID) async throws -> Set<String> {
        let keys = numbers.map(DoNotCall.key)
        let found = try await database.query(
            "SELECT key FROM dialer.do_not_call WHERE tenant_id = \(tenant) AND key = ANY (\(keys)::text[])",
            tenant: tenant.rawValue
        ) { try $0.get("key") as String }
        return Set(found)
    }
}

extension Connection {
    func mayBeCalled(_ number: String, of tenant: TenantID) throws -> Bool {
        try query(
            "SELECT 1 AS one FROM dialer.do_not_call WHERE tenant_id = \(tenant) AND key = \(DoNotCall.key(number))"
        ) { try $0.get("one") as Int }.isEmpty
    }
}
