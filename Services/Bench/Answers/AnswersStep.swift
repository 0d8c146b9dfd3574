import Foundation

/// Calls at one rate for a while: what they cost, and whether all went well.
struct AnswersStep {
    struct Result: Sendable {
        let rate: Int
        /// Answered and ended.
        let calls: Int
        let callsPerSecond: Double
        /// CPU time of the media-server process.
        let millisecondsPerCall: Double
        /// Why the rate did not hold; nil if it did.
        let problem: String?

        var line: String {
            """
            \(rate)/s asked, \(Report.text(of: callsPerSecond))/s answered and ended, \
            \(Report.text(of: millisecondsPerCall)) ms of CPU a call\(problem.map { ": \($0)" } ?? "")
            """
        }
    }

    let media: MediaProcess
    let watch: LegWatch
    let rate: Int
    let seconds: Int

    private var count: Int { rate * seconds }

    func run(place: String) async throws -> Result {
        watch.reset()
        let caller = SippCaller(media: media, rate: rate, count: count, place: place)
        guard let before = ProcessTime(media.child.pid) else { throw BenchFailure("The media-server is gone.") }
        let told = try await caller.run(within: Double(seconds) * 3 + 30)
        // Until the last facts have been told and stored: they belong to the cost.
        _ = try? await eventually("the end of all legs", within: 5) { watch.ended >= told.successful ? true : nil }
        try await Task.sleep(for: .milliseconds(500))
        guard let after = ProcessTime(media.child.pid) else { throw BenchFailure("The media-server is gone.") }
        let calls = max(told.successful, 1)
        return Result(
            rate: rate, calls: told.successful,
            callsPerSecond: told.rate,
            millisecondsPerCall: (after.own - before.own) * 1_000 / Double(calls), problem: problem(told))
    }

    private func problem(_ told: SippCounts) -> String? {
        if told.failed > 0 { return "\(told.failed) of \(told.created) calls failed" }
        if told.successful < count { return "only \(told.successful) of \(count) calls were answered and ended" }
        if told.retransmissions > 0 { return "\(told.retransmissions) messages were sent again" }
        if watch.answered < count || watch.ended < count {
            return "facts tell of \(watch.answered) answers and \(watch.ended) ends of \(count)"
        }
        if told.rate < Double(rate) * 0.95 {
            return "sipp could not call that fast"
        }
        return nil
    }
}
