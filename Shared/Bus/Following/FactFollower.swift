public import Contracts
public import Logging
import ServiceLifecycle
import Synchronization

/// Delivers every fact of some services, each stream in the order of its numbers, without a hole and none twice.
///
/// What the network loses is asked for again at an instance of the publishing service. ``StreamCursor`` decides.
public final class FactFollower: Sendable {
    /// Where a stream begins that the cursors do not name.
    public enum Beginning: Sendable {
        /// At its first fact, as for one who wants all history.
        case first
        /// Where it stands when following begins, as after a snapshot. Streams that begin later, or up to five seconds
        /// earlier, are delivered from their first fact.
        case now
    }

    /// How following goes, for metrics.
    public struct Statistics: Sendable, Equatable {
        public var delivered: UInt64 = 0
        /// Facts that had been delivered already.
        public var dropped: UInt64 = 0
        public var replays: UInt64 = 0
        /// Facts that no instance keeps any more.
        public var lost: UInt64 = 0
        /// Live facts that came faster than they were handled; they are asked for again.
        public var overrun: UInt64 = 0
        /// Facts known to exist and not delivered yet.
        public var behind: UInt64 = 0
        public var streams = 0
        /// Times that a stream was not followed because there are too many.
        public var refused = 0
    }

    enum Input: Sendable {
        case live(Envelope)
        case heads(ServiceName, [StreamHead])
        case replayed(String, ReplayRequest.Reply)
        case replayFailed(String)
    }

    /// So many streams are followed at most.
    static let maximumStreams = 8192
    private static let inboxCapacity = 65_536
    private static let batch = 1000

    private let bus: any Bus
    private let services: [ServiceName]
    private let log: Logger
    private let headsEvery: Duration
    private let patience: @Sendable () -> Duration
    private let time: @Sendable () -> Timestamp
    private let counts = Mutex(Statistics())

    /// - Parameters:
    ///   - headsEvery: How often the streams' heads are asked for, for those whose publisher is gone.
    ///   - patience: How long facts may gather before they are handled, asked each time.
    public init(
        bus: any Bus, services: [ServiceName], log: Logger, headsEvery: Duration = .seconds(5),
        time: @escaping @Sendable () -> Timestamp = Timestamp.now,
        patience: @escaping @Sendable () -> Duration = { .zero }
    ) {
        self.bus = bus
        self.services = services
        self.log = log
        self.headsEvery = headsEvery
        self.patience = patience
        self.time = time
    }

    public var statistics: Statistics { counts.withLock { $0 } }

    /// Follows until cancelled, shut down, or `handle` throws, which it rethrows.
    ///
    /// - Parameters:
    ///   - cursors: The last number of each stream that has been handled already.
    ///   - stopsAtLoss: Throws ``FactsLost`` when facts are kept no longer, for a copy that must be begun anew then;
    ///     otherwise they are counted and following goes on behind them.
    ///   - handle: Takes up to 1000 facts, each stream's in order. When it returns they count as handled.
    public func run(
        from cursors: [String: UInt64], unlisted: Beginning = .first, stopsAtLoss: Bool = false,
        handle: @escaping @Sendable ([Envelope]) async throws -> Void
    ) async throws {
        let inbox = Inbox<Input>(capacity: Self.inboxCapacity)
        let following = bus.follow(services, patience: patience) { [self] envelope in
            if !inbox.send(.live(envelope)) { counts.withLock { $0.overrun += 1 } }
        }
        defer { following.stop() }
        var streams = FollowedStreams(cursors, unlisted: unlisted, services: services, now: time())
        try await withGracefulShutdownHandler {
            // Discarding: a group that keeps what its children returned would grow with each replay.
            try await withThrowingDiscardingTaskGroup { group in
                for service in Set(services) { group.addTask { await self.askForHeads(of: service, inbox) } }
                while let inputs = await inbox.next() {
                    let (facts, replays, lost) = decide(inputs, &streams)
                    if let lost, stopsAtLoss { throw lost }
                    for request in replays {
                        let patience = streams.patience(request.stream)
                        group.addTask { await self.replay(request, patience, inbox) }
                    }
                    for start in stride(from: 0, to: facts.count, by: Self.batch) {
                        try await handle(Array(facts[start..<min(start + Self.batch, facts.count)]))
                    }
                    counts.withLock { $0.delivered += UInt64(facts.count) }
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            inbox.close()
        }
    }

    private func decide(
        _ inputs: [Input], _ streams: inout FollowedStreams
    ) -> (facts: [Envelope], replays: [ReplayRequest], lost: FactsLost?) {
        var lost: FactsLost?
        var facts: [Envelope] = []
        var replays: [ReplayRequest] = []
        var dropped: UInt64 = 0
        for input in inputs {
            if let next = streams.next(input) {
                facts.append(next)
                continue
            }
            for (stream, action) in streams.handle(input) {
                switch action {
                case .deliver(let envelope): facts.append(envelope)
                case .drop: dropped += 1
                case .replay(let from, let through):
                    replays.append(ReplayRequest(stream: stream, from: from, through: through))
                case .lost(let from, let through):
                    lost = FactsLost(stream: stream, from: from, through: through)
                    counts.withLock { $0.lost += through - from + 1 }
                    log.error(
                        "facts are kept no longer",
                        metadata: ["bus.stream": "\(stream)", "from": "\(from)", "through": "\(through)"])
                }
            }
        }
        counts.withLock { counts in
            counts.dropped += dropped
            counts.replays += UInt64(replays.count)
            counts.behind = streams.behind
            counts.streams = streams.count
            if counts.refused == 0, streams.refused > 0 {
                log.error("too many streams of facts: new ones are not followed")
            }
            counts.refused = streams.refused
        }
        return (facts, replays, lost)
    }

    /// Asks the publisher itself, then any instance of its service.
    private func replay(_ request: ReplayRequest, _ patience: Duration, _ inbox: Inbox<Input>) async {
        if patience > .zero, (try? await Task.sleep(for: patience)) == nil { return }
        let publisher = InstanceID(String(request.stream.prefix { $0 != "@" }))
        guard let publisher else { return }
        for address in [Address.instance(publisher), .any(publisher.service)] {
            guard let reply = try? await bus.request(request, to: address, deadline: .seconds(2)),
                !reply.facts.isEmpty || reply.oldest != nil
            else { continue }
            inbox.send(.replayed(request.stream, reply), always: true)
            return
        }
        inbox.send(.replayFailed(request.stream), always: true)
    }

    /// At once and then regularly, for streams that nobody sends heartbeats of. Each service by itself: one that is not
    /// there must not keep us from hearing of the others' dead.
    private func askForHeads(of service: ServiceName, _ inbox: Inbox<Input>) async {
        while !Task.isCancelled {
            var pause = min(headsEvery, .milliseconds(500))
            if let reply = try? await bus.request(StreamHeadsRequest(), to: .any(service)) {
                inbox.send(.heads(service, reply.heads), always: true)
                pause = headsEvery
            }
            if (try? await Task.sleep(for: pause)) == nil { return }
        }
    }
}

/// Facts that a follower missed and that no instance keeps any more.
public struct FactsLost: Error, Equatable, Sendable {
    public let stream: String
    public let from: UInt64
    public let through: UInt64
}
