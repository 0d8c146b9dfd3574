import Contracts
import Metrics

/// Every metric of the ACD.
struct ACDMetrics: Sendable {
    private let offers = Counter(label: "acd_offers")
    private let lost = Counter(label: "acd_inputs_lost")
    private let turns = Timer(label: "acd_turn")
    private let depth = Gauge(label: "acd_inbox_depth")

    /// A call is offered to an agent.
    func offered() { offers.increment() }

    /// How long one decision took.
    func turnTook(_ duration: Duration) { turns.record(duration: duration) }

    /// How many inputs wait for the loop.
    func inbox(depth count: Int) { depth.record(count) }

    /// The inbox was full.
    func inputLost() { lost.increment() }

    /// cti did not make an offer.
    func refused(_ failure: Failure) {
        Counter(label: "acd_offers_refused", dimensions: [("kind", failure.kind.rawValue)]).increment()
    }

    /// We and cti did not agree.
    func repaired(_ kind: Drift.Kind) {
        Counter(label: "acd_drift_repaired", dimensions: [("kind", kind.rawValue)]).increment()
    }

    func figures(_ figures: QueueFigures, of tenant: TenantID) {
        let queue = [("tenant", tenant.rawValue), ("queue", figures.queueID.rawValue)]
        Gauge(label: "acd_calls_waiting", dimensions: queue).record(figures.waiting)
        Gauge(label: "acd_calls_offered", dimensions: queue).record(figures.offered)
        Gauge(label: "acd_agents_ready", dimensions: queue).record(figures.agentsReady)
    }
}
