import Bus
import Contracts
import Logging
import ServiceLifecycle
import Synchronization

/// Routes calls to agents: takes inputs one at a time, asks ``RoutingFloor`` what to do, and does it.
struct CallRouter: Service {
    /// What comes into the inbox.
    private enum Message: Sendable {
        case input(RoutingFloor.Input)
        /// Made when its turn comes, and only for a tenant that is routed here.
        case tenant(TenantID, @Sendable () -> RoutingState.Input?)
        case question(Question)
    }

    /// Something that is answered by the loop itself, after all inputs before it.
    private struct Question: Sendable {
        let answer: @Sendable (inout RoutingFloor, Timestamp) -> [RoutingFloor.Action]
        /// The loop will not come to it.
        let lose: @Sendable () -> Void
    }

    private static let inboxCapacity = 200_000

    let bus: any Bus
    let metrics: ACDMetrics
    let log: Logger
    /// Publishes and keeps a decision.
    let keep: @Sendable (Decision) -> Void
    /// Notes what was found wrong and put right.
    let mend: @Sendable (Drift, TenantID) -> Void
    /// Publishes and keeps what else was decided of a call.
    let keepNote: @Sendable (DecisionNote) -> Void
    /// Publishes what else happened.
    let publish: @Sendable (any Fact, TenantID, Timestamp) -> Void
    /// Whether work that is no call is read and told to us.
    let awaitsWork: Bool
    /// Stores what was decided of work that is no call.
    let keepWork: @Sendable (WorkDecision, TenantID) -> Void
    /// What is known of a caller; without it nothing is.
    let memory: CallerMemory?
    /// Has agents call people back; without it nobody is.
    let desk: CallbackDesk?
    let now: @Sendable () -> Timestamp
    /// How often time is told to the decision.
    private let pulse: Duration
    private let inbox = AsyncStream.makeStream(of: Message.self, bufferingPolicy: .bufferingOldest(inboxCapacity))
    private let routed = RoutedShards()

