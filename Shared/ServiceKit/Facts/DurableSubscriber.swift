public import Bus
public import Contracts
import Database
import Logging
import Metrics
public import ServiceLifecycle

/// Gives each fact of some services its effect in this service's schema, exactly once and in order.
///
/// A batch is one transaction: the effects, and the cursor that says how far each stream has come. Two instances may run
/// the same subscriber: the cursor's row makes them take turns, and what one has done the other drops.
///
/// One that keeps a copy of another's state begins with a ``StateCopy``, because the facts that made the state may be kept no
/// longer; it begins anew with one when it was away for so long that facts are lost.
public final class DurableSubscriber: Service {
    /// After a transaction, so that facts gather for the next: most of what one costs is not its facts.
    private static let gathering: Duration = .milliseconds(200)
    /// With so many at once there is enough to do without gathering.
    private static let plenty = 500

    private let name: String
    private let database: Database
    private let handlers: EventHandlers
    private let follower: FactFollower
    private let copy: (@Sendable () async throws -> StateCopy)?
    private let afterwards: (@Sendable () async -> Void)?
    private let metrics: any MetricsFactory
    private let handled: Counter
    private let log: Logger

    /// - Parameters:
    ///   - name: under which the cursors are kept; never to be changed.
    ///   - copy: asks for the state to begin with; nil for one that wants history.
    ///   - afterwards: after each transaction of facts or of a copy: for what this process keeps of the tables in memory. Also when
    ///     another instance was first.
    public init(
        _ kit: ServiceContext, name: String, from services: [ServiceName], _ handlers: EventHandlers,
        beginningWith copy: (@Sendable () async throws -> StateCopy)? = nil,
        afterwards: (@Sendable () async -> Void)? = nil
    ) {
        self.name = name
        self.copy = copy
        self.afterwards = afterwards
        self.handlers = handlers
        database = kit.database
        metrics = kit.metrics
        handled = Counter(label: "bus_facts_handled", dimensions: [("subscriber", name)], factory: kit.metrics)
        log = kit.log
        // A transaction waits for others anyway.
        follower = FactFollower(bus: kit.bus, services: services, log: kit.log, patience: { .milliseconds(50) })
    }

    /// How following goes.
    public var statistics: FactFollower.Statistics { follower.statistics }

