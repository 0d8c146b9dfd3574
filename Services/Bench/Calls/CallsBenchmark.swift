import Foundation

/// How many calls a second go through IVR, queue and agent, with every process and PostgreSQL on this machine, and what a
/// call costs each process.
///
/// The rate is raised step by step until calls fail, callers wait longer, or the calls no longer begin in time. The best
/// step that held is told.
struct CallsBenchmark {
    let workplace: Workplace
    let size: CallsSize

    init(_ workplace: Workplace, _ size: CallsSize) {
        self.workplace = workplace
        self.size = size
    }

    private var agents: [BenchAgent] { (0..<size.agents).map { BenchAgent(number: $0) } }

    func run(_ report: inout Report) async throws {
        guard let root = ProcessInfo.processInfo.environment["CARILLON_ROOT"] else {
            throw BenchFailure("CARILLON_ROOT does not name the checkout; deploy/bench sets it.")
        }
        let center = try await CallCenter.start(workplace, root: root)
        var best: CallsStep.Result?
        do {
            try await center.make(agents, size)
            let phones = try await BenchPhones.start(
                workplace, agents, sipPort: center.places.sipPort, reserved: center.places.rtpPorts,
                password: center.places.passwordFile)
            do {
                let desks = try await center.signIn(agents)
                if size.tellsDelay {
                    let free = FreeAgents(center: center, phones: phones, workplace: workplace, size: size)
                    try await free.run(desks, &report)
                }
                best = try await climb(center, phones, desks, &report)
            } catch {
                _ = await phones.stop()
                throw error
            }
            _ = await phones.stop()
        } catch {
            await center.stop()
            throw error
        }
        await center.stop()
        try await compare(best, &report)
    }

    private func climb(
        _ center: CallCenter, _ phones: Carrier, _ desks: [(agent: BenchAgent, desk: SuiteAPI)],
        _ report: inout Report
    ) async throws -> CallsStep.Result? {
        var best: CallsStep.Result?
        for rate in size.rates {
            let step = CallsStep(center: center, phones: phones, rate: rate, size: size)
            let result = try await step.run(workplace)
            FileHandle.standardError.write(Data("  calls: \(result.line)\n".utf8))
            guard result.problem == nil else {
                report.add("first rate that did not hold", rate, "calls/s")
                if best == nil { report.problems.append("At \(rate) calls/s: \(result.problem ?? "")") }
                break
            }
            best = result
            // Whoever missed a call is paused.
            try await inParallel(desks) { try? await $0.desk.ask("POST", "/cti/v1/agents/me/ready") }
        }
        best?.add(to: &report, size)
        return best
    }

    /// With the machine's own Asterisk, if one is named.
    private func compare(_ best: CallsStep.Result?, _ report: inout Report) async throws {
        guard let program = size.asterisk else { return Self.quote(&report) }
        guard let best else { return }
        try await AsteriskBenchmark(program: program, workplace: workplace, agents: agents, size: size)
            .run(&report, suite: best.ours)
    }

    /// What others did with calls of three seconds on a machine like this one before they began to send requests again.
    private static func quote(_ report: inout Report) {
        report.add("for comparison: Asterisk's app_queue", 86, "calls/s")
        report.add("· CPU", 12.4, "ms/call")
        report.add("for comparison: FreeSWITCH's mod_callcenter", 60, "calls/s")
        report.add("· CPU", 17, "ms/call")
    }
}
