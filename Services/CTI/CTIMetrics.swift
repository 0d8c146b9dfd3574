import Metrics

/// Every metric of cti.
struct CTIMetrics: Sendable {
    private let inputs = Counter(label: "cti_shard_inputs_total")
    private let dropped = Counter(label: "cti_shard_inputs_dropped_total")
    private let turn = Timer(label: "cti_shard_turn_seconds")
    private let takeOver = Timer(label: "cti_take_over_seconds")
    private let callsStarted = Counter(label: "cti_calls_started_total")
    private let callsEnded = Counter(label: "cti_calls_ended_total")
    private let repairs = Counter(label: "cti_repairs_total")
    private let requestsFailed = Counter(label: "cti_requests_failed_total")
    private let calls = Gauge(label: "cti_calls")
    private let agents = Gauge(label: "cti_agents_signed_in")
    private let depth = Gauge(label: "cti_shard_inbox_depth")
    private let desks = Gauge(label: "cti_desks_connected")

    func tookInput(for duration: Duration) {
        inputs.increment()
        turn.record(duration: duration)
    }

    func inbox(depth: Int) { self.depth.record(depth) }
    func droppedInput() { dropped.increment() }
    func tookOver(in duration: Duration) { takeOver.record(duration: duration) }
    func callStarted() { callsStarted.increment() }
    func callEnded() { callsEnded.increment() }
    func repaired() { repairs.increment() }
    func requestFailed() { requestsFailed.increment() }
    func holds(calls: Int, agents: Int) {
        self.calls.record(calls)
        self.agents.record(agents)
    }
    func shows(desks: Int) { self.desks.record(desks) }
}
