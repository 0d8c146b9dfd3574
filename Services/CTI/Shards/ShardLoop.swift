import Bus
import Contracts
import Logging
import Synchronization

/// Runs one shard for as long as this instance owns it: takes inputs one at a time, asks ``ShardState`` what to do, and has
/// ``ShardPerformer`` do it.
///
/// First it takes over: what the media-servers and PostgreSQL know becomes calls and agents again. What comes in
/// meanwhile waits in the inbox. When it is stopped it decides no more, and has a moment to end what was begun, so that
/// the next owner finds it done; what could not be done then is dropped, for the next owner to put right.
final class ShardLoop: Sendable {
    enum Message: Sendable {
        case fact(LegFact, tenant: TenantID, on: InstanceID, stream: String, number: UInt64, at: Timestamp)
        case input(ShardInput)
        /// The same, for somebody who waits to hear why it was refused, or what became of it.
        case command(ShardInput, @Sendable (Failure?, ShardState) -> Void)
        /// Answered from the state as it is, and the number of the fact stream that it is true at.
        case question(@Sendable (ShardState, _ number: UInt64) -> Void)
    }

    /// More waiting than this is a loop that stands still; the reconciler puts right what was dropped.
    static let inboxCapacity = 65_536

    let shard: Shard
    let epoch: UInt64
    private let tools: ShardTools
    private let messages: AsyncStream<Message>
    private let inbox: AsyncStream<Message>.Continuation
    private let stops = AsyncStream.makeStream(of: Void.self)
    private let stopped = Mutex(false)
    private let isTaken = Mutex(false)
    private let end = Latch()

    init(shard: Shard, epoch: UInt64, tools: ShardTools) {
        self.shard = shard
        self.epoch = epoch
        self.tools = tools
        (messages, inbox) = AsyncStream.makeStream(
            of: Message.self, bufferingPolicy: .bufferingOldest(Self.inboxCapacity))
    }

    func send(_ message: Message) {
        switch inbox.yield(message) {
        case .enqueued(let free): tools.metrics.inbox(depth: Self.inboxCapacity - free)
        case .dropped:
            tools.metrics.droppedInput()
            tools.log.error("inbox full, input dropped", metadata: ["shard": "\(shard)"])
        default: break
        }
    }

    /// Ends the loop: the state is dropped at once, and whoever still waits is told to ask elsewhere.
    func stop() {
        stopped.withLock { $0 = true }
        inbox.finish()
        stops.continuation.finish()
    }

    /// Returns when nothing more is begun.
    func ended() async { await end.wait() }

    /// Whether it has taken over, and decides by now.
    var isWorking: Bool { isTaken.withLock { $0 } && !isStopped }

    private var isStopped: Bool { Task.isCancelled || stopped.withLock { $0 } }

    func run() async {
        await BusFence.$epoch.withValue(epoch) {
            await withTaskGroup(of: Void.self) { race in
                race.addTask { await self.work() }
                race.addTask {
                    for await _ in self.stops.stream {}
                    try? await Task.sleep(for: self.tools.drain)
                }
                await race.next()
                race.cancelAll()
                inbox.finish()
                // A request that is still unanswered is waited for here, and by nobody else.
                end.open()
            }
        }
        tools.log.debug("shard given up", metadata: ["shard": "\(shard)"])
    }

    private func work() async {
        await withDiscardingTaskGroup { group in
            var performer = ShardPerformer(loop: self, tools: tools)
            if var (state, heads) = await takeOver(&performer, &group) {
                isTaken.withLock { $0 = true }
                for await message in messages {
                    if !tools.directory.isSure() { await beSure() }
                    if isStopped { break }
                    handle(message, &state, &heads, &performer, &group)
                }
            }
            // Whoever still waits for an answer gets one as his message is dropped.
            inbox.finish()
            for await _ in messages {}
            performer.finish()
        }
    }

    /// When a fact happened: just now, unless it has waited for a take-over. No clock of another host is trusted further.
    static func time(of toldAt: Timestamp, at now: Timestamp) -> Timestamp {
        (1_000_000...15_000_000).contains(now.microseconds(since: toldAt)) ? toldAt : now
    }

