public import Bus
public import Contracts
public import Database
import Foundation
public import Logging
public import ServiceLifecycle
import Synchronization

/// This instance's membership: shows PostgreSQL that it lives, takes its share of the shards, and knows who else is there.
///
/// What it decides, and why an owner that cannot reach PostgreSQL goes on, is in ``LeaseState``.
public final class Cluster: Service, Directory {
    public let instance: InstanceID
    private let store: ClusterStore?
    private let timing: ClusterTiming
    private let log: Logger
    private let view: Mutex<ClusterView>
    private let wakes = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// - Parameter database: the service's own; a connection beside its pool is used, so that a heartbeat never waits in line.
    public init(
        instance: InstanceID, endpoints: InstanceEndpoints? = nil, publicKey: String? = nil, database: Database,
        timing: ClusterTiming = ClusterTiming(), log: Logger
    ) {
        var configuration = database.configuration
        configuration.poolSize = 1
        configuration.statementTimeout = .seconds(1)
        configuration.lockTimeout = .milliseconds(500)
        configuration.connectTimeout = .seconds(2)
        self.instance = instance
        self.timing = timing
        self.log = log
        store = ClusterStore(Database(configuration, log: log))
        view = Mutex(ClusterView(instance: instance, timing: timing))
        if let endpoints { listens(at: endpoints, publicKey: publicKey) }
    }

    private init(alone instance: InstanceID, epoch: UInt64, log: Logger) {
        self.instance = instance
        self.log = log
        timing = ClusterTiming()
        store = nil
        view = Mutex(ClusterView(instance: instance, owningAllUnder: epoch))
    }

    /// The only instance there is, owner of every shard, without PostgreSQL: for tests.
    public static func alone(_ instance: InstanceID, epoch: UInt64 = 1, log: Logger = Logger(label: "cluster"))
        -> Cluster
    {
        Cluster(alone: instance, epoch: epoch, log: log)
    }

    /// Where the bus of this instance listens; to be told before ``run()``. The bus needs the directory first, and binds.
    public func listens(at endpoints: InstanceEndpoints, publicKey: String? = nil) {
        view.withLock { view in
            view.announced = (endpoints, publicKey)
            view.watchers.changes.yield(())
        }
    }

    // MARK: What others ask

    /// Under which epoch this instance owns the tenant's shard; nil if it does not.
    public func owns(_ tenant: TenantID) -> UInt64? {
        epoch(of: .of(tenant))
    }

    public func epoch(of shard: Shard) -> UInt64? {
        view.withLock { $0.held[shard] }
    }

    /// What this instance owns, with epochs.
    public var shards: [Shard: UInt64] { view.withLock { $0.held } }

