import Contracts
import Synchronization

/// Who within this process listens to what. Shared by both buses.
final class Subscriptions: Sendable {
    /// So many events wait for a slow reader of ``Bus/subscribe(_:)``; then new ones are dropped.
    static let streamCapacity = 16_384
    private enum Listener {
        case topics([String], AsyncStream<Envelope>.Continuation)
        case services(Set<ServiceName>, patience: @Sendable () -> Duration, @Sendable (Envelope) -> Void)
    }

    private struct State {
        var listeners: [Int: Listener] = [:] { didSet { all = Array(listeners.values) } }
        /// The same, for those who go through them with every event.
        private(set) var all: [Listener] = []
        var next = 0
    }

    private let state = Mutex(State())
    /// Called after the wanted topics or services have changed.
    private let onChange: @Sendable () -> Void
    private let onDrop: @Sendable () -> Void

    init(onChange: @escaping @Sendable () -> Void = {}, onDrop: @escaping @Sendable () -> Void = {}) {
        self.onChange = onChange
        self.onDrop = onDrop
    }

    /// Topic prefixes that anyone wants.
    var topics: Set<String> {
        state.withLock { state in
            var all: Set<String> = []
            for case .topics(let topics, _) in state.listeners.values { all.formUnion(topics) }
            return all
        }
    }

    func subscribe(_ topics: [String]) -> AsyncStream<Envelope> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Envelope.self, bufferingPolicy: .bufferingOldest(Self.streamCapacity))
        let number = add(.topics(topics, continuation))
        continuation.onTermination = { [weak self] _ in self?.remove(number) }
        return stream
    }

    func follow(
        _ services: [ServiceName], patience: @escaping @Sendable () -> Duration = { .zero },
        _ receive: @escaping @Sendable (Envelope) -> Void
    ) -> Following {
        let number = add(.services(Set(services), patience: patience, receive))
        return Following { [weak self] in self?.remove(number) }
    }

    /// Hands an event of our own to everyone here who wants it.
    func deliver(_ envelope: Envelope, from service: ServiceName) {
        deliverToTopics(envelope)
        deliverToFollowers(envelope, from: service)
    }

    /// Hands it to those who want its topic.
    func deliverToTopics(_ envelope: Envelope) {
        for case .topics(let topics, let continuation) in state.withLock({ $0.all }) {
            guard topics.contains(where: { envelope.type.hasPrefix($0) }) else { continue }
            if case .dropped = continuation.yield(envelope) { onDrop() }
        }
    }

    /// Hands a fact or a heartbeat to those who follow the service.
    func deliverToFollowers(_ envelope: Envelope, from service: ServiceName) {
        guard envelope.isFact || envelope.type == StreamHeartbeat.topic else { return }
        for case .services(let services, _, let receive) in state.withLock({ $0.all })
        where services.contains(service) { receive(envelope) }
    }

    /// In which bundles the service's facts are wanted: as soon as the most impatient of its followers wants them. Nil if
    /// nobody follows it.
    func lane(of service: ServiceName) -> FactLane? {
        var least: Duration?
        for case .services(let services, let patience, _) in state.withLock({ $0.all })
        where services.contains(service) { least = min(least ?? .seconds(60), patience()) }
        return least.map(FactLane.init(patience:))
    }

    /// Ends every stream.
    func finish() {
        let listeners = state.withLock { state in
            defer { state.listeners.removeAll() }
            return Array(state.listeners.values)
        }
        for case .topics(_, let continuation) in listeners { continuation.finish() }
    }

    private func add(_ listener: Listener) -> Int {
        let number = state.withLock { state in
            state.next += 1
            state.listeners[state.next] = listener
            return state.next
        }
        onChange()
        return number
    }

    private func remove(_ number: Int) {
        guard state.withLock({ $0.listeners.removeValue(forKey: number) }) != nil else { return }
        onChange()
    }
}
