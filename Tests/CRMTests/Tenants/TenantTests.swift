import Bus
import Contracts
import Database
import ServiceKit
import TestSupport
import Testing

@testable import CRM

@Suite struct TenantTests {
    @Test func `a tenant begins with its roles and its two administrators`() async throws {
        try await withOffice { office async throws in
            let chief = try await office.signInOperator()
            let answer = try await office.send(
                .post, "/v1/tenants",
                [
                    "tenant": "acme", "name": "艾克米", "extras": ["fax", "outbound"],
                    "admin": ["user": "boss", "password": .string(Office.password)],
                    "configurator": ["user": "setup", "password": .string(Office.password)],
                ], as: chief)
            #expect(answer.status == .created)
            let tenant: Tenant = try answer.decode()
            #expect(tenant.name == "艾克米" && tenant.extras == [.fax, .outbound] && tenant.isActive)
            let boss = try await office.signIn("boss", "acme")
            let setup: SignedIn = try await office.tryToSignIn("setup", "acme", Office.password).decode()
            #expect(setup.roles == ["configurator"] && !setup.permissions.contains("customer.view"))
            let roles: Page<RoleRecord> = try await office.send(.get, "/v1/roles", as: boss).decode()
            #expect(roles.items.map(\.role) == ["admin", "agent", "configurator", "quality", "supervisor"])
            let facts = try await office.facts()
            #expect(facts.map(\.type) == ["tenant.changed", "user.changed", "user.changed"])
            #expect(facts.allSatisfy { $0.tenant == TenantID(rawValue: "acme") })
        }
    }

    @Test func `an id is taken once, and is a plain word`() async throws {
        try await withOffice { office async throws in
            try await office.makeTenant("acme")
            let chief = try await office.signInOperator()
            for (id, status) in [("acme", 409), ("*", 400), ("Acme", 400), ("a b", 400), ("", 400)] {
                let admin: JSONValue = ["user": "boss", "password": .string(Office.password)]
                let answer = try await office.send(
                    .post, "/v1/tenants", ["tenant": .string(id), "name": "x", "admin": admin], as: chief)
                #expect(answer.status.code == status)
            }
        }
    }

    @Test func `only an operator sees or makes tenants; everyone sees his own`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            try await office.makeTenant("other")
            #expect(try await office.send(.get, "/v1/tenants", as: boss).status == .forbidden)
            #expect(try await office.send(.get, "/v1/tenants/acme", as: boss).status == .ok)
            #expect(try await office.send(.get, "/v1/tenants/other", as: boss).status == .notFound)
            #expect(try await office.send(.delete, "/v1/tenants/acme", as: boss).status == .forbidden)
            let chief = try await office.signInOperator()
            let page: Page<Tenant> = try await office.send(.get, "/v1/tenants?limit=1", as: chief).decode()
            #expect(page.items.map(\.tenant.rawValue) == ["acme"] && page.nextCursor != nil)
            #expect(try await office.send(.delete, "/v1/tenants/*", as: chief).status == .notFound)
        }
    }

    @Test func `a deleted tenant leaves nothing, and its numbers are free`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            let chief = try await office.signInOperator()
            _ = try await office.makeUser("amy", ["agent"], in: "acme", by: boss)
            let number: JSONValue = ["number": "4008001234", "tenant": "acme"]
            #expect(try await office.send(.post, "/v1/access-numbers", number, as: chief).status == .created)
            let customer: JSONValue = ["name": "Li", "numbers": ["13800138000"]]
            #expect(try await office.send(.post, "/v1/customers", customer, as: boss).status == .ok)
            #expect(try await office.send(.delete, "/v1/tenants/acme", as: chief).status == .noContent)
            #expect(try await office.send(.get, "/v1/tenants/acme", as: chief).status == .notFound)
            #expect(try await office.tryToSignIn("amy", "acme", Office.password).status == .unauthorized)
            let last = try await office.facts().suffix(2)
            #expect(last.map(\.type) == ["access_number.changed", "tenant.changed"])
            for table in ["person", "role", "person_role", "customer", "customer_number", "access_number", "session"] {
                let rows = try await office.database.query(
                    "SELECT FROM \(identifier: "crm").\(identifier: table) WHERE tenant_id = 'acme'", tenant: "*"
                ) { _ in 1 }
                #expect(rows.isEmpty)
            }
            try await office.makeTenant("acme")
        }
    }

    @Test func `the first operator is made once, by whichever instance comes first`() async throws {
        try await withDatabase("crm", Outbox.migrations + CRM.schema) { database async throws in
            try await withThrowingDiscardingTaskGroup { group in
                for number in 1...3 {
                    group.addTask {
                        let bus = LocalBus(InstanceID(.crm, number))
                        let kit = ServiceContext(instance: bus.instance, database: database, bus: bus)
                        _ = try await CRM(kit, .cheap)
                    }
                }
            }
            let people = try await database.query("SELECT user_id FROM crm.person", tenant: "*") {
                try $0.get("user_id") as String
            }
            #expect(people == ["operator"])
        }
    }

    @Test func `every table of a tenant is under forced row-level security, with the tenant first in its key`()
        async throws
    {
        try await withDatabase("crm", Outbox.migrations + CRM.schema) { database async throws in
            let open = try await database.query(
                """
                SELECT pg_class.relname::text AS name FROM pg_class
                JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'tenant_id'
                LEFT JOIN pg_index ON indrelid = pg_class.oid AND indisprimary
                WHERE relnamespace = 'crm'::regnamespace AND relkind = 'r'
                    AND (NOT relrowsecurity OR NOT relforcerowsecurity OR indkey[0] IS DISTINCT FROM attnum)
                """
            ) { try $0.get("name") as String }
            #expect(open.isEmpty)
            await #expect(throws: DatabaseError.self) {
                try await database.query("SELECT FROM crm.customer") { _ in 1 }
            }
        }
    }
}
