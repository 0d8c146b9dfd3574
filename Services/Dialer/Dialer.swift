import Cluster
import Contracts
import ServiceKit
import ServiceLifecycle

/// Campaigns: dials numbers of a list, one call for each agent who is free, and keeps what became of them.
///
/// This type is the parts list. The decision itself is in `Pacing/PacingState.swift`; who looks at which record,
/// in `Previews/PreviewState.swift`.
struct Dialer: Sendable {
    let kit: ServiceContext
    let configuration: DialerConfiguration

    /// Started from first to last, stopped from last to first.
    func services() -> [any Service] {
        let metrics = DialerMetrics()
        let dialler = CampaignDialler(
            bus: kit.bus, attempts: AttemptStore(database: kit.database), metrics: metrics, log: kit.log,
            pulse: configuration.pace)
        let previews = PreviewDesk(
            dialling: PreviewDialling(
                bus: kit.bus, previews: PreviewStore(database: kit.database),
                attempts: AttemptStore(database: kit.database), metrics: metrics, log: kit.log),
            campaigns: CampaignStore(database: kit.database), pulse: configuration.pace)
        let watch = CampaignWatch(campaigns: CampaignStore(database: kit.database), dialler: dialler, log: kit.log)
        return [
            dialler,
            previews,
            watch,
            EventListener(bus: kit.bus, dialler: dialler, previews: previews, log: kit.log),
            DurableSubscriber(kit, name: "results", from: [.cti], Self.eventHandlers(metrics)),
            ShardKeeper(ownership: kit.cluster.ownership, dialler: dialler, previews: previews),
            kit.application(
                routes(look: watch.look) + PreviewRoutes(desk: previews).routes + kit.drainRoutes),
        ]
    }

    func routes(look: @escaping @Sendable () async throws -> Void) -> [APIRoute] {
        let campaigns = CampaignStore(database: kit.database)
        let numbers = NumberStore(database: kit.database)
        return CampaignRoutes(campaigns: campaigns, numbers: numbers, look: look).routes
            + DoNotCallRoutes(store: DoNotCallStore(database: kit.database)).routes
            + AttemptRoutes(campaigns: campaigns, attempts: AttemptStore(database: kit.database)).routes
    }
}
