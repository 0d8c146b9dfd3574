import Contracts

/// What became of one try to reach a number.
enum AttemptResult: String, Codable, Sendable, CaseIterable {
    /// The customer talked with an agent.
    case connected
    /// The customer answered and was gone before an agent was.
    case abandoned
    case busy, noAnswer, rejected, notFound, unavailable
    /// The agent who had it dialled hung up before anybody answered.
    case givenUp
    /// It was answered, but not by a person.
    case machine, fax
    /// It went wrong on our side.
    case failed

    /// The result that a finished call stands for.
    init(_ call: CallEnded) {
        let kinds = Set(call.segments.map(\.kind))
        if kinds.contains(.talk) || kinds.contains(.hold) {
            self = .connected
            return
        }
        switch call.reason {
        case .busy: self = .busy
        case .noAnswer: self = .noAnswer
        case .rejected: self = .rejected
        case .notFound: self = .notFound
        case .abandoned: self = .abandoned
        case .machine: self = .machine
        case .fax: self = .fax
        case .unavailable: self = kinds.contains(.queue) ? .abandoned : .unavailable
        case .agentHungUp where call.calledFor?.agentID != nil && kinds.isSubset(of: [.dial]): self = .givenUp
        case .customerHungUp, .agentHungUp, .flowEnded, .transferred, .systemFailed:
            self = kinds.contains(.queue) || kinds.contains(.ring) ? .abandoned : .failed
        }
    }

    /// Whether the number is done with, however many tries are left.
    var isFinal: Bool { self == .connected || self == .notFound || self == .fax }
}

/// Whether and when a number is tried again.
enum RetryRule {
    /// - Returns: nil if the number is done with.
    static func nextTry(
        after result: AttemptResult, attempts: Int, of most: Int, retrySeconds: Int, endedAt: Timestamp
    ) -> Timestamp? {
        guard !result.isFinal, attempts < most else { return nil }
        return endedAt.adding(.seconds(retrySeconds))
    }
}
