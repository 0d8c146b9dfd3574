import Contracts

extension OfferOutcome {
    /// What an agent's leg that ended without an answer means.
    init(_ cause: EndCause) {
        self =
            switch cause {
            case .busy: .busy
            case .noAnswer: .noAnswer
            case .rejected, .remote, .local: .rejected
            case .notFound, .unavailable, .congestion, .mediaTimeout, .failed: .failed
            }
    }
}

extension CallEndReason {
    /// What a called number's leg that ended without an answer means.
    init(_ cause: EndCause) {
        self =
            switch cause {
            case .busy: .busy
            case .noAnswer: .noAnswer
            case .rejected, .remote, .local: .rejected
            case .notFound: .notFound
            case .unavailable, .congestion: .unavailable
            case .mediaTimeout, .failed: .systemFailed
            }
    }
}
