import SIP

/// Many calls, so many at a time: the load of a benchmark.
struct Load: Sendable {
    let calls: Int
    let concurrent: Int
    let callsPerSecond: Double

    func run(_ callers: Callers, _ carrier: Carrier, at destination: HostPort) async -> LoadSummary {
        var callers = callers
        var summary = LoadSummary()
        let clock = ContinuousClock()
        var due = clock.now
        await withTaskGroup(of: CallOutcome.self) { group in
            for number in 0..<calls where !Task.isCancelled {
                if number >= concurrent, let outcome = await group.next() { summary.add(outcome) }
                try? await clock.sleep(until: due)
                due = max(due, clock.now - .seconds(1)) + .seconds(1 / callsPerSecond)
                let (from, plan) = callers.next()
                group.addTask { [to = callers.to] in await carrier.call(to, from: from, at: destination, plan) }
            }
            for await outcome in group { summary.add(outcome) }
        }
        return summary
    }
}

/// What came of a load.
struct LoadSummary: Sendable {
    private(set) var attempted = 0
    private(set) var answered = 0
    /// Answered, and ended by the other side or by the network before the caller hung up.
    private(set) var dropped = 0
    /// What the calls that nobody answered ended with, and how many of them.
    private(set) var refusals: [String: Int] = [:]
    private var setups: [Double] = []
    private var sent = 0
    private var received = 0
    private var lost = 0
    private var delays = DelayHistogram()

    var failed: Int { attempted - answered }

    mutating func add(_ outcome: CallOutcome) {
        attempted += 1
        if outcome.wasAnswered { answered += 1 } else { refusals[outcome.ended, default: 0] += 1 }
        if outcome.wasAnswered, outcome.ended != SIPCallEnd.byUs.words { dropped += 1 }
        if let setup = outcome.setup { setups.append(setup / .milliseconds(1)) }
        sent += outcome.sound.sent
        received += outcome.sound.received
        lost += outcome.sound.lost
        delays.add(outcome.sound.delays)
    }

    /// The nearest-rank percentile of the set-up times, in milliseconds; 0 when there are none.
    func setup(percentile: Double) -> Double {
        let sorted = setups.sorted()
        let rank = Int((percentile / 100 * Double(sorted.count)).rounded(.up))
        return sorted.dropFirst(max(rank, 1) - 1).first ?? 0
    }

    private struct Report: Encodable {
        let attempted, answered, dropped, failed: Int
        let refusals: [String: Int]
        let setupMillisecondsP50, setupMillisecondsP99: Double
        let packetsSent, packetsReceived, packetsLost: Int
        /// Nil if packets were not stamped.
        let packetMicrosecondsP50, packetMicrosecondsP99: Double?
    }

    var json: String {
        encoded(
            Report(
                attempted: attempted, answered: answered, dropped: dropped, failed: failed, refusals: refusals,
                setupMillisecondsP50: (setup(percentile: 50) * 10).rounded() / 10,
                setupMillisecondsP99: (setup(percentile: 99) * 10).rounded() / 10, packetsSent: sent,
                packetsReceived: received, packetsLost: lost, packetMicrosecondsP50: delay(50),
                packetMicrosecondsP99: delay(99)))
    }

    private func delay(_ percent: Double) -> Double? {
        delays.isEmpty ? nil : delays.percentile(percent).rounded()
    }
}
