public import Contracts
import Foundation
public import Logging
import Synchronization

/// A bus within one process, for tests: the same semantics as ``ZeroMQBus``, without sockets.
public final class LocalBus: Bus {
    public let instance: InstanceID
    /// Whom it can reach.
    public let network: Network
    let dispatcher: RequestDispatcher
    private let router: RequestRouter
    private let heads = Mutex(StreamHeads())
    private let subscriptions: Subscriptions

    /// A bus of its own network.
    public convenience init(_ instance: InstanceID = InstanceID(.cti, 1)) {
        self.init(instance, network: Network())
    }

    fileprivate init(_ instance: InstanceID, network: Network) {
        self.instance = instance
        self.network = network
        subscriptions = Subscriptions()
        dispatcher = RequestDispatcher(instance: instance, directory: network.directory, log: network.log)
        router = RequestRouter(instance: instance, directory: network.directory)
        network.attach(self)
    }

    public func signal(_ signal: some Signal, tenant: TenantID?) {
        guard
            let envelope = try? Envelope(
                signal, tenant: tenant, time: network.time(), trace: BusTrace.current)
        else { return }
        network.deliver(envelope, from: instance)
    }

    public func publish(_ envelope: Envelope) {
        heads.withLock { $0.raise(envelope.stream, to: envelope.number) }
        network.deliver(envelope, from: instance)
    }

    public func announce(stream: String, head: UInt64) { heads.withLock { $0.raise(stream, to: head) } }

    public func subscribe(_ topics: [String]) -> AsyncStream<Envelope> { subscriptions.subscribe(topics) }

    public func follow(
        _ services: [ServiceName], patience: @escaping @Sendable () -> Duration,
        _ receive: @escaping @Sendable (Envelope) -> Void
    ) -> Following {
        subscriptions.follow(services, receive)
    }

    public func serve<R: BusRequest>(
        _ type: R.Type, _ handler: @escaping @Sendable (R, RequestContext) async throws -> R.Reply
    ) {
        dispatcher.serve(type, handler)
    }

    public func request<R: BusRequest>(
        _ request: R, to address: Address, tenant: TenantID?, deadline: Duration, idempotencyKey: String?
    ) async throws -> R.Reply {
        let network = network
        return try await router.request(request, to: address, tenant, deadline, idempotencyKey) {
            target, header, body in
            await network.ask(target, header, body)
        }
    }

    /// What the heartbeat of this instance says now.
    var heartbeat: StreamHeartbeat { StreamHeartbeat(instance: instance, heads: heads.withLock { $0.all }) }

    fileprivate func receive(_ envelope: Envelope, from service: ServiceName) {
        subscriptions.deliver(envelope, from: service)
    }

    fileprivate func finish() { subscriptions.finish() }
}

extension LocalBus {
    /// Several instances that reach each other within one process.
    public final class Network: Sendable {
        /// Says who is there: every bus made and not yet removed. Tests set shard owners here.
        public let directory = StaticDirectory()
        let log: Logger
        let time: @Sendable () -> Timestamp
        private let buses = Mutex<[InstanceID: LocalBus]>([:])
        /// Whether an event from there is to be lost on its way.
        private let losing = Mutex(Losing())

        /// A closure of its own in a `Mutex` would be wrapped once more each time it is looked at.
        private struct Losing {
            var decision: (@Sendable (Envelope) -> Bool)?
        }

        public init(
            log: Logger = Logger(label: "bus.local"), time: @escaping @Sendable () -> Timestamp = Timestamp.now
        ) {
            self.log = log
            self.time = time
        }

        /// Adds an instance, which all others see at once.
        public func bus(_ instance: InstanceID) -> LocalBus { LocalBus(instance, network: self) }

        /// Takes an instance away, as if its process had died.
        public func remove(_ instance: InstanceID) {
            let bus = buses.withLock { $0.removeValue(forKey: instance) }
            directory.set(instance, nil)
            bus?.finish()
        }

        /// Makes events between instances vanish on purpose; those within an instance still arrive.
        public func lose(_ decision: (@Sendable (Envelope) -> Bool)?) { losing.withLock { $0.decision = decision } }

        /// Lets every instance send one heartbeat. There is no timer: tests say when.
        public func heartbeat() {
            for bus in buses.withLock({ Array($0.values) }) { bus.signal(bus.heartbeat, tenant: nil) }
        }

        fileprivate func attach(_ bus: LocalBus) {
            buses.withLock { $0[bus.instance] = bus }
            let name = "local://\(bus.instance)"
            directory.set(bus.instance, InstanceEndpoints(publish: name, requests: name))
        }

        fileprivate func deliver(_ envelope: Envelope, from instance: InstanceID) {
            let lost = losing.withLock { $0 }.decision.map { $0(envelope) } ?? false
            for bus in buses.withLock({ Array($0.values) }) where !lost || bus.instance == instance {
                bus.receive(envelope, from: instance.service)
            }
        }

        fileprivate func ask(
            _ target: InstanceID, _ header: RequestHeader, _ body: Data
        ) async -> RequestRouter.Outcome {
            let deadline = ContinuousClock.now + .milliseconds(header.milliseconds)
            guard let bus = buses.withLock({ $0[target] }) else { return .unreachable }
            let once = OneAnswer()
            return await withCheckedContinuation { continuation in
                once.expect(continuation)
                // Not children: an answer that is too late must not hold its asker.
                let work = Task {
                    once.give(.answered(await bus.dispatcher.answer(header, body: body, deadline: deadline)))
                }
                Task {
                    try? await Task.sleep(until: deadline, clock: .continuous)
                    once.give(.silent)
                    work.cancel()
                }
            }
        }
    }
}

/// Resumes its asker with the first answer given.
private final class OneAnswer: Sendable {
    private let continuation = Mutex<CheckedContinuation<RequestRouter.Outcome, Never>?>(nil)

    func expect(_ asker: CheckedContinuation<RequestRouter.Outcome, Never>) { continuation.withLock { $0 = asker } }

    func give(_ outcome: RequestRouter.Outcome) {
        let asker = continuation.withLock { asker in
            defer { asker = nil }
            return asker
        }
        asker?.resume(returning: outcome)
    }
}