    /// What this instance gains and loses. Each reading makes a stream of its own, which begins with what is owned already.
    public var ownership: AsyncStream<OwnershipChange> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: OwnershipChange.self, bufferingPolicy: .bufferingNewest(64 * Shard.count))
        view.withLock { view in
            for (shard, epoch) in view.held.sorted(by: { $0.key < $1.key }) {
                continuation.yield(.acquired(shard, epoch: epoch))
            }
            view.watchers.ownership.add(continuation)
        }
        return stream
    }

    public func endpoints() -> [InstanceID: InstanceEndpoints] { view.withLock { $0.endpoints } }

    public func owner(of shard: Shard, service: ServiceName) -> (instance: InstanceID, epoch: UInt64)? {
        view.withLock { $0.owner(of: shard, service: service) }
    }

    public func draining() -> Set<InstanceID> { view.withLock { $0.draining } }

    /// Whether this instance is to give its shards away.
    public var isDraining: Bool { view.withLock { $0.isDraining } }

    /// How many others of the service take shards: to none of them nothing can be given.
    public var takers: Int { view.withLock { $0.takers } }

    /// Whether every shard is another's by now: what this instance gave away has been taken.
    public var isGivenAway: Bool {
        view.withLock { view in
            view.held.isEmpty && Shard.all.allSatisfy { view.owner(of: $0, service: instance.service) != nil }
        }
    }

    public func isSure() -> Bool {
        view.withLock { view in view.isRunning ? view.wakefulness.isSure(at: .now) : true }
    }

    public func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        view.withLock { $0.watchers.changes.add(continuation) }
        return stream
    }

    // MARK: Leaving

    /// What is done with shards between giving them up and telling PostgreSQL so, when another may take them: what has
    /// been begun is ended, what is to be stored is stored. Waited for no longer than half a time to live.
    public func beforeRelease(_ finish: @escaping @Sendable ([Shard]) async -> Void) {
        view.withLock { $0.beforeRelease = finish }
    }

    private func handOver(_ shards: [Shard]) async {
        guard let finish = view.withLock({ $0.beforeRelease }) else { return }
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        // Neither is a child: a hand-over that hangs must not keep this instance from being heard.
        let work = Task {
            await finish(shards)
            end.finish()
        }
        let limit = Task { [timing] in
            try? await Task.sleep(for: timing.timeToLive / 2)
            end.finish()
        }
        for await _ in ends {}
        work.cancel()
        limit.cancel()
    }

    /// Tells others to give this instance nothing new, or to do so again. Its shards go as in ``drain()``, and may come back.
    public func setDraining(_ isDraining: Bool) {
        view.withLock { view in
            if !view.isStopping { view.isDraining = isDraining }
        }
        wakes.continuation.yield()
    }

    /// Gives all shards away to others, as soon as there are any; the instance goes on working otherwise. Returns when they
    /// are given away.
    public func drain() async {
        let changes = changes()
        view.withLock { $0.isDraining = true }
        wakes.continuation.yield()
        if isDrained { return }
        for await _ in changes where isDrained { return }
    }

    private var isDrained: Bool { view.withLock { $0.held.isEmpty || !$0.isRunning } }

    // MARK: The loop

    /// Takes part until shut down; then gives its shards away and leaves.
    public func run() async throws {
        guard let store else { return try await gracefulShutdown() }
        view.withLock { $0.isRunning = true }
        defer {
            view.withLock { view in
                view.isRunning = false
                view.watchers.changes.yield(())
            }
        }
        try await withThrowingTaskGroup { group in
            group.addTask { try await self.clock() }
            defer { group.cancelAll() }
            try await withGracefulShutdownHandler {
                try await turns(store)
            } onGracefulShutdown: {
                self.view.withLock { view in
                    view.isDraining = true
                    view.isStopping = true
                }
                self.wakes.continuation.yield()
            }
        }
        await store.database.close()
    }

    private func clock() async throws {
        while !Task.isCancelled {
            view.withLock { $0.wakefulness.tick(at: .now) }
            wakes.continuation.yield()
            try? await Task.sleep(for: timing.tick)
        }
    }

    private func turns(_ store: ClusterStore) async throws {
        var state = LeaseState(instance: instance, timeToLive: timing.timeToLive)
        var isInContact = true
        var farewells = 0
        for await _ in wakes.stream {
            let begun = ContinuousClock.now
            defer { view.withLock { $0.wakefulness.asked(begunAt: begun) } }
            do {
                try await turn(&state, store)
                if !isInContact { log.notice("cluster reached again") }
                isInContact = true
            } catch let error as DatabaseError {
                if isInContact { log.warning("cluster not reached", metadata: ["error": "\(error)"]) }
                isInContact = false
            }
            guard view.withLock({ $0.isStopping }) else { continue }
            farewells += 1
            if state.held.isEmpty && isInContact {
                if let incarnation = state.incarnation { try? await store.leave(instance, incarnation: incarnation) }
                return
            }
            // Whoever cannot say good-bye is missed after the time to live.
            if farewells > 2 { return }
        }
    }

    /// One turn of the loop: be heard, look, and act, until there is nothing left to do.
    func turn(_ state: inout LeaseState) async throws {
        guard let store else { return }
        try await turn(&state, store)
    }

    private func turn(_ state: inout LeaseState, _ store: ClusterStore) async throws {
        let (wantsDrain, leaves) = view.withLock { ($0.isDraining, $0.isStopping) }
        if wantsDrain != state.isDraining || leaves {
            try await perform(state.handle(leaves ? .leave : wantsDrain ? .drain : .undrain), &state, store)
        }
        try await beHeard(&state, store)
        // Declaring down, claiming and seeing what was got are three looks; a fourth for whoever was faster.
        for _ in 0..<4 {
            let observation = try await store.observe()
            let actions = state.handle(.observed(observation))
            show(observation, state)
            try await perform(actions, &state, store)
            if actions.allSatisfy(\.isAnnouncement) { return }
        }
    }

    private func beHeard(_ state: inout LeaseState, _ store: ClusterStore) async throws {
        guard let incarnation = state.incarnation else {
            guard let (endpoints, publicKey) = view.withLock({ $0.announced }) else {
                throw ClusterError("\(instance) cannot join the cluster before it is known where its bus listens.")
            }
            let incarnation = try await store.join(
                instance, endpoints, publicKey: publicKey, timeToLive: timing.timeToLive)
            log.info("joined the cluster", metadata: ["instance": "\(instance)", "incarnation": "\(incarnation)"])
            try await perform(state.handle(.joined(incarnation: incarnation)), &state, store)
            return
        }
        let pulse = try await store.beat(
            instance, incarnation: incarnation, state.isDraining ? .draining : .up, timeToLive: timing.timeToLive)
        switch pulse {
        case .alive: break
        case .rejoined(let incarnation):
            log.warning("was declared down; joined the cluster again", metadata: ["incarnation": "\(incarnation)"])
            try await perform(state.handle(.declaredDown), &state, store)
            try await perform(state.handle(.joined(incarnation: incarnation)), &state, store)
        case .superseded:
            try await perform(state.handle(.declaredDown), &state, store)
            throw ClusterError("Another process runs as \(instance); this one stops.")
        }
    }

    private func perform(_ actions: [LeaseState.Action], _ state: inout LeaseState, _ store: ClusterStore) async throws
    {
        for action in actions {
            switch action {
            case .announce(let change):
                announce(change)
            case .declareDown(let peer, let incarnation):
                log.warning("instance declared down", metadata: ["peer": "\(peer)", "incarnation": "\(incarnation)"])
                try await store.declareDown(peer, incarnation: incarnation, timeToLive: timing.timeToLive)
            case .claim(let shards):
                guard let incarnation = state.incarnation else { continue }
                try await store.claim(shards, for: instance, incarnation: incarnation)
            case .release(let shards):
                guard let incarnation = state.incarnation else { continue }
                await handOver(shards)
                try await store.release(shards, of: instance, incarnation: incarnation)
            }
        }
    }

    // MARK: The view

    private func announce(_ change: OwnershipChange) {
        view.withLock { view in
            view.apply(change)
            // Within the lock, so that a new stream neither misses nor repeats a change.
            view.watchers.ownership.yield(change)
            view.watchers.changes.yield(())
        }
        switch change {
        case .acquired(let shard, let epoch):
            log.debug("shard acquired", metadata: ["shard": "\(shard)", "epoch": "\(epoch)"])
        case .lost(let shard): log.debug("shard lost", metadata: ["shard": "\(shard)"])
        }
    }

    private func show(_ observation: Observation, _ state: LeaseState) {
        view.withLock { view in
            if view.update(observation, state) { view.watchers.changes.yield(()) }
        }
    }
}

/// Why an instance cannot be part of the cluster, in one sentence.
public struct ClusterError: Error, Equatable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

extension LeaseState.Action {
    fileprivate var isAnnouncement: Bool {
        if case .announce = self { true } else { false }
    }
}
