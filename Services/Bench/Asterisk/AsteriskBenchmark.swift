import Foundation

/// The same calls, by the same callers to the same telephones, through Asterisk's app_queue: what a call costs there, on the
/// same machine in the same hour.
struct AsteriskBenchmark: Sendable {
    struct Result: Equatable, Sendable {
        let rate: Double
        /// CPU milliseconds a call.
        let cost: Double
        /// Why the rate did not hold; nil if it did.
        let problem: String?
    }

    /// Calls a second, as far as the agents can serve them; half of that if they are few.
    static func rates(agents: Int, talk: Double) -> [Double] {
        let most = Double(agents) / (talk + 0.15)
        let rates = [50, 70, 86, 100, 120].filter { $0 <= most }
        return rates.isEmpty ? [most / 2] : rates
    }

    /// What the design asks of a call in the suite, as a part of what it says of one in Asterisk: 5 ms of 12.4.
    static let wanted = 5 / 12.4

    let program: String
    let workplace: Workplace
    let agents: [BenchAgent]
    let size: CallsSize

    /// - Parameter suite: what a call has cost the suite, in CPU milliseconds.
    func run(_ report: inout Report, suite: Double) async throws {
        let asterisk = try await Asterisk.start(program, workplace, agents, size)
        do {
            let ports = asterisk.configuration
            let phones = try await BenchPhones.start(
                workplace, agents, sipPort: ports.sipPort, reserved: ports.rtpPorts, password: asterisk.passwordFile)
            var best: Result?
            do {
                for rate in Self.rates(agents: size.agents, talk: size.talk) {
                    let result = try await step(asterisk, rate)
                    FileHandle.standardError.write(Data("  \(asterisk.version): \(result.line)\n".utf8))
                    guard result.problem == nil else { break }
                    best = result
                }
            } catch {
                _ = await phones.stop()
                throw error
            }
            _ = await phones.stop()
            guard let best else { throw BenchFailure("No rate held with \(asterisk.version).") }
            report.add("the same calls through the queue of \(asterisk.version)", best.rate, "calls/s")
            report.add("· CPU", best.cost, "ms/call")
            report.add("· CPU of the suite as a part of it", suite / best.cost, "", target: .atMost(Self.wanted))
        } catch {
            await asterisk.stop()
            throw error
        }
        await asterisk.stop()
    }

    private func step(_ asterisk: Asterisk, _ rate: Double) async throws -> Result {
        let before = asterisk.completed
        let callers = LoadCallers(
            sipPort: asterisk.configuration.sipPort, reserved: asterisk.configuration.rtpPorts, number: "95001",
            rate: rate, size: size)
        let (summary, used) = try await callers.call(workplace) { _ in
            SuiteTimes(seconds: ProcessTime(asterisk.pid).map { ["asterisk": $0.own] } ?? [:])
        }
        let cost = (used["asterisk"] ?? 0) * 1000 / Double(max(1, callers.count))
        return Result(
            rate: rate, cost: cost,
            problem: Self.problem(summary, completed: asterisk.completed - before, of: callers.count))
    }

    /// A rate holds if every call came to an agent, and an answer did not take so long that callers asked again (RFC 3261,
    /// 17.1.1.1: T1 is half a second).
    static func problem(_ summary: Carrier.Summary, completed: Int, of count: Int) -> String? {
        if summary.failed > 0 { return "\(summary.failed) of \(summary.attempted) calls were not answered" }
        if completed != count { return "\(completed) of \(count) calls came to an agent" }
        if summary.setupMillisecondsP99 >= 500 {
            return "answers took \(Report.text(of: summary.setupMillisecondsP99)) ms (p99), callers asked again"
        }
        return nil
    }
}

extension AsteriskBenchmark.Result {
    fileprivate var line: String {
        "\(Report.text(of: rate))/s, \(Report.text(of: cost)) ms of CPU a call\(problem.map { ": \($0)" } ?? "")"
    }
}
