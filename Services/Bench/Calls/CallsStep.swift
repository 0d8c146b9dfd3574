import Foundation

/// Calls at one rate for a while, and whether all went well.
struct CallsStep {
    /// Callers in line who wait longer than this mean that the suite does not keep up: agents are free all the time.
    private static let longestWait = 2.0

    struct Result: Sendable {
        let records: ContactRecords
        /// CPU milliseconds a call, by process.
        let cost: [String: Double]
        let packetsLost: Int
        let rate: Double
        /// Why the rate did not hold; nil if it did.
        let problem: String?

        var line: String {
            """
            \(Report.text(of: rate))/s asked, \(Report.text(of: records.rate))/s begun, \(records.right) of \
            \(records.records.count) right, wait p99 \(Report.text(of: records.waits[99])) s, \
            \(Report.text(of: ours)) ms of CPU a call in the suite\
            \(problem.map { ": \($0)" } ?? "")
            """
        }

        func add(to report: inout Report, _ size: CallsSize) {
            report.add(
                "calls/s asked for, through \(size.isDirect ? "" : "IVR → ")queue → agent, \(size.agents) agents, \(size.talk) s of talk, sound "
                    + (size.isRecorded ? "recorded" : "not recorded"), rate, "calls/s",
                target: .atLeast(150))
            report.add("· begun", records.rate, "calls/s")
            report.add("· calls made, each with its record", Double(records.right), "calls")
            report.add("· wait in line until the agent spoke, p50", records.waits[50] * 1000, "ms")
            report.add("· wait in line until the agent spoke, p99", records.waits[99] * 1000, "ms")
            report.add("· packets that callers missed", Double(packetsLost), "packets")
            for (name, milliseconds) in cost.sorted(by: { $0.key < $1.key }) {
                report.add("· CPU of \(name)", milliseconds, "ms/call")
            }
            report.add("· CPU of the suite without PostgreSQL and callers", ours, "ms/call", target: .atMost(5))
        }

        /// CPU milliseconds a call of all processes of the suite.
        var ours: Double { cost.filter { !Self.aside.contains($0.key) }.values.reduce(0, +) }

        private static let aside: Set<String> = ["PostgreSQL", "callers", "phones"]
    }

    let center: CallCenter
    let phones: Carrier
    let rate: Double
    let size: CallsSize

    private var callers: LoadCallers {
        LoadCallers(
            sipPort: center.places.sipPort, reserved: center.places.rtpPorts, number: center.places.number, rate: rate,
            size: size)
    }

    private var count: Int { callers.count }

    func run(_ workplace: Workplace) async throws -> Result {
        let began = Int64(Date().timeIntervalSince1970 * 1e6)
        let (summary, used) = try await callers.call(workplace) { callers in
            SuiteTimes.now(
                state: center.places.state, others: ["phones": phones.child.pid, "callers": callers])
        }
        let records = try await records(since: began)
        return Result(
            records: records, cost: used.mapValues { $0 * 1000 / Double(max(1, count)) },
            packetsLost: summary.packetsLost, rate: rate, problem: problem(summary, records))
    }

    private func problem(_ summary: Carrier.Summary, _ records: ContactRecords) -> String? {
        if summary.failed > 0 {
            let ends = summary.refusals.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
            return "\(summary.failed) of \(summary.attempted) calls were not answered: \(ends.joined(separator: ", "))"
        }
        if records.ended != count { return "\(records.ended) of \(count) calls have a finished record" }
        if records.right != count { return "\(count - records.right) calls did not reach an agent or do not add up" }
        if records.waits[99] > Self.longestWait {
            return "callers waited \(Report.text(of: records.waits[99])) s in line (p99)"
        }
        if records.rate < rate * 0.95 { return "only \(Report.text(of: records.rate)) calls/s began" }
        return nil
    }

    /// Waits until each call has a finished record, twenty seconds at most; then what there is counts.
    private func records(since began: Int64) async throws -> ContactRecords {
        var last = ContactRecords(records: [])
        let deadline = ContinuousClock.now + .seconds(20)
        repeat {
            last = try await read(since: began)
            if last.ended >= count { break }
            try await Task.sleep(for: .milliseconds(500))
        } while ContinuousClock.now < deadline
        return last
    }

    private func read(since began: Int64) async throws -> ContactRecords {
        var all: [ContactRecords.Record] = []
        var cursor: String?
        repeat {
            let path = "/reporting/v1/contacts?limit=200&from=\(began)" + (cursor.map { "&cursor=\($0)" } ?? "")
            let page = try await center.admin.get(path, as: ContactRecords.Page.self)
            all += page.items
            cursor = page.nextCursor
        } while cursor != nil
        return ContactRecords(records: all)
    }
}
