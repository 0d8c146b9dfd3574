import Bus
import Contracts
import Database
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import ServiceKit

@Suite struct DurableSubscriberTests {
    private static let table = Migration(
        "0001 bell", "CREATE TABLE bell (number text PRIMARY KEY, rung int NOT NULL DEFAULT 1)")

    /// Rings the bell of each access number; breaks on `broken`.
    private static func handlers() -> EventHandlers {
        var events = EventHandlers()
        events.on(AccessNumberChanged.self) { event, _, connection in
            try connection.run("INSERT INTO bell (number) VALUES (\(event.number))")
            if event.number == "full" { throw DatabaseError("No space left on device.", sqlState: "53100") }
            if event.number == "broken" { throw Failure(.conflict, "It broke.") }
        }
        return events
    }

    private func fact(_ text: String, _ number: UInt64, stream: String = "crm/1") throws -> Envelope {
        try Envelope(
            AccessNumberChanged(number: text, isAssigned: true), stream: stream, number: number,
            tenant: TenantID(rawValue: "t1"), time: Timestamp(microseconds: 1))
    }

    private func withSubscriber(
        _ body: (DurableSubscriber, Database, LocalBus) async throws -> Void
    ) async throws {
        try await withDatabase("bells", Outbox.migrations + [Self.table]) { database async throws in
            let bus = LocalBus(InstanceID(.reporting, 1))
            let kit = ServiceContext(instance: bus.instance, database: database, bus: bus)
            try await body(DurableSubscriber(kit, name: "bells", from: [.crm], Self.handlers()), database, bus)
        }
    }

    private func rung(_ database: Database) async throws -> [String] {
        try await database.query("SELECT number FROM bell ORDER BY number") { try $0.get("number") }
    }

    @Test func `a fact has its effect once, however often it comes`() async throws {
        try await withSubscriber { subscriber, database, _ async throws in
            try await subscriber.take([try fact("a", 1), try fact("b", 2)])
            try await subscriber.take([try fact("b", 2), try fact("c", 3), try fact("z", 1, stream: "crm/2")])
            #expect(try await rung(database) == ["a", "b", "c", "z"])
            #expect(try await subscriber.cursors() == ["crm/1": 3, "crm/2": 1])
        }
    }

    @Test func `what is kept in memory is read again after each transaction, when it can be seen`() async throws {
        try await withSubscriber { _, database, bus async throws in
            let kit = ServiceContext(instance: bus.instance, database: database, bus: bus)
            let seen = Mutex<[[String]]>([])
            let subscriber = DurableSubscriber(kit, name: "bells", from: [.crm], Self.handlers()) {
                copy(of: ["old"], at: [:])
            } afterwards: {
                let numbers = try? await rung(database)
                seen.withLock { $0.append(numbers ?? []) }
            }
            try await subscriber.beginIfNew(anew: false)
            try await subscriber.take([try fact("new", 1)])
            #expect(seen.withLock { $0 } == [["old"], ["new", "old"]])
        }
    }

    @Test func `a fact that cannot be handled is skipped, and no other`() async throws {
        try await withSubscriber { subscriber, database, _ async throws in
            try await subscriber.take([try fact("a", 1), try fact("broken", 2), try fact("c", 3)])
            #expect(try await rung(database) == ["a", "c"])
            #expect(try await subscriber.cursors() == ["crm/1": 3])
        }
    }

