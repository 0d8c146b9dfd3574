public import Bus
public import Contracts

/// One process of the suite, as `cluster.instance` has it.
public struct Member: Hashable, Sendable {
    public enum State: String, Sendable, CaseIterable {
        /// Works and takes shards.
        case up
        /// Works, and gives its shards away.
        case draining
        /// Has left, or was declared dead. Final for this incarnation: who comes back gets a new one.
        case down
    }

    public let instance: InstanceID
    /// Raised each time a process starts under this name.
    public let incarnation: Int
    public let state: State
    /// Until when it is believed to live without being heard again; PostgreSQL's clock.
    public let expiresAt: Timestamp
    public let endpoints: InstanceEndpoints
    /// The CURVE key its sockets are known by; nil where it is known otherwise.
    public let publicKey: String?
}

/// Who owns a shard of a service, as `cluster.lease` has it.
public struct Lease: Hashable, Sendable {
    public let service: ServiceName
    public let shard: Shard
    /// Nil after it was given back.
    public let owner: InstanceID?
    /// The owner's incarnation when it took the shard. If the owner has another one now, nobody owns the shard.
    public let incarnation: Int
    /// Raised at each change of owner.
    public let epoch: UInt64
}

/// Everything `cluster` said at one time.
public struct Observation: Sendable {
    /// PostgreSQL's clock.
    public let time: Timestamp
    public let members: [Member]
    public let leases: [Lease]
}

/// A change in what this instance owns.
public enum OwnershipChange: Hashable, Sendable {
    /// Ours from now on: rebuild its state, and send this epoch with every command.
    case acquired(Shard, epoch: UInt64)
    /// No longer ours: forget its state.
    case lost(Shard)
}

/// How often instances show that they live, and how long they are believed.
public struct ClusterTiming: Sendable {
    public var tick: Duration
    public var timeToLive: Duration

    public init(tick: Duration = .milliseconds(400), timeToLive: Duration = .seconds(2)) {
        self.tick = tick
        self.timeToLive = timeToLive
    }
}
