import Bus
import Cluster
import Contracts
import ServiceKit
import ServiceLifecycle

/// Automatic call distribution: puts callers in line and offers each to an agent.
///
/// This type is the parts list. The decision itself is in `Routing/RoutingState.swift`.
struct ACD: Sendable {
    let kit: ServiceContext
    let configuration: ACDConfiguration

    /// Started from first to last, stopped from last to first.
    func services() -> [any Service] {
        let decisions = DecisionStore(database: kit.database)
        let journal = DecisionJournal(store: decisions, keptFor: configuration.decisionsKept, log: kit.log)
        let facts = kit.facts
        let repairs = RepairJournal(store: RepairStore(database: kit.database), instance: kit.instance, log: kit.log)
        let mend = { @Sendable (drift: Drift, tenant: TenantID) in
            repairs.note(drift.sentence, tenant: tenant, subject: drift.subject)
        }
        let router = CallRouter(bus: kit.bus, log: kit.log, mend: mend) { decision in
            facts.publish(decision.decided, tenant: decision.tenant, time: decision.decidedAt)
            journal.note(decision)
        }
        let watch = SettingsWatch(store: RoutingSettingsStore(database: kit.database), log: kit.log) {
            router.send(.settingsChanged($0, $1))
        } complete: {
            router.send(.settingsComplete)
        }
        RoutingRequests(router: router, refresh: watch.refresh).serve(on: kit.bus)
        return [
            journal,
            repairs,
            router,
            watch,
            EventListener(bus: kit.bus, router: router, log: kit.log),
            ShardKeeper(ownership: kit.cluster.ownership, router: router),
            kit.application(routes(refresh: watch.refresh) + kit.drainRoutes),
        ]
    }

    func routes(refresh: @escaping @Sendable () async throws -> Void) -> [APIRoute] {
        QueueRoutes(queues: QueueStore(database: kit.database), bus: kit.bus, refresh: refresh).routes
            + SkillRoutes(skills: SkillStore(database: kit.database), refresh: refresh).routes
            + RoutingRoutes(bus: kit.bus).routes
            + DecisionRoutes(decisions: DecisionStore(database: kit.database)).routes
            + RepairRoutes(store: RepairStore(database: kit.database)).routes
    }
}
