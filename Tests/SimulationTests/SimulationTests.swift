import Foundation
import Testing

/// A whole contact centre on virtual time, seed by seed. docs/simulation.md says what is simulated and how to look into a
/// seed that failed.
@Suite struct SimulationTests {
    static let environment = ProcessInfo.processInfo.environment

    @Test(.timeLimit(.minutes(20)))
    func `whatever goes wrong, every invariant holds in every seed`() async {
        if let seed = Self.environment["CARILLON_SIMULATION_SEED"].flatMap({ UInt64($0) }) { return replay(seed) }
        let count = Self.environment["CARILLON_SIMULATION_SEEDS"].flatMap { UInt64($0) } ?? 2000
        let began = ContinuousClock.now
        let lanes = UInt64(max(1, ProcessInfo.processInfo.activeProcessorCount))
        let failed = await withTaskGroup(of: [UInt64: [String]].self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    var failed: [UInt64: [String]] = [:]
                    for seed in stride(from: lane, to: count, by: Int(lanes)) {
                        let violations = Simulation(seed: seed).run()
                        if !violations.isEmpty { failed[seed] = violations }
                    }
                    return failed
                }
            }
            return await group.reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }
        }
        print(
            "\(count) seeds in \((ContinuousClock.now - began).formatted(.units(allowed: [.seconds], fractionalPart: .show(length: 1))))"
        )
        for (seed, violations) in failed.sorted(by: { $0.key < $1.key }) {
            print("seed \(seed): \(violations.first ?? "")")
        }
        for seed in failed.keys.sorted().prefix(3) {
            let simulation = Simulation(seed: seed, isTraced: true)
            let violations = simulation.run()
            let tail = (simulation.lines ?? []).suffix(60).joined(separator: "\n")
            Issue.record("seed \(seed): \(violations.joined(separator: "; "))\n\(tail)")
        }
        #expect(failed.isEmpty, "CARILLON_SIMULATION_SEED=n replays one: \(failed.keys.sorted())")
    }

    @Test func `a seed runs the same way each time, to the last message`() {
        for seed in UInt64(0)..<12 {
            let (first, second) = (Simulation(seed: seed, isTraced: true), Simulation(seed: seed, isTraced: true))
            #expect(first.run() == second.run())
            let (one, other) = (first.lines ?? [], second.lines ?? [])
            let place = zip(one, other).enumerated().first { $0.element.0 != $0.element.1 }
            #expect(
                place == nil, "seed \(seed) parts at line \(place?.offset ?? 0): \(place.map { "\($0.element)" } ?? "")"
            )
            #expect(one.count == other.count && one.count > 200)
        }
    }

    private func replay(_ seed: UInt64) {
        let simulation = Simulation(seed: seed, isTraced: true)
        let violations = simulation.run()
        print((simulation.lines ?? []).joined(separator: "\n"))
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
    }
}
