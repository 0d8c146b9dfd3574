import ServiceKit

/// What an operator can set for cti.
///
/// - `missed.offer.pauses` (bool, default true): an agent who does not answer an offer is paused with reason `missed`.
/// - `drain.seconds` (seconds, default 0.5): how long a shard that is given away has to end what was begun, such as
///   hanging up. Calls of its tenants wait for their next owner meanwhile.
/// - `reconcile.seconds` (seconds, default 5): how often legs, calls and agents are compared.
/// - `flow.hosts` (list, default empty): hosts that flows may ask over HTTP, as `host` or `host:port`, or `tenant=host` for
///   one tenant alone. No other is asked.
struct CTIConfiguration: Sendable {
    var pausesAfterMissed = true
    var drain: Duration = .milliseconds(500)
    var reconcileEvery: Duration = .seconds(5)
    /// Hosts that flows may ask over HTTP: `host`, `host:port`, `tenant=host:port`. None: nobody is asked.
    var flowHosts: [String] = []

    init() {}

    init(_ settings: Settings) throws(ConfigurationError) {
        pausesAfterMissed = try settings.bool("missed.offer.pauses", default: true)
        drain = try settings.seconds("drain.seconds", default: 0.5, in: 0...0.8)
        reconcileEvery = try settings.seconds("reconcile.seconds", default: 5, in: 0.1...3600)
        flowHosts = settings.list("flow.hosts")
    }
}
