import Contracts
import Database
import ServiceKit
import TestSupport
import Testing

@testable import Reporting

@Suite struct ContactCustomerTests {
    @Test func `whose contact it was stands in its record, finds it, and is not lost to an account that knows less`()
        async throws
    {
        try await withDatabase("reporting", Outbox.migrations + Reporting.schema) { database in
            func told(_ call: CallID, of customer: CustomerID?) -> CallEnded {
                CallEnded(
                    callID: call, direction: .outbound, customerNumber: "13900000001", accessNumber: "4001",
                    flowID: nil, campaignID: nil, attemptID: nil, startedAt: at(0), endedAt: at(50),
                    reason: .agentHungUp, segments: [segment(.talk, 0, 50, agent: "amy")], agentID: "amy", queueID: nil,
                    recordings: [], attributes: [:], customerID: customer)
            }
            let facts = [told("c1", of: "li"), told("c1", of: nil), told("c2", of: nil)]
            try await database.transaction(tenant: "*") { connection in
                for fact in facts { try ContactFold.ended(fact, tenant: "demo", in: connection) }
            }
            let store = ContactStore(database: database)
            #expect(try await store.find("c1", tenant: "demo").customerID == "li")
            #expect(try await store.find("c2", tenant: "demo").customerID == nil)
            let his = try await store.list(ContactFilter(customer: "li"), PageRequest(limit: 10), tenant: "demo")
            #expect(his.items.map(\.callID) == ["c1"])
        }
    }
}
