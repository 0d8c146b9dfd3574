import SIP

/// How a call went.
struct CallOutcome: Sendable {
    var wasAnswered = false
    /// From the INVITE to the answer.
    var setup: Duration?
    /// From the answer to the end.
    var duration: Duration = .zero
    /// `by us`, `by peer`, `refused 486` …
    var ended = ""
    var sound = StreamReport()
}

extension SIPCallEnd {
    /// In a few words, for people.
    var words: String {
        switch self {
        case .byPeer: "by peer"
        case .cancelled: "cancelled"
        case .refused(let response): "refused \(response.status.code)"
        case .byUs: "by us"
        case .timedOut(let limit): "timed out: \(limit)"
        }
    }
}
