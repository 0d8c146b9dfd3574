import Contracts
import Synchronization

@testable import Bus

/// A bus whose turns are the test's.
final class TurningBus: SendingBus {
    private struct State {
        var keep: @Sendable () -> Void = {}
        var sent: [Envelope] = []
    }

    private let local: LocalBus
    private let state = Mutex(State())

    init(_ local: LocalBus) { self.local = local }

    var instance: InstanceID { local.instance }
    var sent: [Envelope] { state.withLock { $0.sent } }

    func turn() { state.withLock { $0 }.keep() }

    func beforeSending(_ keep: @escaping @Sendable () -> Void) { state.withLock { $0.keep = keep } }

    func publish(_ envelope: Envelope, _ frames: EventFrames) { publish(envelope) }
    func publish(_ envelope: Envelope) { state.withLock { $0.sent.append(envelope) } }
    func signal(_ signal: some Signal, tenant: TenantID?) { local.signal(signal, tenant: tenant) }
    func announce(stream: String, head: UInt64) { local.announce(stream: stream, head: head) }
    func subscribe(_ topics: [String]) -> AsyncStream<Envelope> { local.subscribe(topics) }

    func follow(
        _ services: [ServiceName], patience: @escaping @Sendable () -> Duration,
        _ receive: @escaping @Sendable (Envelope) -> Void
    ) -> Following {
        local.follow(services, patience: patience, receive)
    }

    func request<R: BusRequest>(
        _ request: R, to address: Address, tenant: TenantID?, deadline: Duration, idempotencyKey: String?
    ) async throws -> R.Reply {
        try await local.request(
            request, to: address, tenant: tenant, deadline: deadline, idempotencyKey: idempotencyKey)
    }

    func serve<R: BusRequest>(
        _ type: R.Type, _ handler: @escaping @Sendable (R, RequestContext) async throws -> R.Reply
    ) {
        local.serve(type, handler)
    }
}