    /// Who was stopped for a while decides nothing before he knows that the shard is still his.
    private func beSure() async {
        tools.log.warning(
            "stopped for a while: asks first whether the shard is its own", metadata: ["shard": "\(shard)"])
        while !isStopped, !tools.directory.isSure() || !isOwner { try? await Task.sleep(for: .milliseconds(10)) }
    }

    private var isOwner: Bool {
        let owner = tools.directory.owner(of: shard, service: .cti)
        return owner?.instance == tools.bus.instance && owner?.epoch == epoch
    }

    private func handle(
        _ message: Message, _ state: inout ShardState, _ heads: inout [String: UInt64],
        _ performer: inout ShardPerformer, _ group: inout DiscardingTaskGroup
    ) {
        let began = ContinuousClock.now
        switch message {
        case .fact(let fact, let tenant, let instance, let stream, let number, let toldAt):
            // Already part of what was taken over; but of who came and went before, nothing was found.
            if let head = heads[stream], number <= head, !fact.comesOrGoes { return }
            let time = Self.time(of: toldAt, at: tools.now())
            perform(state.handle(.leg(fact, tenant: tenant, on: instance), at: time), &performer, &group)
        case .input(let input): perform(state.handle(input, at: tools.now()), &performer, &group)
        case .command(let input, let answer):
            let actions = state.handle(input, at: tools.now())
            perform(actions, &performer, &group)
            answer(actions.refusal, state)
        case .question(let answer): answer(state, tools.facts.statistics.published)
        }
        tools.metrics.tookInput(for: .now - began)
    }

    private func perform(
        _ actions: [ShardAction], _ performer: inout ShardPerformer, _ group: inout DiscardingTaskGroup
    ) {
        for action in actions { performer.perform(action, &group) }
    }

    // MARK: Take-over

    private func takeOver(
        _ performer: inout ShardPerformer, _ group: inout DiscardingTaskGroup
    ) async -> (ShardState, heads: [String: UInt64])? {
        let began = ContinuousClock.now
        while !isStopped {
            do {
                guard let books = tools.library.books(of: shard) else {
                    try await tools.library.refresh()
                    continue
                }
                var state = ShardState(
                    shard: shard, epoch: epoch, pausesAfterMissed: tools.pausesAfterMissed, books: books)
                let (inheritance, heads) = try await inherit(books)
                let actions = state.takeOver(inheritance, at: tools.now())
                perform(actions, &performer, &group)
                tools.metrics.tookOver(in: .now - began)
                tools.log.debug(
                    "shard taken over",
                    metadata: [
                        "shard": "\(shard)", "calls": "\(state.calls.count)", "agents": "\(state.agents.count)",
                        "took": "\(ContinuousClock.now - began)",
                    ])
                return (state, heads)
            } catch {
                tools.log.warning("shard not taken over yet", metadata: ["shard": "\(shard)", "error": "\(error)"])
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        return nil
    }

    private func inherit(_ books: [TenantID: TenantBook]) async throws -> (ShardInheritance, [String: UInt64]) {
        // What this instance itself still had to say, if the shard was its own a moment ago.
        try await tools.writeBehind.write()
        async let stored = tools.store.load(shard, epoch: epoch)
        async let found = tools.legs(of: [shard], tenant: shard.someTenant)
        let (lists, silent) = await found
        let (agents, calls) = try await stored
        tools.writeBehind.loaded(calls, of: shard)
        var inheritance = ShardInheritance(agents: agents, calls: calls, silent: silent)
        var heads: [String: UInt64] = [:]
        for (instance, list) in lists.sorted(by: { $0.key < $1.key }) {
            heads[list.stream] = list.number
            inheritance.legs += list.legs.filter { Shard.of($0.tenant) == shard }.map { (instance, $0) }
        }
        // Calls on a media-server that is not there at all are left to the reconciler, which is patient.
        let present = Set(lists.keys)
        inheritance.silent.formUnion(calls.map(\.mediaServer).filter { !present.contains($0) })
        let contexts = inheritance.legs.compactMap { ShardState.call(in: $0.leg.context) }
        let needed = ShardState.versionsNeeded(calls + contexts, books)
        inheritance.flows = try await tools.flows.flows(needed)
        inheritance.missed = tools.gaps.missed(in: shard)
        inheritance.told = tools.gaps.agents(in: shard)
        inheritance.ended = tools.gaps.ended(in: shard)
        return (inheritance, heads)
    }
}
