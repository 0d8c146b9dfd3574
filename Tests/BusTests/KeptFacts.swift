import Bus
import Contracts
import Foundation
import Synchronization
import TestSupport

/// Stands in for the outbox in PostgreSQL: keeps each stream and number once; can be away for a while.
final class KeptFacts: FactSink, FactSource {
    private struct State {
        var streams: [String: [UInt64: Envelope]] = [:]
        var isAway = false
        var oldest: [String: UInt64] = [:]
    }

    private let state = Mutex(State())

    var isAway: Bool {
        get { state.withLock { $0.isAway } }
        set { state.withLock { $0.isAway = newValue } }
    }

    var count: Int { state.withLock { $0.streams.values.map(\.count).reduce(0, +) } }

    func numbers(_ stream: String) -> [UInt64] { state.withLock { ($0.streams[stream] ?? [:]).keys.sorted() } }

    func fact(_ stream: String, _ number: UInt64) -> Envelope? { state.withLock { $0.streams[stream]?[number] } }

    func forget(_ stream: String, before number: UInt64) {
        state.withLock { state in
            state.streams[stream] = state.streams[stream]?.filter { $0.key >= number }
            state.oldest[stream] = number
        }
    }

    func store(_ facts: [Envelope]) async throws {
        try state.withLock { state in
            if state.isAway { throw Failure(.unavailable, "The database is away.") }
            for fact in facts where state.streams[fact.stream]?[fact.number] == nil {
                state.streams[fact.stream, default: [:]][fact.number] = fact
            }
        }
    }

    func facts(stream: String, from: UInt64, through: UInt64, limit: Int) async throws -> [Envelope] {
        state.withLock { state in
            let kept = state.streams[stream] ?? [:]
            var found: [Envelope] = []
            var number = from
            while number <= through, found.count < limit, let fact = kept[number] {
                found.append(fact)
                number += 1
            }
            return found
        }
    }

    func heads() async throws -> [StreamHead] {
        state.withLock { state in
            state.streams.map {
                StreamHead(stream: $0.key, head: $0.value.keys.max() ?? 0, oldest: state.oldest[$0.key])
            }
        }
    }
}

/// Collects what a follower delivers.
final class Delivered: Sendable {
    private let streams = Mutex<[String: [UInt64]]>([:])

    func add(_ facts: [Envelope]) {
        streams.withLock { streams in for fact in facts { streams[fact.stream, default: []].append(fact.number) } }
    }

    func numbers(_ stream: String) -> [UInt64] { streams.withLock { $0[stream] ?? [] } }
    var all: [String: [UInt64]] { streams.withLock { $0 } }
}

/// A directory that is removed with it.
final class TemporaryDirectory: Sendable {
    let path = NSTemporaryDirectory() + "carillon-\(UInt64.random(in: .min ... .max))"
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Follows while the body runs.
func following(
    _ follower: FactFollower, from cursors: [String: UInt64] = [:], unlisted: FactFollower.Beginning = .first,
    into delivered: Delivered, _ body: () async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await follower.run(from: cursors, unlisted: unlisted) { delivered.add($0) } }
        defer { group.cancelAll() }
        try await body()
    }
}

/// Loses one in so many, the same ones for the same seed, and counts them.
final class Loss: Sendable {
    private let state: Mutex<(random: Seeded, count: Int)>
    private let oneIn: UInt64

    init(oneIn: UInt64, seed: UInt64) {
        self.oneIn = oneIn
        state = Mutex((Seeded(seed), 0))
    }

    var count: Int { state.withLock { $0.count } }

    func isLost() -> Bool {
        state.withLock { state in
            let isLost = state.random.next() % oneIn == 0
            if isLost { state.count += 1 }
            return isLost
        }
    }
}
