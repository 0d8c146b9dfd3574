import Contracts

/// Every tenant of the shards that this instance owns: which shards are ours, what cti last said of each, and when to ask
/// again. Pure, like the ``RoutingState`` of each tenant within it.
struct RoutingFloor: Sendable {
    enum Input: Sendable {
        case shardAcquired(Shard)
        case shardLost(Shard)
        case settingsChanged(TenantID, RoutingSettings)
        /// Who is to be called back, as it was read.
        case callbacksChanged(TenantID, [WaitingCallback])
        /// All settings there are have come.
        case settingsComplete
        /// cti answered what it was asked at that time.
        case snapshotTaken(Shard, ShardSnapshot, askedAt: Timestamp)
        case tenant(TenantID, RoutingState.Input)
        case timePassed
    }

    enum Action: Equatable {
        case tenant(TenantID, RoutingState.Action)
        case askForSnapshot(Shard)
        /// A queue's figures, once a second.
        case tick(TenantID, QueueFigures)
        case tickAgents(TenantID, [AgentFigures])
    }

    private struct OwnedShard {
        /// The stream of the cti instance that spoke last; nil before the first snapshot.
        var speaker: String?
        var isAsking = true
        var asksAgainAt: Timestamp
        var mustAskAgain = false
    }

    static let reconcileEvery = Duration.seconds(5)
    static let tickEvery = Duration.seconds(1)
    /// Every so many ticks all agents are told of, not only those of whom something changed.
    static let ticksOfAll = 10

    /// Whether work that is no call is read, so that a new owner waits a moment for it.
    private let awaitsWork: Bool
    private var shards: [Shard: OwnedShard] = [:]
    private(set) var tenants: [TenantID: RoutingState] = [:]
    private var settings: [TenantID: RoutingSettings] = [:]
    /// Of tenants routed elsewhere as well: their shards may become ours.
    private var callbacks: [TenantID: [WaitingCallback]] = [:]
    /// Whether a queue we do not know is one that does not exist.
    private(set) var hasSettings = false
    private var ticksAt = Timestamp(microseconds: 0)
    private var ticks = 0
    /// What was told last of each agent.
    private var toldAgents: [TenantID: [AgentID: AgentFigures]] = [:]

    init(awaitsWork: Bool = false) { self.awaitsWork = awaitsWork }

    /// Whether the tenant's calls are routed here.
    func owns(_ tenant: TenantID) -> Bool { shards[.of(tenant)] != nil }

    func owns(_ shard: Shard) -> Bool { shards[shard] != nil }

    /// Whether somebody set the queue up.
    func knows(_ queue: QueueID, of tenant: TenantID) -> Bool { settings[tenant]?.queues[queue] != nil }

    /// Whom callers of a queue are to have, by the settings that were read.
    func preferredAgents(in queue: QueueID, of tenant: TenantID) -> [PreferredAgentRule] {
        settings[tenant]?.queues[queue]?.queue.preferredAgents ?? []
    }

    mutating func handle(_ input: Input, at now: Timestamp) -> [Action] {
        switch input {
        case .shardAcquired(let shard): return shardAcquired(shard, at: now)
        case .shardLost(let shard): return shardLost(shard)
        case .settingsChanged(let tenant, let settings): return settingsChanged(tenant, settings, at: now)
        case .settingsComplete: hasSettings = true
        case .callbacksChanged(let tenant, let waiting):
            callbacks[tenant] = waiting
            guard owns(tenant), !open(tenant, at: now) else { return [] }
            return handle(.callbacksChanged(waiting), of: tenant, at: now)
        case .snapshotTaken(let shard, let snapshot, let askedAt):
            return snapshotTaken(shard, snapshot, askedAt: askedAt, at: now)
        case .tenant(let tenant, let input): return handle(input, of: tenant, at: now)
        case .timePassed: return timePassed(at: now)
        }
        return []
    }

    // MARK: - Shards

    private mutating func shardAcquired(_ shard: Shard, at now: Timestamp) -> [Action] {
        guard shards[shard] == nil else { return [] }
        shards[shard] = OwnedShard(asksAgainAt: now.adding(Self.reconcileEvery))
        for tenant in settings.keys where Shard.of(tenant) == shard { _ = open(tenant, at: now) }
        return [.askForSnapshot(shard)]
    }

    private mutating func shardLost(_ shard: Shard) -> [Action] {
        shards[shard] = nil
        tenants = tenants.filter { Shard.of($0.key) != shard }
        toldAgents = toldAgents.filter { Shard.of($0.key) != shard }
        return []
    }

