import Contracts
import Database
import Foundation
import ServiceKit

/// Lists of numbers: `cti.number_list` and `cti.listed_number`. They are part of the books that instances hold in memory.
extension FlowStore {
    static let mostLists = 50
    static let mostListed = 10_000

    /// Makes a list, or gives it another name.
    /// - Throws: `Failure.conflict` if the tenant has too many.
    func keepList(_ listID: String, name: String, tenant: TenantID) async throws -> NumberList {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let revision = try Self.nextRevision(connection)
            try connection.expectRoom(
                beside: "cti.number_list WHERE tenant_id = \(tenant) AND name IS NOT NULL AND list_id <> \(listID)",
                most: Self.mostLists, "There are \(Self.mostLists) lists already.", code: "listsFull")
            try connection.run(
                """
                INSERT INTO cti.number_list (tenant_id, list_id, name, revision)
                VALUES (\(tenant), \(listID), \(name), \(revision))
                ON CONFLICT (tenant_id, list_id) DO UPDATE SET name = excluded.name, revision = excluded.revision
                """)
            return NumberList(id: listID, name: name)
        }
    }

    /// The list and all that is in it; whether it was there or not.
    func removeList(_ listID: String, tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let revision = try Self.nextRevision(connection)
            try connection.run(
                "DELETE FROM cti.listed_number WHERE tenant_id = \(tenant) AND list_id = \(listID)")
            try connection.run(
                """
                UPDATE cti.number_list SET name = NULL, revision = \(revision)
                WHERE tenant_id = \(tenant) AND list_id = \(listID)
                """)
        }
    }

    /// In the order of their ids.
    func numberLists(_ page: PageRequest = PageRequest(), tenant: TenantID) async throws -> Page<NumberList> {
        let after = try page.key(0)
        let rows = try await database.query(
            """
            SELECT list_id, name FROM cti.number_list
            WHERE tenant_id = \(tenant) AND name IS NOT NULL AND list_id > COALESCE(\(after)::text, '')
            ORDER BY list_id LIMIT \(page.limit + 1)
            """, tenant: tenant.rawValue
        ) { row in NumberList(id: try row.get("list_id"), name: try row.get("name")) }
        return Page(rows: rows, request: page) { [$0.id] }
    }

    /// Puts a number into a list, or changes what is noted of it.
    /// - Throws: `Failure.notFound` without such a list, `Failure.conflict` if it is full.
    func list(
        _ number: String, note: String, in listID: String, tenant: TenantID, by user: UserID
    ) async throws -> ListedNumber {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            try Self.touch(listID, tenant, connection)
            try connection.expectRoom(
                beside: "cti.listed_number WHERE tenant_id = \(tenant) AND list_id = \(listID) AND number <> \(number)",
                most: Self.mostListed, "The list has \(Self.mostListed) numbers already.", code: "listFull")
            let kept = try connection.query(
                """
                INSERT INTO cti.listed_number (tenant_id, list_id, number, note, added_by)
                VALUES (\(tenant), \(listID), \(number), \(note), \(user))
                ON CONFLICT (tenant_id, list_id, number) DO UPDATE SET note = excluded.note
                RETURNING number, note, added_by, added_at
                """, row: Self.listed)
            guard let kept = kept.first else { throw Failure(.unknown, "The number was not stored.") }
            return kept
        }
    }

    /// Whether it was in the list or not, it is not any more.
    /// - Throws: `Failure.notFound` without such a list.
    func unlist(_ number: String, from listID: String, tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            try Self.touch(listID, tenant, connection)
            try connection.run(
                """
                DELETE FROM cti.listed_number
                WHERE tenant_id = \(tenant) AND list_id = \(listID) AND number = \(number)
                """)
        }
    }

    /// In the order of the numbers.
    func numbers(
        in listID: String, _ page: PageRequest = PageRequest(), tenant: TenantID
    ) async throws -> Page<ListedNumber> {
        let after = try page.key(0)
        let rows = try await database.query(
            """
            SELECT number, note, added_by, added_at FROM cti.listed_number
            WHERE tenant_id = \(tenant) AND list_id = \(listID) AND number > COALESCE(\(after)::text, '')
            ORDER BY number LIMIT \(page.limit + 1)
            """, tenant: tenant.rawValue, row: Self.listed)
        return Page(rows: rows, request: page) { [$0.number] }
    }

    /// All lists of these tenants, for their books.
    static func lists(
        of tenants: [TenantID], _ connection: isolated Connection
    ) throws -> [(TenantID, String, Set<String>)] {
        try connection.query(
            """
            SELECT l.tenant_id, l.list_id, array_remove(array_agg(n.number), NULL) AS numbers
            FROM cti.number_list l LEFT JOIN cti.listed_number n USING (tenant_id, list_id)
            WHERE l.tenant_id = ANY(\(tenants)::text[]) AND l.name IS NOT NULL
            GROUP BY l.tenant_id, l.list_id
            """
        ) { row in
            (try row.get("tenant_id"), try row.get("list_id"), Set(try row.get("numbers") as [String]))
        }
    }

    private static func touch(_ listID: String, _ tenant: TenantID, _ connection: isolated Connection) throws {
        let revision = try nextRevision(connection)
        let known = try connection.run(
            """
            UPDATE cti.number_list SET revision = \(revision)
            WHERE tenant_id = \(tenant) AND list_id = \(listID) AND name IS NOT NULL
            """)
        guard known > 0 else { throw Failure(.notFound, "There is no list \(listID).", code: "listNotFound") }
    }

    private static func listed(_ row: Row) throws -> ListedNumber {
        ListedNumber(
            number: try row.get("number"), note: try row.get("note"), addedBy: try row.get("added_by"),
            addedAt: Timestamp(try row.get("added_at") as Date))
    }
}

/// Numbers that a flow treats in a way of their own: a blacklist, important customers.
struct NumberList: Codable, Sendable, Equatable {
    let id: String
    let name: String
}

/// A number in a list.
struct ListedNumber: Codable, Sendable, Equatable {
    let number: String
    /// Why it is there.
    let note: String
    let addedBy: UserID
    let addedAt: Timestamp
}
