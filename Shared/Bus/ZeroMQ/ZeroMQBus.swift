public import Contracts
import Foundation
public import Logging
public import ServiceLifecycle

/// The bus between processes, over ZeroMQ. It listens and sends as soon as it is made; it answers requests while it runs.
public final class ZeroMQBus: SendingBus, Service {
    public let instance: InstanceID
    /// Where this instance is reached, for the directory.
    public let endpoints: InstanceEndpoints
    private let shared: BusShared
    private let dispatcher: RequestDispatcher
    private let router: RequestRouter

    /// - Throws: ``BusError``: what is wrong with the configuration, in one sentence.
    public init(
        instance: InstanceID, configuration: BusConfiguration, directory: any Directory, log: Logger,
        time: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) throws {
        self.instance = instance
        shared = try BusShared(instance: instance, directory: directory, log: log, time: time)
        dispatcher = RequestDispatcher(instance: instance, directory: directory, log: log)
        router = RequestRouter(instance: instance, directory: directory)
        let thread = try BusThread(configuration, shared)
        endpoints = thread.endpoints
        thread.start()
    }

    deinit { shared.link.push(.stop) }

    public var statistics: BusStatistics { shared.counters.now }

    public var executor: (any TaskExecutor)? { shared.executor }

    public func signal(_ signal: some Signal, tenant: TenantID?) {
        do {
            publish(try Envelope(signal, tenant: tenant, time: shared.time(), trace: BusTrace.current))
        } catch {
            shared.log.error("signal not encoded", metadata: ["error": "\(error)"])
        }
    }

    public func publish(_ envelope: Envelope) { send(envelope, EventFrames(envelope)) }

    func publish(_ envelope: Envelope, _ frames: EventFrames) { send(envelope, frames) }

    private func send(_ envelope: Envelope, _ frames: EventFrames?) {
        shared.subscriptions.deliver(envelope, from: instance.service)
        guard let frames, shared.link.push(.publish(frames)) else {
            shared.counters.add(to: \.publishDropped)
            return
        }
    }

    func beforeSending(_ keep: @escaping @Sendable () -> Void) { shared.keep(by: keep) }

    public func announce(stream: String, head: UInt64) { shared.link.push(.announce(stream: stream, head: head)) }

    public func subscribe(_ topics: [String]) -> AsyncStream<Envelope> { shared.subscriptions.subscribe(topics) }

    public func follow(
        _ services: [ServiceName], patience: @escaping @Sendable () -> Duration,
        _ receive: @escaping @Sendable (Envelope) -> Void
    ) -> Following {
        shared.subscriptions.follow(services, patience: patience, receive)
    }

    public func serve<R: BusRequest>(
        _ type: R.Type, _ handler: @escaping @Sendable (R, RequestContext) async throws -> R.Reply
    ) {
        dispatcher.serve(type, handler)
    }

    public func request<R: BusRequest>(
        _ request: R, to address: Address, tenant: TenantID?, deadline: Duration, idempotencyKey: String?
    ) async throws -> R.Reply {
        try await router.request(
            request, to: address, tenant, deadline, idempotencyKey, prefer: { self.shared.isFresh($0) }
        ) { target, header, body in
            await self.ask(target, header, body, as: address)
        }
    }

    /// One attempt at one instance.
    private func ask(
        _ target: InstanceID, _ header: RequestHeader, _ body: Data, as address: Address
    ) async -> RequestRouter.Outcome {
        var header = header
        let id = shared.pending.reserve()
        header.id = id
        let head = header.json
        let deadline = ContinuousClock.now + .milliseconds(header.milliseconds)
        guard body.count <= ZeroMQSocket.maximumFrame else {
            return .answered(.failure(Failure(.invalid, "The \(header.name) request is too large to be sent.")))
        }
        defer { shared.pending.forget(id) }
        let request = IncomingRequest(header: header, body: body, connection: nil, deadline: deadline)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { asker in
                let epoch = header.ownerEpoch
                guard shared.pending.add(id, to: target, as: address, epoch: epoch, until: deadline, asker) else {
                    return
                }
                if target == instance {
                    shared.pending.markSent(id)
                    shared.accept(request)
                } else if !shared.link.push(.ask(target, id: id, frames: [head, body])) {
                    shared.pending.resolve(id, from: target, .unreachable)
                }
            }
        } onCancel: {
            shared.pending.cancel(id)
        }
    }

    /// Answers requests until shut down; then the sockets close.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskExecutorPreference(executor) { await answerAll() }
        } onGracefulShutdown: {
            self.shared.acceptNoMore()
        }
        shared.link.push(.stop)
        await shared.waitUntilStopped()
    }

    private func answerAll() async {
        await withDiscardingTaskGroup { group in
            let watch = shared.directory.changes()
            group.addTask {
                await watch.untilShutdown { _ in self.shared.link.push(.directoryChanged) }
            }
            for await request in shared.incoming { group.addTask { await self.answer(request) } }
        }
    }

    private func answer(_ request: IncomingRequest) async {
        defer { shared.finished() }
        // Nobody waits any more.
        guard request.deadline > .now else { return }
        shared.counters.add(to: \.requestsServed)
        shared.reply(
            to: request, await dispatcher.answer(request.header, body: request.body, deadline: request.deadline))
    }
}
