import Contracts
import Database
import Logging
import TestSupport
import Testing

@testable import ServiceKit

@Suite struct RepairTests {
    private let schema = Outbox.migrations + [RepairStore.migration("0001")]

    private func journal(_ database: Database, at second: Int64 = 1) -> RepairJournal {
        RepairJournal(
            store: RepairStore(database: database), instance: InstanceID(.cti, 2), log: Logger(label: "test"),
            now: { Timestamp(microseconds: second * 1_000_000) })
    }

    @Test func `repairs are written behind, and listed newest first, part by part`() async throws {
        try await withDatabase("cti", schema) { database in
            let (journal, store) = (journal(database), RepairStore(database: database))
            for number in 1...3 { journal.note("leg without a call hung up", tenant: "t", subject: "leg-\(number)") }
            try await journal.write()
            try await journal.write()
            let first = try await store.list(PageRequest(limit: 2))
            #expect(first.items.map(\.subject) == ["leg-3", "leg-2"])
            #expect(first.items.first?.instance == "cti/2")
            #expect(first.nextCursor != nil)
            let second = try await store.list(PageRequest(limit: 2, after: ["2"]))
            #expect(second.items.map(\.subject) == ["leg-1"])
            #expect(second.nextCursor == nil)
        }
    }

    @Test func `what could not be written is written later`() async throws {
        try await withDatabase("cti", Outbox.migrations) { database in
            let journal = journal(database)
            journal.note("agent without a call freed")
            await #expect(throws: (any Error).self) { try await journal.write() }
            try await database.migrate(schema: "cti", schema)
            try await journal.write()
            #expect(try await RepairStore(database: database).list(PageRequest()).items.map(\.tenant) == [.all])
        }
    }

    @Test func `old repairs are cleared away`() async throws {
        try await withDatabase("cti", schema) { database in
            let journal = journal(database, at: 5)
            journal.note("agent without a call freed")
            try await journal.write()
            let store = RepairStore(database: database)
            #expect(try await store.remove(before: Timestamp(microseconds: 5_000_000)) == 0)
            #expect(try await store.remove(before: Timestamp(microseconds: 5_000_001)) == 1)
        }
    }

    @Test func `only operators see them`() async throws {
        try await withDatabase("cti", schema) { database in
            let routes = RepairRoutes(store: RepairStore(database: database)).routes
            try await withDesk(roles: ["admin"]) {
                APIServer(service: "cti", routes: routes, tokens: $0)
            } _: { desk in
                try await desk.gets(403, "GET", "/v1/repairs")
            }
            try await withDesk(tenant: .all, roles: ["operator"]) {
                APIServer(service: "cti", routes: routes, tokens: $0)
            } _: { desk in
                try await desk.gets(200, "GET", "/v1/repairs")
                try await desk.gets(400, "GET", "/v1/repairs?cursor=nonsense")
            }
        }
    }
}
