import ServiceKit

/// What an operator can set for cti.
///
/// - `missed.offer.pauses` (bool, default true): an agent who does not answer an offer is paused with reason `missed`.
/// - `reconcile.seconds` (seconds, default 5): how often legs, calls and agents are compared.
struct CTIConfiguration: Sendable {
    var pausesAfterMissed = true
    var reconcileEvery: Duration = .seconds(5)

    init() {}

    init(_ settings: Settings) throws(ConfigurationError) {
        pausesAfterMissed = try settings.bool("missed.offer.pauses", default: true)
        reconcileEvery = try settings.seconds("reconcile.seconds", default: 5, in: 0.1...3600)
    }
}
