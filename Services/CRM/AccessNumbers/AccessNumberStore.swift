import Contracts
import Database
import ServiceKit

/// A number that callers dial, and whose it is.
struct AccessNumber: Codable, Sendable, Equatable {
    let number: String
    let tenant: TenantID
}

/// Reads and writes `crm.access_number`.
struct AccessNumberStore {
    let database: Database

    /// Those of one tenant, or of all (`*`).
    func list(_ tenant: TenantID, _ page: PageRequest) async throws -> Page<AccessNumber> {
        let rows = try await database.query(
            """
            SELECT tenant_id, number FROM crm.access_number
            WHERE \(tenant) IN (tenant_id, '*') AND number > \(try page.key(0) ?? "")
            ORDER BY number LIMIT \(page.limit + 1)::int
            """, tenant: tenant.rawValue, row: number)
        return Page(rows: rows, request: page) { [$0.number] }
    }

    /// A part of all numbers, for another service's copy.
    func part(after key: String?, limit: Int = 5000) async throws -> StatePart<AccessNumberOwner> {
        try await OutboxStore(database).part(limit: limit, key: \.number) { limit in
            try await database.query(
                """
                SELECT tenant_id, number FROM crm.access_number WHERE number > \(key ?? "")
                ORDER BY number LIMIT \(limit)::int
                """, tenant: TenantID.all.rawValue
            ) { row in AccessNumberOwner(number: try row.get("number"), tenant: try row.get("tenant_id")) }
        }
    }

    /// Assigns a number; doing it again changes nothing.
    /// - Throws: `Failure.conflict` if it is another tenant's; `Failure.notFound` if there is no such tenant.
    func insert(_ new: AccessNumber) async throws {
        do {
            try await database.transaction(tenant: "*") { connection in
                let made = try connection.run(
                    """
                    INSERT INTO crm.access_number (tenant_id, number) VALUES (\(new.tenant), \(new.number))
                    ON CONFLICT (tenant_id, number) DO NOTHING
                    """)
                guard made > 0 else { return }
                try connection.publish(AccessNumberChanged(number: new.number, isAssigned: true), tenant: new.tenant)
            }
        } catch let error as DatabaseError where error.isUniqueViolation {
            throw Failure(.conflict, "The number \(new.number) belongs to another tenant.", code: "numberTaken")
        } catch let error as DatabaseError where error.isForeignKeyViolation {
            throw Failure(.notFound, "There is no tenant \(new.tenant).")
        }
    }

    /// - Throws: `Failure.notFound`
    func delete(_ number: String) async throws {
        try await database.transaction(tenant: "*") { connection in
            let tenants = try connection.query(
                "DELETE FROM crm.access_number WHERE number = \(number) RETURNING tenant_id"
            ) { try $0.get("tenant_id") as TenantID }
            guard let tenant = tenants.first else {
                throw Failure(.notFound, "The number \(number) is nobody's.")
            }
            try connection.publish(AccessNumberChanged(number: number, isAssigned: false), tenant: tenant)
        }
    }

    @Sendable private func number(_ row: Row) throws -> AccessNumber {
        AccessNumber(number: try row.get("number"), tenant: try row.get("tenant_id"))
    }
}
