import Foundation

/// How soon the telephone of an agent who becomes free is called, while callers wait: from the moment that cti made him
/// ready, as reporting has it, to the INVITE at his telephone, as the telephone saw it.
struct FreeAgents: Sendable {
    /// What an agent did, as reporting tells it.
    struct Span: Decodable, Equatable, Sendable {
        let status: String
        let callID: String?
        /// Microseconds since 1970.
        let since: Int64
        let until: Int64?
    }

    struct Page: Decodable, Sendable {
        let items: [Span]
        let nextCursor: String?
    }

    /// When each telephone was called, in the lines `invited 2001 1800000000000000` that it prints.
    static func invitations(in words: String) -> [String: [Int64]] {
        words.split(separator: "\n").reduce(into: [:]) { found, line in
            let parts = line.split(separator: " ")
            guard parts.count == 3, parts[0] == "invited", let time = Int64(parts[2]) else { return }
            found[String(parts[1]), default: []].append(time)
        }
    }

    /// Milliseconds from each time that the agent became ready to his telephone being called, if the caller who was given to
    /// him had been waiting then.
    ///
    /// - Parameter queued: when each call came into line.
    static func delays(_ spans: [Span], invited: [Int64], queued: [String: Int64]) -> [Double] {
        zip(spans, spans.dropFirst()).compactMap { ready, next in
            guard ready.status == "ready", next.status == "ringing", let call = next.callID,
                let came = queued[call], came < ready.since,
                let call = invited.first(where: { $0 >= ready.since })
            else { return nil }
            return Double(call - ready.since) / 1000
        }
    }

    let center: CallCenter
    let phones: Carrier
    let workplace: Workplace
    let size: CallsSize

    private static let rate = 50.0

    /// Fewer agents than the callers need, so that somebody always waits.
    private var working: Int { max(1, Int(Self.rate * (size.talk + 0.1) * 0.9)) }

    func run(_ desks: [(agent: BenchAgent, desk: SuiteAPI)], _ report: inout Report) async throws {
        guard desks.count >= working else { return }
        try await inParallel(desks.dropFirst(working).map { $0 }) {
            try await $0.desk.ask("POST", "/cti/v1/agents/me/pause", ["reason": "bench"])
        }
        let began = Int64(Date().timeIntervalSince1970 * 1e6)
        let step = CallsStep(center: center, phones: phones, rate: Self.rate, size: size)
        let result = try await step.run(workplace)
        let queued = result.records.records.reduce(into: [String: Int64]()) { $0[$1.callID] = $1.queuedAt }
        let invited = Self.invitations(in: phones.child.words)
        var delays: [Double] = []
        for (agent, _) in desks.prefix(working) {
            let spans = try await spans(of: agent, since: began)
            delays += Self.delays(spans, invited: (invited[agent.phone] ?? []).filter { $0 >= began }, queued: queued)
        }
        let all = Percentiles(delays)
        let line =
            "  free agents: \(all.count) called while others waited, p50 \(Report.text(of: all[50])) ms, p99 \(Report.text(of: all[99])) ms\n"
        FileHandle.standardError.write(Data(line.utf8))
        report.add("agent becomes free → his telephone is called, at 50 calls/s, p50", all[50], "ms")
        report.add("· p99 of \(all.count)", all[99], "ms", target: .atMost(20))
        if delays.isEmpty { report.problems.append("Nobody waited for an agent: \(result.line)") }
        try await inParallel(desks) { try? await $0.desk.ask("POST", "/cti/v1/agents/me/ready") }
    }

    private func spans(of agent: BenchAgent, since began: Int64) async throws -> [Span] {
        var all: [Span] = []
        var cursor: String?
        repeat {
            let path =
                "/reporting/v1/agents/\(agent.id)/timeline?limit=200&from=\(began)"
                + (cursor.map { "&cursor=\($0)" } ?? "")
            let page = try await center.admin.get(path, as: Page.self)
            all += page.items
            cursor = page.nextCursor
        } while cursor != nil
        return all
    }
}
