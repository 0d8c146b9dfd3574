import Contracts
import Synchronization

/// Who within this process listens to what. Shared by both buses.
final class Subscriptions: Sendable {
    /// So many events wait for a slow reader of ``Bus/subscribe(_:)``; then new ones are dropped.
    static let streamCapacity = 16_384
    /// With those to whom nobody listens; only their heartbeats are counted.
    private static let longestPatience = Duration.milliseconds(20)

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

    /// Services that anyone follows.
    var services: Set<ServiceName> {
        state.withLock { state in
            var all: Set<ServiceName> = []
            for case .services(let services, _, _) in state.listeners.values { all.formUnion(services) }
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

    /// Hands an event to everyone here who wants it.
    func deliver(_ envelope: Envelope, from service: ServiceName) {
        let listeners = state.withLock { $0.all }
        for listener in listeners {
            switch listener {
            case .topics(let topics, let continuation):
                guard topics.contains(where: { envelope.type.hasPrefix($0) }) else { continue }
                if case .dropped = continuation.yield(envelope) { onDrop() }
            case .services(let services, _, let receive):
                guard services.contains(service), envelope.isFact || envelope.type == StreamHeartbeat.topic else {
                    continue
                }
                receive(envelope)
            }
        }
    }

    /// How long what a service says may lie before it is looked at: as long as the most impatient listener lets it.
    func patience(with service: ServiceName) -> Duration {
        var least = Self.longestPatience
        for listener in state.withLock({ $0.all }) {
            switch listener {
            case .topics: return .zero
            case .services(let services, let patience, _):
                if services.contains(service) { least = min(least, patience()) }
            }
        }
        return least
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
