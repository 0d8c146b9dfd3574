import Bus
import Contracts
import Database
import Foundation
import ServiceKit

/// How many facts a second become durable in PostgreSQL.
struct Storing {
    /// So many facts may be published and not stored: as a service at work has them, and all of them in memory.
    private static let window: UInt64 = 20_000
    /// So many callers commit at once.
    private static let callers = 16

    let talk: BusTalk

    /// Through the journal: facts a second from the first one published to the last one stored.
    func journal(_ count: Int) async throws -> Double {
        let journal = talk.journal
        _ = try await eventually("what was published before being stored", within: 60) {
            journal.statistics.stored == journal.statistics.published ? true : nil
        }
        let began = ContinuousClock.now
        for number in 0..<count {
            if number.isMultiple(of: 500) {
                while journal.statistics.published - journal.statistics.stored > Self.window {
                    try await Task.sleep(for: .milliseconds(1))
                }
            }
            try await talk.publish(.journal, "stored", number)
        }
        _ = try await eventually("every fact of the journal in PostgreSQL", within: 120) {
            journal.statistics.stored == journal.statistics.published ? true : nil
        }
        guard journal.statistics.unwritten == 0, journal.statistics.refused == 0 else {
            throw BenchFailure("The journal could not write \(journal.statistics.unwritten) facts.")
        }
        return Double(count) / ((ContinuousClock.now - began) / .seconds(1))
    }

    /// Through transactions, each with `each` facts and committed before its caller goes on.
    func outbox(_ count: Int, each: Int) async throws -> Double {
        let database = talk.database
        let began = ContinuousClock.now
        let turns = count / each / Self.callers
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.callers {
                group.addTask {
                    for turn in 0..<turns {
                        try await database.transaction { connection in
                            for part in 0..<each {
                                try connection.publish(BusEnd.fact("stored", turn + part), tenant: BusEnd.tenant)
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        return Double(turns * each * Self.callers) / ((ContinuousClock.now - began) / .seconds(1))
    }

    /// A sentence if a stream has a hole in PostgreSQL; nil if every number is there.
    func problem() async throws -> String? {
        let torn = try await talk.database.query(
            """
            SELECT head.stream FROM stream_head AS head
            LEFT JOIN (SELECT stream, count(*) AS count, max(number) AS last FROM outbox GROUP BY stream) AS kept
                USING (stream)
            WHERE kept.count IS DISTINCT FROM head.number OR kept.last IS DISTINCT FROM head.number
            """
        ) { row in try row.get("stream") as String }
        return torn.isEmpty ? nil : "Facts are missing in PostgreSQL, in \(torn.joined(separator: ", "))."
    }
}
