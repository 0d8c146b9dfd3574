import Bus
import Cluster
import Contracts
import Database
import Logging
import ServiceKit
import ServiceLifecycle

/// Computer-telephony integration: what each call does next, and what each agent is doing.
///
/// This type is the parts list. What a call does is decided in `Calls/CallState.swift`, what an agent does in
/// `Agents/AgentState.swift`, and both are carried out by `Shards/ShardLoop.swift`.
struct CTI: Sendable {
    let configuration: CTIConfiguration
    let bus: any Bus
    let tools: ShardTools
    let shards: Shards
    let desks: DeskFeed
    let gate: ControlGate
    let flows: FlowStore
    let library: FlowLibrary

    init(
        _ configuration: CTIConfiguration, bus: any Bus, directory: any Directory,
        ownership: AsyncStream<OwnershipChange>, facts: FactJournal, database: Database, log: Logger,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        let store = ShardStore(database: database)
        flows = FlowStore(database: database)
        library = FlowLibrary(store: flows, log: log)
        tools = ShardTools(
            bus: bus, directory: directory, facts: facts, library: library, flows: flows, store: store,
            writeBehind: WriteBehind(store: store, log: log), timers: Timers(now: now), gaps: GapMemory(),
            counters: FlowCounters(store: flows, log: log),
            repairs: RepairJournal(
                store: RepairStore(database: database), instance: bus.instance, log: log, now: now),
            requests: FlowRequests(
                hosts: FlowHosts(configuration.flowHosts), secrets: FlowSecretStore(database: database), log: log),
            metrics: CTIMetrics(),
            pausesAfterMissed: configuration.pausesAfterMissed, drain: configuration.drain, now: now, log: log)
        for fact in facts.leftBehind() { tools.gaps.heard(fact, isLeft: true) }
        shards = Shards(ownership: ownership, tools: tools)
        gate = ControlGate(bus: bus)
        desks = DeskFeed(bus: bus, gate: gate, gaps: tools.gaps, metrics: tools.metrics, log: log)
        self.configuration = configuration
        self.bus = bus
        serveRequests()
    }

    /// Started from first to last, stopped from last to first.
    func services() -> [any Service] {
        [
            tools.writeBehind, tools.repairs, tools.counters, library, BooksListener(bus: bus, library: library),
            onBusThread(tools.timers), onBusThread(shards),
            onBusThread(
                LegFollower(
                    follower: FactFollower(
                        bus: bus, services: [.mediaServer], log: tools.log, patience: { [shards] in shards.patience }),
                    shards: shards, gaps: tools.gaps)),
            Reconciler(shards: shards, tools: tools, interval: configuration.reconcileEvery),
            onBusThread(desks),
            SessionKeeper(shards: shards, tools: tools, present: { [desks] in desks.present }),
        ]
    }

    /// From a leg's fact to the next command it is a fraction of a millisecond, if no thread has to be woken up for it.
    private func onBusThread(_ service: any Service) -> any Service { OnBusThread(bus, service) }

    /// Runs all parts until cancelled: where there is no service group, as in tests.
    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for service in services() { group.addTask { try await service.run() } }
        }
    }

    /// The HTTP API.
    func routes() -> [APIRoute] {
        let flowRoutes = FlowRoutes(flows: flows, library: library, bus: bus)
        return AgentRoutes(gate: gate, desks: desks, library: library).routes
            + CallRoutes(gate: gate, bus: bus, library: library).routes
            + SupervisionRoutes(gate: gate, library: library).routes
            + DeskRoutes(desks: DeskStore(database: flows.database), library: library, bus: bus).routes
            + flowRoutes.routes + flowRoutes.draftRoutes + flowRoutes.trialRoutes
            + FlowSecretRoutes(secrets: FlowSecretStore(database: flows.database)).routes
            + NumberListRoutes(flows: flows, library: library, bus: bus).routes
            + ConferenceRoutes(flows: flows, library: library, gate: gate, bus: bus).routes
            + RecordingRuleRoutes(rules: RecordingRuleStore(database: flows.database), library: library, bus: bus)
            .routes
            + RepairRoutes(store: RepairStore(database: flows.database)).routes
    }
}
