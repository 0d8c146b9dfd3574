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
        let acquaintances = AcquaintanceStore(database: kit.database)
        let called = CalledNumberStore(database: kit.database)
        let callbacks = CallbackStore(database: kit.database)
        let memory = CallerMemory(acquaintances, bus: kit.bus, log: kit.log)
        let desk = CallbackDesk(callbacks: callbacks, bus: kit.bus, log: kit.log)
        let facts = kit.facts
        let works = WorkDecisions()
        let repairs = RepairJournal(store: RepairStore(database: kit.database), instance: kit.instance, log: kit.log)
        let router = CallRouter(
            bus: kit.bus, log: kit.log, memory: memory, desk: desk, awaitsWork: true,
            mend: { repairs.note($0.sentence, tenant: $1, subject: $0.subject) },
            keepNote: { note in
                facts.publish(note.noted, tenant: note.tenant, time: note.notedAt)
                journal.note(note)
            },
            publish: { facts.publish($0, tenant: $1, time: $2) },
            keepWork: { works.note($0, of: $1) }
        ) { decision in
            facts.publish(decision.decided, tenant: decision.tenant, time: decision.decidedAt)
            journal.note(decision)
        }
        let watch = SettingsWatch(store: RoutingSettingsStore(database: kit.database), log: kit.log) {
            router.send(.settingsChanged($0, $1))
            works.look()  // A tenant that is new here waits for its work.
        } complete: {
            router.send(.settingsComplete)
        }
        let keeper = CallbackKeeper(store: callbacks, bus: kit.bus, log: kit.log) { tenant, waiting in
            router.send(.callbacksChanged(tenant, waiting.map { WaitingCallback($0, of: tenant) }))
        }
        let workKeeper = WorkKeeper(
            store: WorkStore(database: kit.database), decisions: works, router: router,
            publish: { facts.publish($0, tenant: $1, time: $2) }, log: kit.log)
        let cluster = kit.cluster
        let instance = kit.instance
        let counts = DayCountKeeper(
            store: DayCountStore(database: kit.database), router: router, log: kit.log
        ) { shard in
            cluster.owner(of: shard, service: .acd).flatMap { $0.instance == instance ? $0.epoch : nil }
        }
        kit.bus.serve(LookAtWork.self) { _, _ in
            try await workKeeper.refresh()
            return Done()
        }
        RoutingRequests(
            router: router, refresh: watch.refresh, memory: memory, called: called, callbacks: callbacks,
            callbacksChanged: keeper.refresh
        ).serve(on: kit.bus)
        return [
            journal,
            repairs,
            OnBusThread(kit.bus, router),
            watch,
            keeper,
            workKeeper,
            counts,
            OnBusThread(kit.bus, EventListener(bus: kit.bus, router: router, log: kit.log)),
            DurableSubscriber(kit, name: "callers", from: [.cti], Self.eventHandlers()),
            Sweeper(
                acquaintances: acquaintances, called: called, work: WorkStore(database: kit.database), log: kit.log),
            ShardKeeper(ownership: kit.cluster.ownership, router: router, acquired: works.look),
            kit.application(
                routes(desk, refresh: watch.refresh, callbacksChanged: keeper.refresh) + kit.drainRoutes),
        ]
    }

    func routes(
        _ desk: CallbackDesk, refresh: @escaping @Sendable () async throws -> Void,
        callbacksChanged: @escaping @Sendable () async throws -> Void
    ) -> [APIRoute] {
        let queues = QueueStore(database: kit.database)
        let facts = kit.facts
        let work = WorkDesk(
            work: WorkStore(database: kit.database), queues: queues, bus: kit.bus,
            publish: { facts.publish($0, tenant: $1, time: $2) })
        return QueueRoutes(queues: queues, bus: kit.bus, refresh: refresh).routes
            + SkillRoutes(skills: SkillStore(database: kit.database), refresh: refresh).routes
            + RoutingRoutes(bus: kit.bus).routes
            + UnresolvedCaseRoutes(cases: UnresolvedCaseStore(database: kit.database)).routes
            + CallbackRoutes(
                callbacks: desk.callbacks, queues: queues, desk: desk, refresh: callbacksChanged
            ).routes
            + DecisionRoutes(decisions: DecisionStore(database: kit.database)).routes
            + WorkRoutes(desk: work).routes
            + NumberHomeRoutes(homes: NumberHomeStore(database: kit.database), refresh: refresh).routes
            + MediaRoutes(media: MediaStore(database: kit.database), refresh: refresh).routes
            + RepairRoutes(store: RepairStore(database: kit.database)).routes
    }
}
