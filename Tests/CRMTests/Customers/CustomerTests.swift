import Bus
import Contracts
import ServiceKit
import TestSupport
import Testing

@testable import CRM

@Suite struct CustomerTests {
    private static let li: JSONValue = [
        "customerID": "c1", "name": "Li Lei", "numbers": ["+86 138-0013-8000", "010-6655 4433"], "isVIP": true,
        "fields": ["城市": "北京"],
    ]

    @Test func `saving twice under the client's id is one customer`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            let first: Customer = try await office.send(.post, "/v1/customers", Self.li, as: boss).decode()
            let second: Customer = try await office.send(.post, "/v1/customers", Self.li, as: boss).decode()
            #expect(first.customerID == second.customerID && second.revision == 2)
            #expect(second.numbers == ["+86 138-0013-8000", "010-6655 4433"] && second.isVIP)
            #expect(second.fields == ["城市": "北京"])
            let all: Page<Customer> = try await office.send(.get, "/v1/customers", as: boss).decode()
            #expect(all.items.count == 1)
            let facts = try await office.facts().filter { $0.type == CustomerChanged.topic }
            #expect(facts.count == 2 && facts.allSatisfy { $0.subject == "c1" })
        }
    }

    @Test func `the list goes on behind a name of any length`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            let names = ["𠀀", "𠀁"].map { String(repeating: $0, count: 200) }
            for name in names {
                let customer: JSONValue = ["name": .string(name), "numbers": []]
                #expect(try await office.send(.post, "/v1/customers", customer, as: boss).status == .ok)
            }
            let first: Page<Customer> = try await office.send(.get, "/v1/customers?limit=1", as: boss).decode()
            let cursor = try #require(first.nextCursor)
            let second: Page<Customer> = try await office.send(
                .get, "/v1/customers?limit=1&cursor=\(cursor)", as: boss
            ).decode()
            #expect(Set((first.items + second.items).map(\.name)) == Set(names))
        }
    }

    @Test func `a change keeps what it does not name, and refuses to undo another's`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            _ = try await office.send(.post, "/v1/customers", Self.li, as: boss)
            let form: JSONValue = ["name": "Li Na", "numbers": ["13900139000"]]
            let changed: Customer = try await office.send(.put, "/v1/customers/c1?revision=1", form, as: boss).decode()
            #expect(changed.name == "Li Na" && changed.numbers == ["13900139000"])
            #expect(changed.isVIP && changed.fields == ["城市": "北京"])
            let late = try await office.send(.put, "/v1/customers/c1?revision=1", form, as: boss)
            #expect(late.status == .conflict && late.code == "revision_passed")
            #expect(try await office.send(.delete, "/v1/customers/c1", as: boss).status == .noContent)
            let gone = try await office.send(.put, "/v1/customers/c1?revision=2", form, as: boss)
            #expect(gone.status == .notFound)
        }
    }

    @Test func `a customer is an agent's own until nobody's, and a change that does not say so leaves him`()
        async throws
    {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            let owned: JSONValue = ["customerID": "c1", "name": "Li", "numbers": ["13900139000"], "ownerID": "amy"]
            let made: Customer = try await office.send(.post, "/v1/customers", owned, as: boss).decode()
            #expect(made.ownerID == "amy" && made.card.ownerID == "amy")
            let form: JSONValue = ["name": "Li Na", "numbers": ["13900139000"]]
            let renamed: Customer = try await office.send(.put, "/v1/customers/c1", form, as: boss).decode()
            #expect(renamed.ownerID == "amy")
            let free: JSONValue = ["name": "Li Na", "numbers": ["13900139000"], "ownerID": ""]
            let freed: Customer = try await office.send(.put, "/v1/customers/c1", free, as: boss).decode()
            #expect(freed.ownerID == nil)
            let bad: JSONValue = ["name": "Li", "numbers": [], "ownerID": "no agent"]
            #expect(try await office.send(.put, "/v1/customers/c1", bad, as: boss).status == .badRequest)
        }
    }

    @Test(arguments: [
        "13800138000", "%2B8613800138000", "008613800138000", "01066554433", "%2B861066554433", "10 6655 4433",
    ])
    func `a customer is found by his number however it is written`(number: String) async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            _ = try await office.send(.post, "/v1/customers", Self.li, as: boss)
            let query = number.replacing(" ", with: "%20")
            let found: Page<Customer> = try await office.send(.get, "/v1/customers?number=\(query)", as: boss).decode()
            #expect(found.items.map(\.name) == ["Li Lei"])
        }
    }

    @Test func `a number nobody has finds nobody, and a letter is no number`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            _ = try await office.send(.post, "/v1/customers", Self.li, as: boss)
            for number in ["13800138001", "x", "1"] {
                let found: Page<Customer> = try await office.send(.get, "/v1/customers?number=\(number)", as: boss)
                    .decode()
                #expect(found.items.isEmpty)
            }
            let wrong: JSONValue = ["name": "x", "numbers": ["call me"]]
            #expect(try await office.send(.post, "/v1/customers", wrong, as: boss).code == "number_refused")
        }
    }

    @Test func `the screen pop asks over the bus; of several with the number a VIP goes first`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            try await office.makeTenant("other")
            _ = try await office.send(.post, "/v1/customers", Self.li, as: boss)
            let wife: JSONValue = ["customerID": "c2", "name": "Han", "numbers": ["13800138000"]]
            _ = try await office.send(.post, "/v1/customers", wife, as: boss)
            let ask = FindCustomerByNumber(number: "013800138000")
            let card = try await office.crm.kit.bus.request(ask, to: .any(.crm), tenant: TenantID(rawValue: "acme"))
            #expect(card?.name == "Li Lei")
            #expect(
                try await office.crm.kit.bus.request(ask, to: .any(.crm), tenant: TenantID(rawValue: "other")) == nil)
            let failure = await #expect(throws: Failure.self) {
                try await office.crm.kit.bus.request(ask, to: .any(.crm), tenant: .all)
            }
            #expect(failure?.kind == .invalid)
        }
    }

    @Test func `customers are listed by name in parts, and found by its beginning`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            for name in ["Bo", "An", "Al_x", "Alex", "An"] {
                _ = try await office.send(.post, "/v1/customers", ["name": .string(name), "numbers": []], as: boss)
            }
            var names: [String] = []
            var cursor: String? = ""
            while let now = cursor {
                let page: Page<Customer> = try await office.send(
                    .get, "/v1/customers?limit=2&cursor=\(now)", as: boss
                ).decode()
                names += page.items.map(\.name)
                cursor = page.nextCursor
            }
            #expect(names.sorted() == ["Al_x", "Alex", "An", "An", "Bo"])
            let some: Page<Customer> = try await office.send(.get, "/v1/customers?name=Al_", as: boss).decode()
            #expect(some.items.map(\.name) == ["Al_x"])
        }
    }

    @Test func `a tenant's customers are nobody else's`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            let other = try await office.makeTenant("other")
            _ = try await office.send(.post, "/v1/customers", Self.li, as: boss)
            #expect(try await office.send(.get, "/v1/customers/c1", as: other).status == .notFound)
            #expect(try await office.send(.delete, "/v1/customers/c1", as: other).status == .notFound)
            // The same id in another tenant is another customer.
            _ = try await office.send(.put, "/v1/customers/c1", ["name": "Mine", "numbers": []], as: other)
            let still: Customer = try await office.send(.get, "/v1/customers/c1", as: boss).decode()
            #expect(still.name == "Li Lei")
            #expect(try await office.send(.delete, "/v1/customers/c1", as: boss).status == .noContent)
            #expect(try await office.send(.get, "/v1/customers/c1", as: other).status == .ok)
        }
    }

    @Test func `who may see is not who may change or delete`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            let agent = try await office.makeUser("amy", ["agent"], in: "acme", by: boss)
            let auditor = try await office.makeUser("qa", ["quality"], in: "acme", by: boss)
            #expect(try await office.send(.post, "/v1/customers", Self.li, as: auditor).status == .forbidden)
            #expect(try await office.send(.post, "/v1/customers", Self.li, as: agent).status == .ok)
            #expect(try await office.send(.get, "/v1/customers/c1", as: auditor).status == .ok)
            #expect(try await office.send(.delete, "/v1/customers/c1", as: agent).status == .forbidden)
        }
    }
}
