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
        do {
            try await center.make(agents, isRecorded: size.isRecorded)
            let phones = try await startPhones(center)
            do {
                let desks = try await center.signIn(agents)
                if size.tellsDelay {
                    let free = FreeAgents(center: center, phones: phones, workplace: workplace, size: size)
                    try await free.run(desks, &report)
                }
                try await climb(center, phones, desks, &report)
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
    }

    private func startPhones(_ center: CallCenter) async throws -> Carrier {
        let first = try FreePorts.block(2_010, apartFrom: center.places.rtpPorts)
        let phones = try await Carrier.start(
            workplace,
            [
                "--listen", "127.0.0.1:\(first)", "--switch", "127.0.0.1:\(center.places.sipPort)", "--rtp-ports",
                "\(first + 10)-\(first + 2_008)", "--phones-listen", "127.0.0.1:\(first + 2)", "--phones",
                "\(agents.first?.phone ?? "")-\(agents.last?.phone ?? "")", "--password-file",
                center.places.passwordFile,
                "--answer-after", "0", "--totals", "--tell-invitations",
            ], output: "\(workplace.path)/phones.log")
        try await eventually("the registration of all telephones", within: 60) {
            phones.child.words.split(separator: "\n").filter { $0.hasPrefix("registered ") }.count >= agents.count
                ? true : nil
        }
        return phones
    }

    private func climb(
        _ center: CallCenter, _ phones: Carrier, _ desks: [(agent: BenchAgent, desk: SuiteAPI)],
        _ report: inout Report
    ) async throws {
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
        Self.compare(&report)
    }

    /// What others did with calls of three seconds on a machine like this one before they began to send requests again.
    private static func compare(_ report: inout Report) {
        report.add("for comparison: Asterisk's app_queue", 86, "calls/s")
        report.add("· CPU", 12.4, "ms/call")
        report.add("for comparison: FreeSWITCH's mod_callcenter", 60, "calls/s")
        report.add("· CPU", 17, "ms/call")
    }
}
