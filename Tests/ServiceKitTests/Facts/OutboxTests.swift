import Bus
import Contracts
import Database
import Foundation
import Logging
import TestSupport
import Testing

@testable import ServiceKit

@Suite struct OutboxTests {
    private let tenant = TenantID(rawValue: "t1")

    private func number(_ text: String) -> AccessNumberChanged { AccessNumberChanged(number: text, isAssigned: true) }

    @Test func `facts of many transactions at once are numbered without a gap, in the order of their commits`()
        async throws
    {
        try await withDatabase("bells", Outbox.migrations, poolSize: 6) { database async throws in
            try await withThrowingDiscardingTaskGroup { group in
                for index in 1...60 {
                    group.addTask {
                        // Every third is undone: its number must not be missing.
                        try? await database.transaction { connection in
                            try connection.publish(number("\(index)"), tenant: tenant)
                            if index % 3 == 0 { throw Failure(.conflict, "undone") }
                        }
                    }
                }
            }
            let facts = try await OutboxStore(database).facts(stream: "carillon", from: 1, through: .max, limit: 1000)
            #expect(facts.map(\.number) == Array(1...40))
            let first = try #require(facts.first)
            #expect(first.type == "access_number.changed" && first.tenant == tenant)
            #expect(try first.decode(AccessNumberChanged.self).isAssigned)
        }
    }

    @Test func `the relay sends what was committed after it started, in order, once`() async throws {
        try await withDatabase("bells", Outbox.migrations) { database async throws in
            let bus = LocalBus(InstanceID(.crm, 1))
            let relay = OutboxRelay(database: database, bus: bus, log: Logger(label: "test"))
            try await publish(["1"], database)
            var sent = try await relay.relay(after: nil)
            #expect(sent == 1)
            var heard = bus.subscribe(["access_number."]).makeAsyncIterator()
            try await publish(["2", "3"], database)
            sent = try await relay.relay(after: sent)
            sent = try await relay.relay(after: sent)
            try await publish(["4"], database)
            sent = try await relay.relay(after: sent)
            #expect(sent == 4)
            for expected in 2...4 {
                let envelope = await heard.next()
                #expect(envelope?.number == UInt64(expected) && envelope?.subject == "\(expected)")
            }
        }
    }

    @Test func `the relay sends a commit's facts at once, not when it would look next`() async throws {
        try await withDatabase("bells", Outbox.migrations) { database async throws in
            let bus = LocalBus(InstanceID(.crm, 1))
            let relay = OutboxRelay(database: database, bus: bus, interval: .seconds(600), log: Logger(label: "test"))
            var heard = bus.subscribe(["access_number."]).makeAsyncIterator()
            let running = Task { try await relay.run() }
            // What was committed before the relay began is history, so one after the other.
            let publishing = Task {
                while !Task.isCancelled { try await publish(["1"], database) }
            }
            #expect(await heard.next()?.subject == "1")
            publishing.cancel()
            running.cancel()
            try await publishing.value
            try await running.value
        }
    }

    @Test func `a fact is numbered with the commit, however early it was published`() async throws {
        try await withDatabase("bells", Outbox.migrations, poolSize: 2) { database async throws in
            try await database.transaction { connection in
                try connection.publish(number("1"), tenant: tenant)
                // Another publisher would wait here, if the number were taken already.
                let heads = try connection.query("SELECT number FROM stream_head") { try $0.get("number") as Int64 }
                #expect(heads.isEmpty)
                try connection.publish(number("2"), tenant: tenant)
            }
            let facts = try await OutboxStore(database).facts(stream: "carillon", from: 1, through: .max, limit: 10)
            #expect(facts.map(\.subject) == ["1", "2"])
            #expect(facts.map(\.number) == [1, 2])
        }
    }

