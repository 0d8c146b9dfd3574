import Cluster
import Contracts
import ServiceKit
import ServiceLifecycle

/// Campaigns: dials numbers of a list, one call for each agent who is free, and keeps what became of them.
///
/// This type is the parts list. The decision itself is in `Pacing/PacingState.swift`.
struct Dialer: Sendable {
    let kit: ServiceContext
    let configuration: DialerConfiguration

    /// Started from first to last, stopped from last to first.
    func services() -> [any Service] {
        let metrics = DialerMetrics()
        let dialler = CampaignDialler(
            bus: kit.bus, attempts: AttemptStore(database: kit.database), metrics: metrics, log: kit.log,
            pulse: configuration.pace)
        let watch = CampaignWatch(campaigns: CampaignStore(database: kit.database), dialler: dialler, log: kit.log)
        return [
            dialler,
            watch,
            EventListener(bus: kit.bus, dialler: dialler, log: kit.log),
            DurableSubscriber(kit, name: "results", from: [.cti], Self.eventHandlers(metrics)),
            ShardKeeper(ownership: kit.cluster.ownership, dialler: dialler),
            kit.application(routes(look: watch.look) + kit.drainRoutes),
        ]
    }

    func routes(look: @escaping @Sendable () async throws -> Void) -> [APIRoute] {
        let campaigns = CampaignStore(database: kit.database)
        let numbers = NumberStore(database: kit.database)
        return CampaignRoutes(campaigns: campaigns, numbers: numbers, look: look).routes
            + AttemptRoutes(campaigns: campaigns, attempts: AttemptStore(database: kit.database)).routes
    }
}
