import Contracts
import Database
import Logging
import TestSupport
import Testing

@testable import ACD

@Suite struct DecisionStoreTests {
    private func decision(_ call: CallID, offer: Int, at: Timestamp) -> Decision {
        Decision(
            tenant: "t", decidedAt: at,
            decided: RoutingDecided(
                callID: call, queueID: "sales", agentID: "amy", offer: offer, rule: "random", seed: 77, widened: 2,
                overflowQueueID: "help",
                overflowReason: .queueFull,
                waitedMicroseconds: 5, candidates: [.init(agentID: "amy", idleSince: 1, measure: 3, passedOver: nil)]))
    }

    @Test func `decisions are written behind and read call by call`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let store = DecisionStore(database: database)
            let journal = DecisionJournal(store: store, keptFor: .seconds(60), log: Logger(label: "test"))
            journal.note(decision("c1", offer: 1, at: 1))
            journal.note(decision("c1", offer: 2, at: 2))
            journal.note(decision("c2", offer: 1, at: 3))
            try await journal.write()
            try await journal.write()
            let found = try await store.list(of: "c1", of: "t")
            #expect(found == [decision("c1", offer: 1, at: 1), decision("c1", offer: 2, at: 2)])
            #expect(try await store.list(of: "c1", of: "u").isEmpty)
        }
    }

    @Test func `what could not be written is written later, in order`() async throws {
        try await withDatabase("acd") { database in
            let store = DecisionStore(database: database)
            let journal = DecisionJournal(store: store, keptFor: .seconds(60), log: Logger(label: "test"))
            journal.note(decision("c1", offer: 1, at: 1))
            await #expect(throws: (any Error).self) { try await journal.write() }
            journal.note(decision("c1", offer: 2, at: 2))
            try await database.migrate(schema: "acd", Schema.migrations)
            try await journal.write()
            #expect(try await store.list(of: "c1", of: "t").map(\.decided.offer) == [1, 2])
        }
    }

    @Test func `old decisions are removed`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let store = DecisionStore(database: database)
            try await store.insert([decision("c1", offer: 1, at: 1), decision("c1", offer: 2, at: 100)])
            let journal = DecisionJournal(
                store: store, keptFor: .seconds(60), now: { .second(120) }, log: Logger(label: "test"))
            try await journal.clear()
            #expect(try await store.list(of: "c1", of: "t").map(\.decided.offer) == [2])
        }
    }
}