    init(
        bus: any Bus, metrics: ACDMetrics = ACDMetrics(), log: Logger, pulse: Duration = .milliseconds(200),
        now: @escaping @Sendable () -> Timestamp = { .now() }, memory: CallerMemory? = nil,
        desk: CallbackDesk? = nil, awaitsWork: Bool = false,
        mend: @escaping @Sendable (Drift, TenantID) -> Void = { _, _ in },
        keepNote: @escaping @Sendable (DecisionNote) -> Void = { _ in },
        publish: @escaping @Sendable (any Fact, TenantID, Timestamp) -> Void = { _, _, _ in },
        keepWork: @escaping @Sendable (WorkDecision, TenantID) -> Void = { _, _ in },
        keep: @escaping @Sendable (Decision) -> Void
    ) {
        self.memory = memory
        self.desk = desk
        self.keepNote = keepNote
        self.publish = publish
        self.keepWork = keepWork
        self.awaitsWork = awaitsWork
        self.bus = bus
        self.metrics = metrics
        self.log = log
        self.pulse = pulse
        self.now = now
        self.keep = keep
        self.mend = mend
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { tasks in
                tasks.addTask { await tellTime() }
                var floor = RoutingFloor(awaitsWork: awaitsWork)
                for await message in inbox.stream {
                    let begun = ContinuousClock.now
                    let time = now()
                    let actions =
                        switch message {
                        case .input(let input): floor.handle(input, at: time)
                        case .tenant(let tenant, let make):
                            floor.owns(tenant) ? make().map { floor.handle(.tenant(tenant, $0), at: time) } ?? [] : []
                        case .question(let question): question.answer(&floor, time)
                        }
                    metrics.turnTook(.now - begun)
                    for action in actions { perform(action, at: time, in: &tasks) }
                }
                tasks.cancelAll()
            }
        } onGracefulShutdown: {
            inbox.continuation.finish()
        }
    }

    // MARK: - The inbox

    func send(_ input: RoutingFloor.Input) {
        if case .shardAcquired(let shard) = input { routed.add(shard) }
        put(.input(input))
        if case .shardLost(let shard) = input { routed.remove(shard) }
    }

    /// An input that costs something to make: it is made only if the tenant is routed here. Of others nobody is woken up.
    func send(to tenant: TenantID, _ make: @escaping @Sendable () -> RoutingState.Input?) {
        if routed.contains(.of(tenant)) { put(.tenant(tenant, make)) }
    }

    /// How long facts may gather before we hear of them: an agent who is free is not to wait, but where all that is told was
    /// of others' tenants for a while, it can wait a little.
    var patience: Duration { routed.isBusy ? .zero : .milliseconds(50) }

    /// What the state says after all inputs so far.
    /// - Throws: what the question throws; `Failure.unavailable` while the router is not running.
    func ask<Answer: Sendable>(
        _ question: @escaping @Sendable (RoutingFloor) throws(Failure) -> Answer
    ) async throws -> Answer {
        try await carry { (floor, _) throws(Failure) in (try question(floor), []) }
    }

    /// Changes the state, unless `check` refuses, and returns when that is done.
    /// - Throws: what `check` throws; `Failure.unavailable` if the tenant is not routed here.
    func tell(
        _ tenant: TenantID, _ input: RoutingState.Input,
        check: @escaping @Sendable (RoutingFloor) throws(Failure) -> Void = { _ in }
    ) async throws {
        try await carry { (floor, now) throws(Failure) in
            guard floor.owns(tenant) else {
                throw .notRouted(tenant)
            }
            try check(floor)
            return ((), floor.handle(.tenant(tenant, input), at: now))
        }
    }

    private func carry<Answer: Sendable>(
        _ work: @escaping @Sendable (inout RoutingFloor, Timestamp) throws(Failure) -> (Answer, [RoutingFloor.Action])
    ) async throws -> Answer {
        let result: Result<Answer, Failure> = await withCheckedContinuation { waiter in
            let question = Question { floor, now in
                do throws(Failure) {
                    let (answer, actions) = try work(&floor, now)
                    waiter.resume(returning: .success(answer))
                    return actions
                } catch {
                    waiter.resume(returning: .failure(error))
                    return []
                }
            } lose: {
                waiter.resume(returning: .failure(Failure(.unavailable, "The router does not run.")))
            }
            put(.question(question))
        }
        return try result.get()
    }

    private func put(_ message: Message) {
        switch inbox.continuation.yield(message) {
        case .enqueued(let free): metrics.inbox(depth: Self.inboxCapacity - free)
        case .dropped(let lost):
            metrics.inputLost()
            if case .question(let question) = lost { question.lose() }
        case .terminated: if case .question(let question) = message { question.lose() }
        @unknown default: break
        }
    }

    private func tellTime() async {
        while (try? await Task.sleep(for: pulse)) != nil { send(.timePassed) }
    }
}

/// The shards that are the router's, or are about to be: read by whoever hears of their tenants, before the inbox.
///
/// What comes before a shard is added is in the snapshot that is asked for behind that.
private final class RoutedShards: Sendable {
    private struct State {
        var shards: Set<Shard> = []
        var lastFound = ContinuousClock.now
    }

    private let state = Mutex(State())

    /// Whether one of them was asked for within the last seconds.
    var isBusy: Bool { state.withLock { ContinuousClock.now - $0.lastFound < .seconds(2) } }

    func contains(_ shard: Shard) -> Bool {
        state.withLock { state in
            guard state.shards.contains(shard) else { return false }
            state.lastFound = .now
            return true
        }
    }

    func add(_ shard: Shard) { state.withLock { _ = $0.shards.insert(shard) } }
    func remove(_ shard: Shard) { state.withLock { _ = $0.shards.remove(shard) } }
}
