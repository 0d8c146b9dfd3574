import Bus
import Contracts

/// What an instance knows of the cluster between two observations, and who wants to hear of changes.
struct ClusterView {
    private struct Owned: Hashable {
        let service: ServiceName
        let shard: Shard
    }

    private struct Owner: Equatable {
        let instance: InstanceID
        let epoch: UInt64
    }

    let instance: InstanceID
    var announced: (endpoints: InstanceEndpoints, publicKey: String?)?
    var isDraining = false
    var isStopping = false
    var isRunning = false
    var wakefulness: Wakefulness
    var watchers = Watchers()
    var beforeRelease: (@Sendable ([Shard]) async -> Void)?
    /// What this instance owns, with epochs.
    private(set) var held: [Shard: UInt64] = [:]
    private var live: [InstanceID: InstanceEndpoints] = [:]
    private(set) var draining: Set<InstanceID> = []
    private var owners: [Owned: Owner] = [:]

    init(instance: InstanceID, timing: ClusterTiming) {
        self.instance = instance
        // Somebody who was heard a tick before he was stopped is not missed earlier.
        wakefulness = Wakefulness(limit: timing.timeToLive * 2 / 3, at: .now)
    }

    init(instance: InstanceID, owningAllUnder epoch: UInt64) {
        self.init(instance: instance, timing: ClusterTiming())
        for shard in Shard.all {
            held[shard] = epoch
            owners[Owned(service: instance.service, shard: shard)] = Owner(instance: instance, epoch: epoch)
        }
    }

    var endpoints: [InstanceID: InstanceEndpoints] {
        var endpoints = live
        if let announced { endpoints[instance] = announced.endpoints }
        return endpoints
    }

    var takers: Int {
        live.keys.count { $0.service == instance.service && $0 != instance && !draining.contains($0) }
    }

    func owner(of shard: Shard, service: ServiceName) -> (instance: InstanceID, epoch: UInt64)? {
        guard let owner = owners[Owned(service: service, shard: shard)] else { return nil }
        // We know before PostgreSQL does when we give a shard away.
        if owner.instance == instance, held[shard] != owner.epoch { return nil }
        return (owner.instance, owner.epoch)
    }

    mutating func apply(_ change: OwnershipChange) {
        switch change {
        case .acquired(let shard, let epoch): held[shard] = epoch
        case .lost(let shard): held[shard] = nil
        }
    }

    /// True if endpoints or owners have changed.
    mutating func update(_ observation: Observation, _ state: LeaseState) -> Bool {
        let members = observation.members.filter { state.isLive($0, at: observation.time) }
        draining = Set(members.filter { $0.state == .draining }.map(\.instance))
        let incarnations = Dictionary(
            members.map { ($0.instance, $0.incarnation) }, uniquingKeysWith: { first, _ in first })
        let live = Dictionary(members.map { ($0.instance, $0.endpoints) }, uniquingKeysWith: { first, _ in first })
        var owners: [Owned: Owner] = [:]
        for lease in observation.leases {
            guard let owner = lease.owner, incarnations[owner] == lease.incarnation else { continue }
            owners[Owned(service: lease.service, shard: lease.shard)] = Owner(instance: owner, epoch: lease.epoch)
        }
        guard live != self.live || owners != self.owners else { return false }
        self.live = live
        self.owners = owners
        return true
    }

    /// Streams that want to hear of changes. Ended ones go when something is next sent.
    struct Watchers {
        var changes = Streams<Void>()
        var ownership = Streams<OwnershipChange>()
    }
}

/// The continuations of streams that all get the same.
struct Streams<Element: Sendable>: Sendable {
    private var continuations: [AsyncStream<Element>.Continuation] = []

    mutating func add(_ continuation: AsyncStream<Element>.Continuation) {
        continuations.append(continuation)
    }

    mutating func yield(_ element: Element) {
        continuations.removeAll { continuation in
            if case .terminated = continuation.yield(element) { true } else { false }
        }
    }
}
