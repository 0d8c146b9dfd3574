import Foundation

/// How long acd takes to decide, in a house of a thousand agents and two hundred queues: acd measures itself, since the
/// decision is its own, and prints what it found.
struct RoutingBenchmark {
    /// What `acd --measure-routing` prints for each size.
    struct Result: Decodable, Equatable, Sendable {
        struct Times: Decodable, Equatable, Sendable {
            let p50: Double
            let p99: Double
            let longest: Double
        }

        let agents: Int
        let queues: Int
        let waiting: Int
        let ready: Times
        let arrival: Times
        let idle: Int
    }

    let workplace: Workplace

    func run(_ report: inout Report) async throws {
        let acd = try await Child.start(
            ["\(workplace.binaries)/acd", "--measure-routing"], output: "\(workplace.path)/routing.log")
        let status = try await acd.finish(within: 120)
        let results = acd.words.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(Result.self, from: Data($0.utf8))
        }
        await acd.stop()
        guard status == 0, !results.isEmpty else {
            throw BenchFailure("acd --measure-routing ended with \(status): \(acd.words.suffix(300))")
        }
        for result in results { add(result, to: &report) }
    }

    private func add(_ result: Result, to report: inout Report) {
        let house = "\(result.agents) agents, \(result.queues) queues, \(result.waiting) waiting"
        let target = result.waiting <= 10_000 ? Target.atMost(1) : nil
        report.add("agent becomes ready, \(house), p50", result.ready.p50 / 1000, "ms")
        report.add("· p99", result.ready.p99 / 1000, "ms", target: target)
        report.add("· longest", result.ready.longest / 1000, "ms")
        report.add("caller comes into line, p50", result.arrival.p50 / 1000, "ms")
        report.add("· p99", result.arrival.p99 / 1000, "ms", target: target)
        if result.waiting >= 10_000, result.idle > 0 {
            report.problems.append("\(result.idle) agents were given nobody with \(result.waiting) waiting.")
        }
    }
}
