public import Contracts

/// How far a stream of facts has come.
public struct StreamHead: Codable, Hashable, Sendable {
    public var stream: String
    /// The number of its newest fact; 0 if it has none yet.
    public var head: UInt64
    /// The number of the oldest fact that can still be replayed; nil if all can.
    public var oldest: UInt64?

    public init(stream: String, head: UInt64, oldest: UInt64? = nil) {
        self.stream = stream
        self.head = head
        self.oldest = oldest
    }
}

/// Told four times a second by every instance: how far its streams have come, so that a lost last fact is noticed too.
public struct StreamHeartbeat: Signal {
    public static let topic = "bus.heartbeat"

    public let instance: InstanceID
    public let heads: [StreamHead]

    public init(instance: InstanceID, heads: [StreamHead]) {
        self.instance = instance
        self.heads = heads
    }

    public var subject: String { instance.description }
}

/// Where facts are kept for good, as ``FactJournal`` sees it: `<schema>.outbox`.
public protocol FactSink: Sendable {
    /// Keeps the facts, all or none. Told twice about the same stream and number, it keeps one.
    func store(_ facts: [Envelope]) async throws
}

/// Where kept facts are read again, as replay sees it: `<schema>.outbox`.
public protocol FactSource: Sendable {
    /// Facts of the stream with numbers `from` to `through`, in order, the first `limit` of them, without a hole.
    func facts(stream: String, from: UInt64, through: UInt64, limit: Int) async throws -> [Envelope]

    /// Every stream that the service keeps, of all its instances, with its head.
    func heads() async throws -> [StreamHead]
}

/// Asks an instance for facts again. Served by every instance for all streams of its service.
public struct ReplayRequest: BusRequest {
    public static let name = "bus.replay"

    public struct Reply: Codable, Sendable {
        /// In order, without a hole, beginning with `from` unless `oldest` says that it is gone.
        public var facts: [Envelope]
        /// Set if facts before this number are kept no longer.
        public var oldest: UInt64?

        public init(facts: [Envelope], oldest: UInt64? = nil) {
            self.facts = facts
            self.oldest = oldest
        }
    }

    public var stream: String
    public var from: UInt64
    public var through: UInt64

    public init(stream: String, from: UInt64, through: UInt64) {
        self.stream = stream
        self.from = from
        self.through = through
    }
}

/// Asks an instance for all streams of its service and their heads.
public struct StreamHeadsRequest: BusRequest {
    public static let name = "bus.heads"

    public struct Reply: Codable, Sendable {
        public var heads: [StreamHead]
        public init(heads: [StreamHead]) { self.heads = heads }
    }

    public init() {}
}