    @Test func `a database that is full for a moment costs no fact`() async throws {
        try await withSubscriber { subscriber, database, _ async throws in
            await #expect(throws: DatabaseError.self) {
                try await subscriber.take([try fact("a", 1), try fact("full", 2)])
            }
            #expect(try await rung(database) == [])
            #expect(try await subscriber.cursors() == [:])
        }
    }

    private func copy(of numbers: [String], at heads: [String: UInt64]) -> StateCopy {
        StateCopy(heads: heads) { connection in
            try connection.run("DELETE FROM bell")
            try connection.run("INSERT INTO bell (number) SELECT * FROM unnest(\(numbers)::text[])")
        }
    }

    @Test func `a new copy begins with the owner's state, however old, and goes on with the facts behind it`()
        async throws
    {
        try await withSubscriber { _, database, bus async throws in
            let kit = ServiceContext(instance: bus.instance, database: database, bus: bus)
            let subscriber = DurableSubscriber(kit, name: "bells", from: [.crm], Self.handlers()) {
                copy(of: ["old", "new"], at: ["crm/1": 700])
            }
            try await subscriber.beginIfNew(anew: false)
            try await subscriber.take([try fact("known", 700), try fact("next", 701)])
            #expect(try await rung(database) == ["new", "next", "old"])
            try await subscriber.beginIfNew(anew: false)
            #expect(try await rung(database) == ["new", "next", "old"], "it has begun already")
        }
    }

    @Test func `a copy that missed facts begins anew, unless another instance is further on`() async throws {
        try await withSubscriber { _, database, bus async throws in
            let kit = ServiceContext(instance: bus.instance, database: database, bus: bus)
            let subscriber = DurableSubscriber(kit, name: "bells", from: [.crm], Self.handlers()) {
                copy(of: ["state"], at: ["crm/1": 700])
            }
            try await subscriber.take([try fact("gone", 1)])
            try await subscriber.beginIfNew(anew: true)
            #expect(try await rung(database) == ["state"])
            try await subscriber.take([try fact("later", 701)])
            try await subscriber.beginIfNew(anew: true)
            #expect(try await rung(database) == ["later", "state"])
            #expect(try await subscriber.cursors() == ["crm/1": 701])
        }
    }

    @Test func `an owner's state comes in parts, exact at what the first of them says`() async throws {
        try await withDatabase("crm", Outbox.migrations) { crm async throws in
            let network = LocalBus.Network()
            let (owner, reader) = (network.bus(InstanceID(.crm, 1)), network.bus(InstanceID(.mediaServer, 1)))
            let store = OutboxStore(crm)
            let all = (1...7).map { AccessNumberOwner(number: "\($0)", tenant: TenantID(rawValue: "t1")) }
            try await store.store([try fact("1", 1)])
            owner.serve(CopyAccessNumbers.self) { request, _ in
                let part = try await store.part(limit: 3, key: \AccessNumberOwner.number) { limit in
                    Array(all.filter { $0.number > request.after ?? "" }.prefix(limit))
                }
                // Told between two parts: it is applied again behind the copy.
                try await store.store([try fact("2", 2)])
                return part
            }
            try await withSubscriber { _, database, _ async throws in
                let copy = try await StateCopy.fetch(over: reader, from: .crm, CopyAccessNumbers.init(after:)) {
                    (numbers: [AccessNumberOwner], connection: isolated Connection) in
                    try connection.run(
                        "INSERT INTO bell (number) SELECT * FROM unnest(\(numbers.map(\.number))::text[])")
                }
                try await database.transaction { try copy.replace($0) }
                #expect(copy.heads == ["crm/1": 1])
                #expect(try await rung(database) == all.map(\.number))
            }
        }
    }

    @Test func `an event whose body is not what it should be is skipped`() async throws {
        try await withSubscriber { subscriber, database, _ async throws in
            var bad = try fact("a", 1)
            bad.body = Data("[]".utf8)
            try await subscriber.take([bad, try fact("b", 2)])
            #expect(try await rung(database) == ["b"])
        }
    }

    @Test func `two instances of a subscriber share the work without doing any of it twice`() async throws {
        try await withSubscriber { first, database, bus async throws in
            let kit = ServiceContext(instance: InstanceID(.reporting, 2), database: database, bus: bus)
            let second = DurableSubscriber(kit, name: "bells", from: [.crm], Self.handlers())
            let facts = try (1...50).map { try fact("\($0)", UInt64($0)) }
            try await withThrowingDiscardingTaskGroup { group in
                for subscriber in [first, second] {
                    group.addTask { for fact in facts { try await subscriber.take([fact]) } }
                }
            }
            #expect(try await rung(database).count == 50)
        }
    }

    @Test func `from outbox to effect, over a bus that loses every third message`() async throws {
        try await withDatabase("crm", Outbox.migrations) { crm async throws in
            try await withSubscriber { _, database, _ async throws in
                let network = LocalBus.Network()
                let (publisher, reader) = (network.bus(InstanceID(.crm, 1)), network.bus(InstanceID(.reporting, 1)))
                network.lose { $0.number % 3 == 0 }
                let store = OutboxStore(crm)
                publisher.serveReplay(from: [store])
                let kit = ServiceContext(instance: reader.instance, database: database, bus: reader)
                let subscriber = DurableSubscriber(kit, name: "bells", from: [.crm], Self.handlers())
                let running = Task { try await subscriber.run() }
                let facts = try (1...100).map { try fact("\($0)", UInt64($0)) }
                for part in stride(from: 0, to: 100, by: 10) {
                    let some = Array(facts[part..<part + 10])
                    try await store.store(some)
                    for fact in some { publisher.publish(fact) }
                }
                publisher.announce(stream: "crm/1", head: 100)
                try await poll {
                    network.heartbeat()
                    return try await rung(database).count == 100
                }
                running.cancel()
                #expect(try await subscriber.cursors() == ["crm/1": 100])
            }
        }
    }

    /// Waits for a real condition, ten seconds at most.
    private func poll(_ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while try await !condition() {
            guard ContinuousClock.now < deadline else {
                Issue.record("It did not happen.")
                return
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
