import Contracts
import Database
import Foundation
import ServiceKit

/// Reads and writes `crm.customer` and `crm.customer_number`.
struct CustomerStore {
    let database: Database
    let numbers: PhoneNumbers

    /// By name, from its beginning if one is given.
    func list(_ tenant: TenantID, name: String?, _ page: PageRequest) async throws -> Page<Customer> {
        let prefix =
            (name ?? "").replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_") + "%"
        let rows = try await database.query(
            """
            \(Self.select) WHERE customer.tenant_id = \(tenant) AND customer.name LIKE \(prefix)
                AND (customer.name, customer.customer_id) > (\(try page.key(0) ?? ""), \(try page.key(1) ?? ""))
            ORDER BY customer.name, customer.customer_id LIMIT \(page.limit + 1)::int
            """, tenant: tenant.rawValue, row: Self.customer)
        return Page(rows: rows, request: page) { [$0.name, $0.customerID.rawValue] }
    }

    /// Everyone who has this number, who was changed last in front; at most 20.
    func find(number: String, _ tenant: TenantID) async throws -> [Customer] {
        guard let key = numbers.key(number) else { return [] }
        return try await database.query(
            """
            \(Self.select) WHERE customer.tenant_id = \(tenant) AND customer.customer_id IN (
                SELECT customer_id FROM crm.customer_number WHERE tenant_id = \(tenant) AND number_key = \(key))
            ORDER BY customer.changed_at DESC, customer.customer_id LIMIT 20
            """, tenant: tenant.rawValue, row: Self.customer)
    }

    /// What the screen pops for a caller; of several, a VIP goes first.
    func card(for number: String, _ tenant: TenantID) async throws -> CustomerCard? {
        let found = try await find(number: number, tenant)
        return (found.first(where: \.isVIP) ?? found.first)?.card
    }

    /// - Throws: `Failure.notFound`
    func find(_ id: CustomerID, _ tenant: TenantID) async throws -> Customer {
        try await database.transaction(tenant: tenant.rawValue) { try $0.findCustomer(id, tenant) }
    }

    /// Makes the customer, or changes him if he is there.
    /// - Parameter revision: what the client has seen last, if it insists.
    /// - Throws: `Failure.conflict` if somebody else changed him meanwhile; `Failure.notFound` if he was deleted.
    func save(_ id: CustomerID, _ form: CustomerForm, _ tenant: TenantID, revision: Int? = nil) async throws -> Customer
    {
        try form.check(numbers)
        let keys = form.numbers.map { numbers.key($0) ?? "" }
        let fields = try SQL.json(form.fields ?? [:])
        return try await database.transaction(tenant: tenant.rawValue) { connection in
            // Who insists on a revision means a customer who is there: one who was deleted does not come back.
            if revision != nil { _ = try connection.findCustomer(id, tenant) }
            let saved = try connection.run(
                """
                INSERT INTO crm.customer AS known (tenant_id, customer_id, name, is_vip, fields, owner_id)
                VALUES (\(tenant), \(id), \(form.name), \(form.isVIP ?? false), \(fields),
                    nullif(\(form.ownerID)::text, ''))
                ON CONFLICT (tenant_id, customer_id) DO UPDATE SET
                    name = excluded.name, is_vip = coalesce(\(form.isVIP as Bool?), known.is_vip),
                    fields = CASE WHEN \(form.fields == nil) THEN known.fields ELSE excluded.fields END,
                    owner_id = CASE WHEN \(form.ownerID == nil) THEN known.owner_id ELSE excluded.owner_id END,
                    revision = known.revision + 1, changed_at = clock_timestamp()
                    WHERE known.revision = coalesce(\(revision as Int?)::bigint, known.revision)
                """)
            guard saved > 0 else {
                throw Failure(.conflict, "Somebody else has changed this customer.", code: "revision_passed")
            }
            try connection.setNumbers(form.numbers, keys: keys, id, tenant)
            let customer = try connection.findCustomer(id, tenant)
            try connection.publish(CustomerChanged(customer: customer.card, isRemoved: false), tenant: tenant)
            return customer
        }
    }

    /// - Throws: `Failure.notFound`
    func delete(_ id: CustomerID, _ tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let customer = try connection.findCustomer(id, tenant)
            try connection.run("DELETE FROM crm.customer WHERE tenant_id = \(tenant) AND customer_id = \(id)")
            try connection.publish(CustomerChanged(customer: customer.card, isRemoved: true), tenant: tenant)
        }
    }

    fileprivate static let select: SQL =
        """
        SELECT customer.customer_id, customer.name, customer.is_vip, customer.fields, customer.revision, customer.owner_id,
               customer.created_at, customer.changed_at,
               ARRAY(SELECT entered.number FROM crm.customer_number AS entered
                     WHERE entered.tenant_id = customer.tenant_id AND entered.customer_id = customer.customer_id
                     ORDER BY entered.position) AS numbers
        FROM crm.customer
        """

    @Sendable fileprivate static func customer(_ row: Row) throws -> Customer {
        Customer(
            customerID: try row.get("customer_id"), name: try row.get("name"), numbers: try row.get("numbers"),
            isVIP: try row.get("is_vip"), fields: try row.json("fields"), ownerID: try row.get("owner_id"),
            revision: try row.get("revision"),
            createdAt: Timestamp(try row.get("created_at")), changedAt: Timestamp(try row.get("changed_at")))
    }
}

extension Connection {
    fileprivate func findCustomer(_ id: CustomerID, _ tenant: TenantID) throws -> Customer {
        let found = try query(
            """
            \(CustomerStore.select) WHERE customer.tenant_id = \(tenant) AND customer.customer_id = \(id)
            """, row: CustomerStore.customer)
        guard let customer = found.first else { throw Failure(.notFound, "There is no customer \(id).") }
        return customer
    }

    fileprivate func setNumbers(_ numbers: [String], keys: [String], _ id: CustomerID, _ tenant: TenantID) throws {
        try run("DELETE FROM crm.customer_number WHERE tenant_id = \(tenant) AND customer_id = \(id)")
        try run(
            """
            INSERT INTO crm.customer_number (tenant_id, customer_id, position, number, number_key)
            SELECT \(tenant), \(id), position, number, number_key
            FROM unnest(\(numbers)::text[], \(keys)::text[]) WITH ORDINALITY AS entered (number, number_key, position)
            """)
    }
}
