public import Contracts
import Synchronization

/// The newest facts of one stream, in memory, for replay: as many as fit.
public final class RecentFacts: FactSource {
    private struct Ring {
        var slots: [Envelope?]
        var first: UInt64 = 1
        /// 0 if nothing is held.
        var last: UInt64 = 0
        var bytes = 0

        func slot(_ number: UInt64) -> Int { Int(number % UInt64(slots.count)) }
    }

    public let stream: String
    private let byteCapacity: Int
    private let ring: Mutex<Ring>

    public init(stream: String, capacity: Int = 65_536, byteCapacity: Int = 64 << 20) {
        self.stream = stream
        self.byteCapacity = byteCapacity
        ring = Mutex(Ring(slots: Array(repeating: nil, count: max(1, capacity))))
    }

    /// To be called in the order of the numbers. After a gap it begins anew.
    public func append(_ envelope: Envelope) {
        ring.withLock { ring in
            if envelope.number != ring.last &+ 1 || ring.last < ring.first {
                ring = Ring(slots: Array(repeating: nil, count: ring.slots.count), first: envelope.number)
            }
            ring.last = envelope.number
            while ring.first < ring.last,
                ring.last - ring.first >= UInt64(ring.slots.count) || ring.bytes + envelope.body.count > byteCapacity
            {
                let oldest = ring.slot(ring.first)
                ring.bytes -= ring.slots[oldest]?.body.count ?? 0
                ring.slots[oldest] = nil
                ring.first += 1
            }
            ring.slots[ring.slot(envelope.number)] = envelope
            ring.bytes += envelope.body.count
        }
    }

    /// Empty if `from` is not held (any more).
    public func facts(stream: String, from: UInt64, through: UInt64, limit: Int) -> [Envelope] {
        guard stream == self.stream else { return [] }
        return ring.withLock { ring in
            guard from >= ring.first, from <= ring.last, from <= through, limit > 0 else { return [] }
            let end = min(through, ring.last, from + UInt64(limit - 1))
            return (from...end).compactMap { ring.slots[ring.slot($0)] }
        }
    }

    /// The number of the oldest fact held; nil if none is.
    var oldest: UInt64? { ring.withLock { $0.last >= $0.first ? $0.first : nil } }

    public func heads() -> [StreamHead] { [StreamHead(stream: stream, head: ring.withLock { $0.last })] }
}
