import Contracts
import Database
import ServiceKit
import TestSupport
import Testing

@testable import Reporting

@Suite(.timeLimit(.minutes(1))) struct ContactRouteTests {
    private func withRoutes(
        user: UserID = "boss", roles: Set<String>, _ body: (Desk, Database) async throws -> Void
    ) async throws {
        try await withDatabase("reporting", Outbox.migrations + Reporting.schema) { database in
            let routes =
                ContactRoutes(contacts: ContactStore(database: database)).routes
                + AgentTimelineRoutes(timelines: AgentTimelineStore(database: database)).routes
            try await withDesk(user: user, roles: roles) {
                APIServer(service: "reporting", routes: routes, tokens: $0)
            } _: { desk in
                try await body(desk, database)
            }
        }
    }

    private func keep(_ calls: [CallID], by agent: AgentID, in database: Database) async throws {
        try await database.transaction(tenant: "*") { connection in
            for call in calls {
                let talk = segment(.talk, 0, 50, agent: agent)
                let over = CallEnded(
                    callID: call, direction: .inbound, customerNumber: "13800138000", accessNumber: "4001",
                    flowID: nil, campaignID: nil, attemptID: nil, startedAt: at(0), endedAt: at(50),
                    reason: .customerHungUp, segments: [talk], agentID: agent, queueID: "sales", recordings: [],
                    attributes: [:])
                try ContactFold.ended(over, tenant: "t", in: connection)
            }
        }
    }

    @Test func `an agent sees his own contacts, in the list and one by one`() async throws {
        try await withRoutes(user: "amy", roles: ["agent"]) { desk, database in
            try await keep(["c1"], by: "amy", in: database)
            try await keep(["c2"], by: "bob", in: database)
            let list = try await desk.send("GET", "/v1/contacts?agent=bob").decode(Page<ContactRecord>.self)
            #expect(list.items.map(\.callID) == ["c1"])
            try await desk.gets(200, "GET", "/v1/contacts/c1")
            try await desk.gets(404, "GET", "/v1/contacts/c2")
            try await desk.gets(403, "GET", "/v1/contacts.csv")
            try await desk.gets(403, "GET", "/v1/agents/amy/timeline")
        }
    }

    @Test(arguments: ["supervisor", "admin", "quality"])
    func `leaders see everybody's contacts`(role: String) async throws {
        try await withRoutes(roles: ["agent", role]) { desk, database in
            try await keep(["c1"], by: "amy", in: database)
            try await desk.gets(200, "GET", "/v1/contacts/c1")
            let list = try await desk.send("GET", "/v1/contacts").decode(Page<ContactRecord>.self)
            #expect(list.items.map(\.callID) == ["c1"])
        }
    }

    @Test(arguments: [
        "", "agent=amy", "queue=sales", "direction=inbound", "number=13800138000", "from=0", "to=9000000000000000",
    ])
    func `every list goes on where its part ended`(filter: String) async throws {
        try await withRoutes(roles: ["supervisor"]) { desk, database in
            try await keep(["c1", "c2", "c3"], by: "amy", in: database)
            var cursor = ""
            var seen: [CallID] = []
            for _ in 1...3 {
                let page = try await desk.send("GET", "/v1/contacts?limit=1&\(filter)\(cursor)")
                    .decode(Page<ContactRecord>.self)
                seen += page.items.map(\.callID)
                cursor = page.nextCursor.map { "&cursor=\($0)" } ?? ""
            }
            #expect(seen == ["c3", "c2", "c1"])
            #expect(cursor.isEmpty)
        }
    }

    @Test func `the CSV has every contact, however many parts they are read in`() async throws {
        try await withRoutes(roles: ["supervisor"]) { desk, database in
            try await keep((1...401).map { CallID(rawValue: "c\($0)") }, by: "amy", in: database)
            let lines = try await desk.send("GET", "/v1/contacts.csv?queue=sales").text.split(separator: "\r\n")
            #expect(lines.count == 402)
        }
    }

    @Test(arguments: ["cursor=nonsense", "from=yesterday", "direction=sideways", "agent=a%20b", "limit=0"])
    func `a question that makes no sense is refused in words`(query: String) async throws {
        try await withRoutes(roles: ["supervisor"]) { desk, _ in
            let answer = try await desk.send("GET", "/v1/contacts?\(query)")
            #expect(answer.status == 400)
            #expect(answer.text.contains("\"detail\""))
        }
    }

    @Test func `a timeline goes on where its part ended`() async throws {
        try await withRoutes(roles: ["supervisor"]) { desk, database in
            try await database.transaction(tenant: "*") { connection in
                for number: Int64 in 1...5 {
                    let state = AgentSnapshot(
                        tenant: "t", agentID: "amy", status: number % 2 == 0 ? .ready : .talking, pauseReason: nil,
                        since: at(number * 10), phoneID: nil, callID: nil, isOnHold: false, until: nil,
                        revision: UInt64(number))
                    try AgentTimelineStore.changed(state, tenant: "t", in: connection)
                }
            }
            let path = "/v1/agents/amy/timeline?from=\(at(25).microseconds)&to=\(at(45).microseconds)&limit=2"
            let first = try await desk.send("GET", path).decode(Page<AgentStateSpan>.self)
            #expect(first.items.map(\.since) == [at(20), at(30)])
            #expect(first.items.map(\.until) == [at(30), at(40)])
            let cursor = try #require(first.nextCursor)
            let second = try await desk.send("GET", path + "&cursor=\(cursor)").decode(Page<AgentStateSpan>.self)
            #expect(second.items.map(\.since) == [at(40)])
            // Also the last of the part that was asked for knows its end, though it lies behind.
            #expect(second.items.map(\.until) == [at(50)])
            #expect(second.nextCursor == nil)
        }
    }
}