    public func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var pause = Duration.milliseconds(100)
            var isLost = false
            while true {
                let started = ContinuousClock.now
                do {
                    try await self.beginIfNew(anew: isLost)
                    isLost = false
                    try await self.follower.run(from: try await self.cursors(), stopsAtLoss: self.copy != nil) {
                        try await self.take($0)
                    }
                    return
                } catch is CancellationError {
                    return
                } catch {
                    isLost = isLost || error is FactsLost
                    self.log.warning(
                        "facts not handled yet", metadata: ["error": "\(error)", "subscriber": "\(self.name)"])
                    pause =
                        ContinuousClock.now - started > .seconds(10) ? .milliseconds(100) : min(pause * 2, .seconds(2))
                    try await Task.sleep(for: pause)
                }
            }
        }
    }

    /// How far each stream has come.
    func cursors() async throws -> [String: UInt64] {
        let rows = try await database.query("SELECT stream, number FROM bus_cursor WHERE subscriber = \(name)") { row in
            (try row.get("stream") as String, UInt64(clamping: try row.get("number") as Int64))
        }
        return Dictionary(rows, uniquingKeysWith: max)
    }

    /// Puts the owner's state in place of our copy, if there is none yet or it has missed something.
    func beginIfNew(anew: Bool) async throws {
        guard let copy else { return }
        if !anew { guard try await cursors().isEmpty else { return } }
        let state = try await copy()
        let name = name
        let isDone = try await database.transaction(tenant: "*") { connection in
            let last = try connection.lockCursors(of: name, state.heads.keys.sorted())
            // Another instance of this subscriber may have begun before us and be further on.
            guard last.allSatisfy({ $0.value <= state.heads[$0.key, default: 0] }) else { return false }
            try state.replace(connection)
            try connection.run(Connection.moveCursors(of: name, to: state.heads))
            return true
        }
        if isDone { log.info("state copied", metadata: ["subscriber": "\(name)"]) }
        await afterwards?()
    }

    /// Handles a batch in one transaction. If a fact cannot be handled, handles them one by one and skips that one.
    func take(_ facts: [Envelope]) async throws {
        do {
            try await handle(facts)
        } catch let error where !Self.isOurFault(error) {
            throw error
        } catch {
            for fact in facts { try await takeAlone(fact) }
        }
        handled.increment(by: facts.count)
        await afterwards?()
        // Cut short when the subscriber is stopped.
        if facts.count < Self.plenty { try? await Task.sleep(for: Self.gathering) }
    }

    private func takeAlone(_ fact: Envelope) async throws {
        do {
            try await handle([fact])
        } catch let error where !Self.isOurFault(error) {
            throw error
        } catch {
            log.error(
                "fact skipped",
                metadata: [
                    "error": "\(error)", "subscriber": "\(name)", "bus.topic": "\(fact.type)",
                    "bus.stream": "\(fact.stream)", "bus.number": "\(fact.number)",
                ])
            Counter(label: "bus_facts_skipped", dimensions: [("subscriber", name)], factory: metrics).increment()
            try await handle([fact], skipping: true)
        }
    }

    /// Whether trying again would fail again: anything but a database that is away, busy or full.
    private static func isOurFault(_ error: any Error) -> Bool {
        if error is CancellationError { return false }
        if let failure = error as? Failure { return failure.kind != .unavailable && failure.kind != .timeout }
        return (error as? DatabaseError)?.isTemporary != true
    }

    private func handle(_ facts: [Envelope], skipping: Bool = false) async throws {
        let streams = Set(facts.map(\.stream)).sorted()
        let (name, handlers) = (name, handlers)
        try await database.transaction(tenant: "*") { connection in
            var last = try connection.lockCursors(of: name, streams)
            for fact in facts where fact.number > last[fact.stream, default: 0] {
                if !skipping { try handlers.handle(fact, connection) }
                last[fact.stream] = fact.number
            }
            try connection.atCommit([Connection.moveCursors(of: name, to: last)])
        }
    }
}

extension Connection {
    /// The cursors, held until the commit. Those that are not there yet are made, so that there is something to hold.
    fileprivate func lockCursors(of subscriber: String, _ streams: [String]) throws -> [String: UInt64] {
        let known = try heldCursors(of: subscriber, streams)
        guard known.count < Set(streams).count else { return known }
        try run(
            """
            INSERT INTO bus_cursor (subscriber, stream, number)
            SELECT \(subscriber), stream, 0 FROM unnest(\(streams)::text[]) AS stream ORDER BY stream
            ON CONFLICT DO NOTHING
            """)
        return try heldCursors(of: subscriber, streams)
    }

    private func heldCursors(of subscriber: String, _ streams: [String]) throws -> [String: UInt64] {
        let rows = try query(
            """
            SELECT stream, number FROM bus_cursor
            WHERE subscriber = \(subscriber) AND stream = ANY (\(streams)::text[]) ORDER BY stream FOR UPDATE
            """
        ) { row in (try row.get("stream") as String, UInt64(clamping: try row.get("number") as Int64)) }
        return Dictionary(rows, uniquingKeysWith: max)
    }

    fileprivate static func moveCursors(of subscriber: String, to last: [String: UInt64]) -> SQL {
        let moved = last.sorted { $0.key < $1.key }
        return """
            UPDATE bus_cursor SET number = moved.number
            FROM unnest(\(moved.map(\.key))::text[], \(moved.map { Int64(clamping: $0.value) })::bigint[])
                AS moved (stream, number)
            WHERE subscriber = \(subscriber) AND bus_cursor.stream = moved.stream
            """
    }
}
