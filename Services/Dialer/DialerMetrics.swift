import Metrics

/// Every metric of the dialer.
struct DialerMetrics: Sendable {
    private let dials = Counter(label: "dialer_calls_dialled")
    private let lost = Counter(label: "dialer_inputs_lost")

    /// A number is dialled.
    func dialled() { dials.increment() }

    /// What became of a record that an agent looked at.
    func previewEnded(_ outcome: Preview.Outcome) {
        Counter(label: "dialer_previews_ended", dimensions: [("outcome", outcome.rawValue)]).increment()
    }

    /// The inbox was full.
    func inputLost() { lost.increment() }

    /// A try came to its end.
    func ended(_ result: AttemptResult) {
        Counter(label: "dialer_attempts_ended", dimensions: [("result", result.rawValue)]).increment()
    }
}
