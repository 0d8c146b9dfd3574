import Bus
import Contracts
import Database
import Logging
import ServiceKit
import TestSupport
import Testing

@testable import ACD

/// Work over HTTP, as another system and an agent's page use it.
@Suite(.timeLimit(.minutes(1))) struct WorkRouteTests {
    private func withWork(_ body: (TestSupport.Desk, WorkStore) async throws -> Void) async throws {
        try await withDatabase("acd", Outbox.migrations + Schema.migrations) { database in
            let queues = QueueStore(database: database)
            try await queues.insert(Queue(id: "sales", name: "Sales"), of: "t")
            let store = WorkStore(database: database)
            let desk = WorkDesk(
                work: store, queues: queues, bus: LocalBus.Network().bus(InstanceID(.acd, 1)),
                publish: { _, _, _ in })
            let routes =
                WorkRoutes(desk: desk).routes
                + MediaRoutes(media: MediaStore(database: database), refresh: {}).routes
                + NumberHomeRoutes(homes: NumberHomeStore(database: database), refresh: {}).routes
            try await TestSupport.withDesk {
                APIServer(service: "acd", routes: routes, tokens: $0)
            } _: { desk in
                try await body(desk, store)
            }
        }
    }

    @Test func `a ticket is entered, offered, taken, and done`() async throws {
        try await withWork { desk, store in
            let made = try await desk.send(
                "POST", "/v1/work", #"{"id": "a-1", "medium": "ticket", "queue": "sales", "title": "Broken"}"#)
            #expect(made.status == 201)
            #expect(try made.decode(WorkItem.self).state == .waiting)
            try await desk.gets(400, "POST", "/v1/work", #"{"medium": "voice", "queue": "sales"}"#)
            try await desk.gets(404, "POST", "/v1/work", #"{"medium": "mail", "queue": "none"}"#)
            try await desk.gets(409, "POST", "/v1/work/a-1/accept")
            let offer = WorkDecision(workID: "a-1", kind: .offered("boss", number: 1, until: 9))
            _ = try await store.carryOut(offer, of: "t")
            #expect(try await desk.send("GET", "/v1/my-work").decode(Page<WorkItem>.self).items.map(\.id) == ["a-1"])
            #expect(try await desk.send("POST", "/v1/work/a-1/accept").decode(WorkItem.self).state == .open)
            let done = try await desk.send("POST", "/v1/work/a-1/done", #"{"disposition": "mended"}"#)
            #expect(try done.decode(WorkItem.self).disposition == "mended")
            try await desk.gets(409, "DELETE", "/v1/work/a-1")
            try await desk.gets(404, "GET", "/v1/work/none")
            let listed = try await desk.send("GET", "/v1/work?state=done").decode(Page<WorkItem>.self)
            #expect(listed.items.count == 1)
        }
    }

    @Test func `how much agents do at once is said and read, and what makes no sense is refused`() async throws {
        try await withWork { desk, _ in
            let usual = try await desk.send("GET", "/v1/media-rules").decode(MediaRules.self)
            #expect(usual == MediaRules().whole)
            let body = #"{"media": [{"medium": "chat", "weight": 50, "most": 2, "interruptedBy": ["voice"]}]}"#
            let put = try await desk.send("PUT", "/v1/media-rules", body).decode(MediaRules.self)
            #expect(put.capacity == 100 && put.rule(.chat).weight == 50 && put.rule(.mail).weight == 20)
            let wrong = #"{"media": [{"medium": "voice", "weight": 50, "most": 1, "interruptedBy": ["chat"]}]}"#
            try await desk.gets(400, "PUT", "/v1/media-rules", wrong)
            let amy = try await desk.send(
                "PUT", "/v1/agents/amy/capacity", #"{"capacity": 60, "most": [{"medium": "chat", "most": 0}]}"#)
            #expect(try amy.decode(AgentCapacity.self).most.first?.most == 0)
            #expect(try await desk.send("GET", "/v1/agents/bob/capacity").decode(AgentCapacity.self) == AgentCapacity())
        }
    }

    @Test func `where numbers are at home is said and read, and all of it is described`() async throws {
        try await withWork { desk, _ in
            #expect(try await desk.send("GET", "/v1/number-home").decode(NumberHome.self) == NumberHome())
            let put = try await desk.send("PUT", "/v1/number-home", #"{"country": "86", "area": "10"}"#)
            #expect(try put.decode(NumberHome.self).area == "10")
            try await desk.gets(400, "PUT", "/v1/number-home", #"{"country": "086"}"#)
            let document = try await desk.send("GET", "/openapi.json").text
            #expect(document.contains("interruptedBy") && document.contains("/v1/work/{id}/give-back"))
        }
    }
}
