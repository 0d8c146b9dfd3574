public import Contracts
import Synchronization

/// Who is there and who owns what. `Cluster` keeps the real one.
public protocol Directory: Sendable {
    /// Every live instance, this one included.
    func endpoints() -> [InstanceID: InstanceEndpoints]

    /// Nil while nobody owns the shard.
    func owner(of shard: Shard, service: ServiceName) -> (instance: InstanceID, epoch: UInt64)?

    /// Live instances that are to be given nothing new.
    func draining() -> Set<InstanceID>

    /// False for who was stopped for so long that others may own by now what he owned, until he has asked.
    func isSure() -> Bool

    /// Yields whenever endpoints or owners have changed; each call makes a stream of its own.
    func changes() -> AsyncStream<Void>
}

extension Directory {
    public func draining() -> Set<InstanceID> { [] }
    public func isSure() -> Bool { true }
}

/// Where an instance is reached: `tcp://host:port` or `ipc://path`.
public struct InstanceEndpoints: Codable, Hashable, Sendable {
    /// Its PUB socket.
    public var publish: String
    /// Its ROUTER socket.
    public var requests: String

    public init(publish: String, requests: String) {
        self.publish = publish
        self.requests = requests
    }
}

/// A directory that is told what to say: for tests and for tools that know where to go.
public final class StaticDirectory: Directory {
    private struct State {
        var endpoints: [InstanceID: InstanceEndpoints] = [:]
        var owners: [Owned: (instance: InstanceID, epoch: UInt64)] = [:]
        var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextWatcher = 0
    }

    private struct Owned: Hashable {
        let service: ServiceName
        let shard: Shard
    }

    private let state = Mutex(State())

    public init(_ endpoints: [InstanceID: InstanceEndpoints] = [:]) {
        state.withLock { $0.endpoints = endpoints }
    }

    public func endpoints() -> [InstanceID: InstanceEndpoints] { state.withLock { $0.endpoints } }

    /// Unless told otherwise, the first live instance of the service owns every shard, under epoch 1.
    public func owner(of shard: Shard, service: ServiceName) -> (instance: InstanceID, epoch: UInt64)? {
        state.withLock { state in
            if let owner = state.owners[Owned(service: service, shard: shard)] { return owner }
            return state.endpoints.keys.filter { $0.service == service }.min().map { ($0, 1) }
        }
    }

    public func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let watcher = state.withLock { state in
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = continuation
            return state.nextWatcher
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in _ = state.watchers.removeValue(forKey: watcher) }
        }
        return stream
    }

    public func set(_ instance: InstanceID, _ endpoints: InstanceEndpoints?) {
        change { $0.endpoints[instance] = endpoints }
    }

    public func setOwner(of shard: Shard, service: ServiceName, _ instance: InstanceID, epoch: UInt64) {
        change { $0.owners[Owned(service: service, shard: shard)] = (instance, epoch) }
    }

    private func change(_ body: (inout State) -> Void) {
        let watchers = state.withLock { state in
            body(&state)
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher.yield() }
    }
}