    private mutating func snapshotTaken(
        _ shard: Shard, _ snapshot: ShardSnapshot, askedAt: Timestamp, at now: Timestamp
    ) -> [Action] {
        guard let owned = shards[shard] else { return [] }
        shards[shard]?.speaker = snapshot.stream
        shards[shard]?.isAsking = false
        let waiting = Dictionary(grouping: snapshot.waiting, by: \.tenant)
        let offered = Dictionary(grouping: snapshot.offered, by: \.call.tenant)
        let agents = Dictionary(grouping: snapshot.agents, by: \.tenant)
        let all = Set(tenants.keys).union(waiting.keys).union(offered.keys).union(agents.keys)
        var actions: [Action] = []
        for tenant in all.sorted() where Shard.of(tenant) == shard {
            _ = open(tenant, at: now)
            let part = TenantSnapshot(
                waiting: waiting[tenant] ?? [], offered: offered[tenant] ?? [], agents: agents[tenant] ?? [],
                askedAt: askedAt, isNewSpeaker: owned.speaker != snapshot.stream)
            actions += handle(.snapshotTaken(part), of: tenant, at: now)
        }
        if owned.mustAskAgain { actions += ask(shard, at: now) }
        return actions
    }

    private mutating func ask(_ shard: Shard, at now: Timestamp) -> [Action] {
        guard let owned = shards[shard] else { return [] }
        // An answer under way may be older than what made us ask, so it is asked again after it.
        guard !owned.isAsking else {
            shards[shard]?.mustAskAgain = true
            return []
        }
        shards[shard]?.isAsking = true
        shards[shard]?.mustAskAgain = false
        shards[shard]?.asksAgainAt = now.adding(Self.reconcileEvery)
        return [.askForSnapshot(shard)]
    }

    // MARK: - Tenants

    private mutating func settingsChanged(
        _ tenant: TenantID, _ new: RoutingSettings, at now: Timestamp
    ) -> [Action] {
        let old = settings[tenant] ?? RoutingSettings()
        // Two readings at once may come in the wrong order.
        guard new.version >= old.version else { return [] }
        settings[tenant] = new
        guard owns(tenant) else { return [] }
        if open(tenant, at: now) { return [] }
        return new.inputs(since: old).flatMap { handle($0, of: tenant, at: now) }
    }

    /// - Returns: whether it was not open yet.
    private mutating func open(_ tenant: TenantID, at now: Timestamp) -> Bool {
        guard tenants[tenant] == nil, let owned = shards[.of(tenant)] else { return false }
        var state = RoutingState()
        state.awaitsWork = awaitsWork
        for input in (settings[tenant] ?? RoutingSettings()).inputs(since: RoutingSettings()) {
            _ = state.handle(input, at: now)
        }
        _ = state.handle(.callbacksChanged(callbacks[tenant] ?? []), at: now)
        // Its shard was told of already, and nothing was said of this tenant.
        if owned.speaker != nil { _ = state.handle(.snapshotTaken(TenantSnapshot(askedAt: now)), at: now) }
        tenants[tenant] = state
        return true
    }

    private mutating func handle(_ input: RoutingState.Input, of tenant: TenantID, at now: Timestamp) -> [Action] {
        guard owns(tenant) else { return [] }
        _ = open(tenant, at: now)
        let made = tenants[tenant]?.handle(input, at: now) ?? []
        return made.flatMap { action -> [Action] in
            guard action == .askForSnapshot else { return [.tenant(tenant, action)] }
            return ask(.of(tenant), at: now)
        }
    }

    // MARK: - Time

    private mutating func timePassed(at now: Timestamp) -> [Action] {
        var actions: [Action] = []
        for (shard, owned) in shards where owned.asksAgainAt <= now && !owned.isAsking {
            actions += ask(shard, at: now)
        }
        for tenant in tenants.keys { actions += handle(.timePassed, of: tenant, at: now) }
        guard ticksAt <= now else { return actions }
        ticksAt = now.adding(Self.tickEvery)
        for (tenant, state) in tenants {
            for queue in state.queues.keys {
                guard let figures = state.figures(of: queue), figures.isWorthTelling else { continue }
                actions.append(.tick(tenant, figures))
            }
            actions += tickAgents(of: tenant, state)
        }
        ticks &+= 1
        return actions
    }

    private mutating func tickAgents(of tenant: TenantID, _ state: RoutingState) -> [Action] {
        let figures = state.agentFigures()
        let told = toldAgents[tenant] ?? [:]
        toldAgents[tenant] = Dictionary(figures.map { ($0.agentID, $0) }) { first, _ in first }
        let news = ticks % Self.ticksOfAll == 0 ? figures : figures.filter { told[$0.agentID] != $0 }
        return stride(from: 0, to: news.count, by: AgentsTicked.most).map { first in
            .tickAgents(tenant, Array(news.dropFirst(first).prefix(AgentsTicked.most)))
        }
    }
}

extension QueueFigures {
    /// Whether anybody waits or works there.
    fileprivate var isWorthTelling: Bool {
        waiting + offered + agentsReady + agentsBusy + agentsPaused + (work ?? 0) > 0
    }
}
