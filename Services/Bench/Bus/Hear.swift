import ArgumentParser
import Bus
import Contracts
import Foundation
import Synchronization

/// What the hearing process tells about itself when it listens.
struct HearPlace: Codable, Sendable {
    let listens: InstanceEndpoints
}

/// Told when the first fact has come.
struct HearReady: Codable, Sendable {
    let isReady: Bool
}

/// What has been heard: how long after its making each fact came, in microseconds.
struct HearReport: Codable, Sendable {
    let delays: [Double]
    /// How often facts were asked for again.
    let replays: UInt64
    let lost: UInt64
}

/// The other process of the bus's measurement: follows the publisher as a service does, and notes when each fact comes.
struct Hear: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Used by the benchmark `bus`.", shouldDisplay: false)
    static let measured = "measured"

    @Option var keys: String
    @Option var publish: String
    @Option var requests: String
    /// So many measured facts are waited for.
    @Option var facts: Int
    @Option var seconds: Double

    func run() async throws {
        let directory = StaticDirectory()
        let bus = try BusEnd.open(BusEnd.subscriber, keys: keys, directory)
        directory.set(BusEnd.publisher, InstanceEndpoints(publish: publish, requests: requests))
        try tell(HearPlace(listens: bus.endpoints))
        let ear = Ear(expecting: facts)
        let follower = FactFollower(bus: bus, services: [.cti], log: BusEnd.log)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await bus.run() }
            group.addTask { try await follower.run(from: [:], unlisted: .now) { ear.take($0) } }
            group.addTask { [seconds] in try await Task.sleep(for: .seconds(seconds)) }
            group.addTask {
                for await _ in ear.done {}
            }
            try await group.next()
            group.cancelAll()
        }
        let statistics = follower.statistics
        try tell(HearReport(delays: ear.delays, replays: statistics.replays, lost: statistics.lost))
    }
}

/// Notes how old each measured fact is when it comes.
private final class Ear: Sendable {
    private struct State {
        var delays: [Double] = []
        var hasHeard = false
    }

    let done: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation
    private let expected: Int
    private let state = Mutex(State())

    init(expecting count: Int) {
        expected = count
        (done, end) = AsyncStream.makeStream(of: Void.self)
    }

    var delays: [Double] { state.withLock(\.delays) }

    func take(_ facts: [Envelope]) {
        let now = Timestamp.now()
        let (isFirst, isLast) = state.withLock { state in
            for fact in facts where fact.subject == Hear.measured {
                state.delays.append(Double(now.microseconds(since: fact.time)))
            }
            defer { state.hasHeard = true }
            return (!state.hasHeard, state.delays.count >= expected)
        }
        if isFirst { try? tell(HearReady(isReady: true)) }  // Without it the measurement fails by itself.
        if isLast { end.finish() }
    }
}
