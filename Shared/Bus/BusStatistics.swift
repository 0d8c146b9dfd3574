import Synchronization

/// What a bus has done since it started, for its metrics.
public struct BusStatistics: Sendable, Equatable {
    public var published: UInt64 = 0
    /// Events not sent: the queue to the bus's thread was full, or they were too large.
    public var publishDropped: UInt64 = 0
    public var received: UInt64 = 0
    /// Events thrown away because a reader here was too slow.
    public var readerDropped: UInt64 = 0
    /// Messages thrown away because they were not what docs/bus.md asks for.
    public var malformed: UInt64 = 0
    public var requestsSent: UInt64 = 0
    public var requestsServed: UInt64 = 0
    /// Answers whose asker was gone or too slow.
    public var repliesDropped: UInt64 = 0
    /// Peers turned away because their key is not on the list.
    public var strangers: UInt64 = 0
    /// Peers connected to.
    public var peers: UInt64 = 0
}

/// Counts from any thread.
final class BusCounters: Sendable {
    private let statistics = Mutex(BusStatistics())

    var now: BusStatistics { statistics.withLock { $0 } }

    func add(_ count: UInt64 = 1, to counter: WritableKeyPath<BusStatistics, UInt64>) {
        statistics.withLock { $0[keyPath: counter] &+= count }
    }

    func set(_ count: Int, _ counter: WritableKeyPath<BusStatistics, UInt64>) {
        statistics.withLock { $0[keyPath: counter] = UInt64(clamping: count) }
    }
}
