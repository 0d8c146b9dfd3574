import Contracts

/// When a queue takes no more callers, and who takes them then.
struct OverflowRules: Codable, Sendable, Equatable {
    /// With so many waiting it is full.
    var mostWaiting: Int?
    /// Whoever would wait longer by the estimate does not begin to.
    var longestEstimateSeconds: Int?
    /// Nobody waits where no member with the queue's skills is signed in.
    var ifNobodySignedIn: Bool?
    /// The agents of this queue take the call instead. Without it the call is refused, and its flow goes on at
    /// `onNoAgents`.
    var queue: QueueID?

    /// - Returns: nil if the caller may wait.
    func reason(waiting: Int, agentsSignedIn: Int, estimate: Int64?) -> OverflowReason? {
        if let mostWaiting, waiting >= mostWaiting { return .queueFull }
        if ifNobodySignedIn == true, agentsSignedIn <= 0 { return .nobodySignedIn }
        if let longestEstimateSeconds, let estimate, estimate > Int64(longestEstimateSeconds) * 1_000_000 {
            return .waitTooLong
        }
        return nil
    }

    /// - Throws: `Failure.invalid`
    func checked() throws -> OverflowRules {
        guard (mostWaiting.map { (1...50_000).contains($0) } ?? true),
            (longestEstimateSeconds.map { (1...86_400).contains($0) } ?? true),
            (queue.map { QueueID.isAcceptable($0.rawValue) } ?? true)
        else {
            throw Failure(
                .invalid,
                "overflow: mostWaiting is 1 to 50000, longestEstimateSeconds 1 to 86400, and queue the id of a queue.",
                code: "overflowInvalid")
        }
        return self
    }
}

/// A call that the agents of another queue take. It keeps its own queue's name, and the time it came.
struct Overflow: Sendable, Equatable {
    let queue: QueueID
    let reason: OverflowReason
}
