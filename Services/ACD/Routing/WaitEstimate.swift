import Contracts

/// How long callers of one queue will wait, learnt from how fast those before them were answered, and how wrong that was.
struct WaitEstimate: Sendable, Equatable {
    /// From one answer to the next while callers waited; nil before two such answers.
    private(set) var interval: Int64?
    /// How far off the estimates of answered callers were, either way; nil before the first.
    private(set) var error: Int64?
    /// When a caller was answered whom others were waiting behind; nil if the line was empty then.
    private var answeredAt: Timestamp?

    /// How long a call takes if nothing has been learnt yet.
    static let usualCall: Int64 = 180_000_000
    /// Nobody is told that he will wait for longer than that.
    static let longest: Int64 = 86_400_000_000

    /// - Parameters:
    ///   - position: 1 is next.
    ///   - agents: those who are ready or busy.
    /// - Returns: microseconds; nil if nobody would answer.
    func microseconds(at position: Int, agents: Int) -> Int64? {
        guard agents > 0 else { return nil }
        let step = interval ?? Self.usualCall / Int64(agents)
        let (product, overflow) = step.multipliedReportingOverflow(by: Int64(max(position, 0)))
        return overflow ? Self.longest : min(product, Self.longest)
    }

    /// A caller was answered.
    /// - Parameter behind: how many wait after him.
    mutating func answered(waited: Int64, estimated: Int64?, behind: Int, at now: Timestamp) {
        if let answeredAt {
            let sample = min(max(now.microseconds(since: answeredAt), 0), Self.longest)
            interval = Self.mean(interval, sample)
        }
        answeredAt = behind > 0 ? now : nil
        guard let estimated else { return }
        let off = min(max(waited, 0), Self.longest) - estimated
        error = Self.mean(error, abs(off))
    }

    /// Nobody waits any more, so that the time to the next answer says nothing.
    mutating func lineIsEmpty() { answeredAt = nil }

    /// The last weighs an eighth.
    private static func mean(_ mean: Int64?, _ sample: Int64) -> Int64 {
        mean.map { $0 + (sample - $0) / 8 } ?? sample
    }
}
