public import Contracts

/// How one instance of a service talks to all others: events out, events in, requests with answers.
///
/// Two implementations: ``ZeroMQBus`` between processes, ``LocalBus`` within one process for tests. An instance hears
/// its own events too.
public protocol Bus: Sendable {
    /// Who speaks here.
    var instance: InstanceID { get }

    /// Runs tasks on the bus's own thread. For what hears facts, decides and asks others all the time: the way from one to the
    /// other then wakes up no thread. Nothing on it may wait for a disk or compute for long. Nil if the bus has no thread.
    var executor: (any TaskExecutor)? { get }

    /// Tells all others what is worthless a second later. Never waits, never fails; what cannot be sent is counted.
    func signal(_ signal: some Signal, tenant: TenantID?)

    /// Sends a fact that is already numbered and kept: by ``FactJournal`` or by the relay of an outbox.
    func publish(_ envelope: Envelope)

    /// Makes the heartbeats name this head of a stream before anything of it is published, as after a restart.
    func announce(stream: String, head: UInt64)

    /// Every event from any instance whose topic begins with one of `topics` ("call.", "agent."), from now on. What
    /// the reader is too slow for is dropped: for facts that must not be missed, use ``FactFollower``.
    func subscribe(_ topics: [String]) -> AsyncStream<Envelope>

    /// Every fact and heartbeat of these services, as ``FactFollower`` needs it. `receive` is called on the bus's own
    /// thread and must only hand on.
    ///
    /// - Parameter patience: how long facts may gather before they are handed on, asked each time: who need not hear at once
    ///   is not woken up for each.
    func follow(
        _ services: [ServiceName], patience: @escaping @Sendable () -> Duration,
        _ receive: @escaping @Sendable (Envelope) -> Void
    ) -> Following

    /// Asks, and waits for the answer.
    ///
    /// Requests to a shard or to any instance are sent again, with the same idempotency key, while the owner changes.
    /// - Throws: `Failure`: what the receiver refused with, or `unavailable` if nobody could be reached, `timeout` if
    ///   nobody answered before the deadline.
    func request<R: BusRequest>(
        _ request: R, to address: Address, tenant: TenantID?, deadline: Duration, idempotencyKey: String?
    ) async throws -> R.Reply

    /// Answers requests of this type. To be called before the bus runs. A thrown `Failure` goes to the asker as it is.
    func serve<R: BusRequest>(
        _ type: R.Type, _ handler: @escaping @Sendable (R, RequestContext) async throws -> R.Reply)
}

extension Bus {
    public var executor: (any TaskExecutor)? { nil }

    /// At once.
    public func follow(
        _ services: [ServiceName], _ receive: @escaping @Sendable (Envelope) -> Void
    ) -> Following {
        follow(services, patience: { .zero }, receive)
    }

    /// With the customary deadline of two seconds.
    public func request<R: BusRequest>(
        _ request: R, to address: Address, tenant: TenantID? = nil, deadline: Duration = .seconds(2)
    ) async throws -> R.Reply {
        try await self.request(request, to: address, tenant: tenant, deadline: deadline, idempotencyKey: nil)
    }
}

/// Whom a request is for.
public enum Address: Sendable, Hashable, CustomStringConvertible {
    /// This very process: the leg lives there.
    case instance(InstanceID)
    /// Whoever owns the tenant's shard of the service now.
    case shard(ServiceName, TenantID)
    /// Any live instance of the service.
    case any(ServiceName)

    public var description: String {
        switch self {
        case .instance(let instance): "\(instance)"
        case .shard(let service, let tenant): "\(service) of tenant \(tenant)"
        case .any(let service): "any \(service)"
        }
    }
}

/// What the receiver of a request knows besides its body.
public struct RequestContext: Sendable {
    public var tenant: TenantID?
    /// Two requests with the same key are one: the bus answers the second from its cache of recent replies.
    public var idempotencyKey: String?
    /// The tenant's shard.
    public var shard: Shard?
    /// Under which epoch the sender owns the shard in its own service; nil if it owns none.
    public var epoch: UInt64?
    public var from: InstanceID
    /// Nobody waits for the answer after this.
    public var deadline: ContinuousClock.Instant
    public var trace: String?

    public init(
        from: InstanceID, tenant: TenantID? = nil, idempotencyKey: String? = nil, shard: Shard? = nil,
        epoch: UInt64? = nil, deadline: ContinuousClock.Instant = .now + .seconds(2), trace: String? = nil
    ) {
        self.from = from
        self.tenant = tenant
        self.idempotencyKey = idempotencyKey
        self.shard = shard
        self.epoch = epoch
        self.deadline = deadline
        self.trace = trace
    }
}

/// The trace that events and requests made in this task belong to.
public enum BusTrace {
    /// W3C trace parent. Set around each request's handler; sent with every event and request.
    @TaskLocal public static var current: String?
}

/// The epoch of the shard that requests made in this task are sent for.
public enum BusFence {
    /// Sent with every request instead of what the directory says at that moment: whoever gives a shard away still sends
    /// what he has begun, and is refused as `staleEpoch` once his successor has spoken.
    @TaskLocal public static var epoch: UInt64?
}

/// A standing ``Bus/follow(_:_:)``; ends when stopped or no longer held.
public final class Following: Sendable {
    private let onStop: @Sendable () -> Void

    public init(onStop: @escaping @Sendable () -> Void) { self.onStop = onStop }

    public func stop() { onStop() }

    deinit { onStop() }
}