    @Test func `a journal's facts are kept once, with all they carry`() async throws {
        try await withDatabase("bells", Outbox.migrations) { database async throws in
            let store = OutboxStore(database)
            let facts = try (1...5).map { (index: Int) throws -> Envelope in
                let fact = number("“\(index)” {,}\\")
                let time = Timestamp(microseconds: Int64(index))
                return try Envelope(
                    fact, stream: "cti/1@7", number: UInt64(index), tenant: index == 2 ? nil : tenant, time: time,
                    trace: index == 3 ? "00-ab" : nil)
            }
            try await store.store(Array(facts.prefix(3)))
            try await store.store(facts)
            let kept = try await store.facts(stream: "cti/1@7", from: 2, through: 4, limit: 10)
            #expect(kept == Array(facts[1...3]))
            #expect(try await store.heads() == [StreamHead(stream: "cti/1@7", head: 5)])
        }
    }

    @Test func `old facts are dropped, and the stream says from where it can be replayed`() async throws {
        try await withDatabase("bells", Outbox.migrations) { database async throws in
            try await publish(["1", "2", "3"], database)
            try await database.run("UPDATE outbox SET stored_at = stored_at - interval '8 days' WHERE number < 3")
            try await Housekeeping(database: database, keepFacts: .seconds(7 * 86_400), log: Logger(label: "test"))
                .clean()
            #expect(try await OutboxStore(database).heads() == [StreamHead(stream: "carillon", head: 3, oldest: 3)])
            #expect(try await OutboxStore(database).facts(stream: "carillon", from: 1, through: 9, limit: 9).count == 1)
        }
    }

    @Test func `a fact too large for the bus undoes its transaction`() async throws {
        try await withDatabase("bells", Outbox.migrations) { database async throws in
            for size in [600 << 10, 20 << 10] {
                let failure = await #expect(throws: Failure.self) {
                    try await publish([String(repeating: "1", count: size)], database)
                }
                #expect(failure?.code == "fact_too_large")
            }
            try await publish(["1"], database)
            #expect(try await OutboxStore(database).heads() == [StreamHead(stream: "carillon", head: 1)])
        }
    }

    @Test func `a character that PostgreSQL cannot hold does not hold up what follows`() async throws {
        try await withDatabase("bells", Outbox.migrations) { database async throws in
            let store = OutboxStore(database)
            let time = Timestamp(microseconds: 1)
            try await store.store([
                try Envelope(number("a\0b"), stream: "cti/1@7", number: 1, tenant: tenant, time: time),
                try Envelope(number("c"), stream: "cti/1@7", number: 2, tenant: tenant, time: time),
            ])
            let kept = try await store.facts(stream: "cti/1@7", from: 1, through: 2, limit: 9)
            #expect(kept.map(\.subject) == ["a\u{fffd}b", "c"])
            #expect(try kept.first?.decode(AccessNumberChanged.self).number == "a\0b")
        }
    }

    @Test func `a stream that begins late says so, or its first numbers were waited for for ever`() async throws {
        try await withDatabase("bells", Outbox.migrations) { database async throws in
            let store = OutboxStore(database)
            let facts = try (301...303).map { (index: UInt64) throws -> Envelope in
                let time = Timestamp(microseconds: 1)
                return try Envelope(number("1"), stream: "cti/1@7", number: index, tenant: tenant, time: time)
            }
            try await store.store(facts)
            #expect(try await store.heads() == [StreamHead(stream: "cti/1@7", head: 303, oldest: 301)])
        }
    }

    @Test func `a succeeded process's stream goes with its last fact, a present one's stays`() async throws {
        try await withDatabase("bells", Outbox.migrations) { database async throws in
            let store = OutboxStore(database)
            for stream in ["cti/1@a", "cti/1@b", "cti/1@c", "cti/2@a"] {
                let time = Timestamp(microseconds: 1)
                try await store.store([try Envelope(number("1"), stream: stream, number: 1, tenant: nil, time: time)])
            }
            try await database.run(
                "UPDATE outbox SET stored_at = stored_at - interval '8 days' WHERE stream <> 'cti/1@b'")
            try await Housekeeping(database: database, keepFacts: .seconds(7 * 86_400), log: Logger(label: "test"))
                .clean()
            #expect(try await store.heads().map(\.stream) == ["cti/1@b", "cti/1@c", "cti/2@a"])
        }
    }

    private func publish(_ numbers: [String], _ database: Database) async throws {
        for text in numbers {
            try await database.transaction { try $0.publish(number(text), tenant: tenant) }
        }
    }
}
