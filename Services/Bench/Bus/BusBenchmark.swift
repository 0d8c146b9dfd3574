import Bus
import Contracts
import Database
import Foundation
import ServiceKit

/// How soon another process hears a fact, and how many facts a second an instance gets into PostgreSQL: with the keys, the
/// journal, the outbox and the relay that the services use.
struct BusBenchmark {
    let workplace: Workplace
    let isQuick: Bool

    init(_ workplace: Workplace, isQuick: Bool) {
        self.workplace = workplace
        self.isQuick = isQuick
    }

    func run(_ report: inout Report) async throws {
        let place = try workplace.directory("bus")
        let keys = "\(place)/keys"
        try KeyDirectory(path: keys).create([ServiceName.cti.rawValue, ServiceName.acd.rawValue])
        let database = try await makeDatabase()
        if let problem = try await durability(database) { report.problems.append(problem) }
        let directory = StaticDirectory()
        let bus = try BusEnd.open(BusEnd.publisher, keys: keys, directory)
        let outbox = OutboxStore(database)
        let journal = try FactJournal(bus: bus, directory: place, sink: outbox, log: BusEnd.log)
        bus.serveReplay(from: [journal, outbox])
        let relay = OutboxRelay(database: database, bus: bus, log: BusEnd.log)
        var found: (measurements: [Measurement], problems: [String]) = ([], [])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await bus.run() }
            group.addTask { try await journal.run() }
            group.addTask { try await relay.run() }
            let talk = BusTalk(
                bus: bus, journal: journal, database: database, directory: directory, keys: keys, place: place)
            found = try await measure(talk)
            group.cancelAll()
            while let result = await group.nextResult() { _ = result }
        }
        report.measurements += found.measurements
        report.problems += found.problems
        await database.close()
    }

    private func measure(_ talk: BusTalk) async throws -> (measurements: [Measurement], problems: [String]) {
        var found: [Measurement] = []
        var problems: [String] = []
        // A stream younger than five seconds would be delivered from its first fact, by asking again.
        try await Task.sleep(for: .seconds(6))
        let late = try await Self.lateness()
        found.append(Measurement("the machine: a timer of 1 ms is late by, p50", late[50], "ms"))
        found.append(Measurement("the machine: a timer of 1 ms is late by, p99", late[99], "ms"))
        let seconds = isQuick ? 2 : 15
        let target = Target.atMost(2)
        for (name, route, rate) in [
            ("journal, 1000/s", BusTalk.Route.journal, 1000), ("journal, 10000/s", .journal, 10_000),
            ("outbox, 100/s", .outbox, 100),
        ] {
            let heard = try await talk.delays(route, rate: rate, count: rate * seconds)
            let delays = Percentiles(heard.delays)
            if delays.count < rate * seconds || heard.lost > 0 {
                problems.append("Of \(rate * seconds) facts (\(name)) \(delays.count) were heard.")
            }
            found.append(Measurement("publish → subscriber p50, \(name)", delays[50] / 1000, "ms"))
            found.append(Measurement("publish → subscriber p99, \(name)", delays[99] / 1000, "ms", target: target))
            found.append(Measurement("publish → subscriber p99.9, \(name)", delays[99.9] / 1000, "ms"))
        }
        let storing = Storing(talk: talk)
        let count = isQuick ? 20_000 : 200_000
        found.append(
            Measurement(
                "stored, journal", try await storing.journal(count), "facts/s", target: .atLeast(20_000)))
        found.append(
            Measurement("committed, outbox, 1 a transaction", try await storing.outbox(count / 50, each: 1), "facts/s"))
        found.append(
            Measurement(
                "committed, outbox, 100 a transaction", try await storing.outbox(count / 2, each: 100), "facts/s",
                target: .atLeast(20_000)))
        if let problem = try await storing.problem() { problems.append(problem) }
        return (found, problems)
    }

    /// How late the machine wakes those who sleep, in milliseconds: what no bus can be better than while others are at work.
    private static func lateness() async throws -> Percentiles {
        let clock = ContinuousClock()
        var late: [Double] = []
        for _ in 0..<1000 {
            let due = clock.now + .milliseconds(1)
            try await clock.sleep(until: due, tolerance: .zero)
            late.append((clock.now - due) / .milliseconds(1))
        }
        return Percentiles(late)
    }

    /// A database of its own, with the tables that every service has.
    private func makeDatabase() async throws -> Database {
        let server = Database(DatabaseConfiguration(url: workplace.postgres, poolSize: 1), log: BusEnd.log)
        let name = "bench_bus_\(UInt32.random(in: .min ... .max))"
        try await server.script("CREATE DATABASE \(name)")
        await server.close()
        var configuration = DatabaseConfiguration(url: workplace.postgres, schema: "cti", poolSize: 4)
        configuration.database = name
        // The stream of the outbox is named after it.
        configuration.applicationName = "\(BusEnd.publisher)"
        let database = Database(configuration, log: BusEnd.log)
        try await database.migrate(schema: "cti", Outbox.migrations)
        return database
    }

    /// Nil if what is committed is kept.
    private func durability(_ database: Database) async throws -> String? {
        let settings = try await database.query(
            "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')"
        ) { row in (try row.get("name") as String, try row.get("setting") as String) }
        let off = settings.filter { $0.1 != "on" }.map(\.0)
        return off.isEmpty ? nil : "PostgreSQL runs without \(off.joined(separator: ", ")): nothing is durable."
    }
}
