import Contracts
import ServiceKit
import Testing

@testable import CRM

@Suite struct AccessNumberTests {
    @Test func `a number is one tenant's until it is taken back`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            try await office.makeTenant("other")
            let chief = try await office.signInOperator()
            let given: JSONValue = ["number": "+86 400-800-1234", "tenant": "acme"]
            let taken: JSONValue = ["number": "+864008001234", "tenant": "other"]
            let answer = try await office.send(.post, "/v1/access-numbers", given, as: chief)
            #expect(answer.status == .created && answer.json["number"] == "+864008001234")
            #expect(try await office.send(.post, "/v1/access-numbers", given, as: chief).status == .created)
            #expect(try await office.send(.post, "/v1/access-numbers", taken, as: chief).status == .conflict)
            let own: Page<AccessNumber> = try await office.send(.get, "/v1/access-numbers", as: boss).decode()
            #expect(own.items.map(\.number) == ["+864008001234"])
            #expect(
                try await office.send(.delete, "/v1/access-numbers/%2B864008001234", as: chief).status == .noContent)
            #expect(try await office.send(.post, "/v1/access-numbers", taken, as: chief).status == .created)
            let facts = try await office.facts().filter { $0.type == AccessNumberChanged.topic }
            #expect(facts.map { $0.tenant?.rawValue } == ["acme", "acme", "other"])
            #expect(try facts.map { try $0.decode(AccessNumberChanged.self).isAssigned } == [true, false, true])
        }
    }

    @Test func `another service's copy begins with all numbers, however long ago they were given`() async throws {
        try await withOffice { office async throws in
            try await office.makeTenant("acme")
            let chief = try await office.signInOperator()
            for number in ["4001", "4002", "4003"] {
                let given: JSONValue = ["number": .string(number), "tenant": "acme"]
                #expect(try await office.send(.post, "/v1/access-numbers", given, as: chief).status == .created)
            }
            let head = try #require(try await office.facts().map(\.number).max())
            let first = try await office.crm.accessNumbers.part(after: nil, limit: 2)
            #expect(first.items.map(\.number) == ["4001", "4002"] && first.next == "4002")
            #expect(first.heads.values.max() == head)
            let second = try await office.crm.accessNumbers.part(after: first.next, limit: 2)
            #expect(second.items == [AccessNumberOwner(number: "4003", tenant: TenantID(rawValue: "acme"))])
            #expect(second.next == nil)
        }
    }

    @Test func `only an operator gives numbers, to tenants that are there`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            let chief = try await office.signInOperator()
            let number: JSONValue = ["number": "4008001234", "tenant": "acme"]
            #expect(try await office.send(.post, "/v1/access-numbers", number, as: boss).status == .forbidden)
            for tenant in ["nowhere", "*"] {
                let body: JSONValue = ["number": "4008001234", "tenant": .string(tenant)]
                #expect(try await office.send(.post, "/v1/access-numbers", body, as: chief).status == .notFound)
            }
            for text in ["", "1", "abc", "+", "1234567890123456789012345678901234", "12;34"] {
                let body: JSONValue = ["number": .string(text), "tenant": "acme"]
                #expect(try await office.send(.post, "/v1/access-numbers", body, as: chief).status == .badRequest)
            }
            #expect(try await office.send(.delete, "/v1/access-numbers/999", as: chief).status == .notFound)
        }
    }
}
