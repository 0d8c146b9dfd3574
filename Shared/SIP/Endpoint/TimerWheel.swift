/// Timers by the ten-thousand: setting one costs an append, and none is ever cancelled. Pure: the time is passed in.
///
/// A timer is a tick of 10 ms and a payload, kept in the bucket of its tick modulo the number of buckets.
struct TimerWheel<Payload> {
    private struct Entry {
        let tick: Int64
        let payload: Payload
    }

    private static var bucketCount: Int64 { 4096 }

    private var buckets: [[Entry]] = Array(repeating: [], count: Int(bucketCount))
    private var current: Int64 = 0
    private(set) var count = 0
    /// No timer is due before this tick.
    private var earliest = Int64.max

    /// Until then nothing is due; nil if there is no timer. It may be early, never late.
    var next: Duration? { count == 0 ? nil : .milliseconds(earliest &* 10) }

    static func tick(_ time: Duration) -> Int64 {
        let parts = time.components
        return parts.seconds &* 100 &+ parts.attoseconds / 10_000_000_000_000_000
    }

    mutating func add(_ payload: Payload, at time: Duration) {
        // A timer for now or for the past fires with the next tick.
        let tick = max(Self.tick(time), current + 1)
        buckets[Int(tick % Self.bucketCount)].append(Entry(tick: tick, payload: payload))
        count += 1
        earliest = min(earliest, tick)
    }

    /// Takes out what is due, oldest tick first.
    mutating func due(at time: Duration) -> [Payload] {
        let target = Self.tick(time)
        guard target > current else { return [] }
        guard count > 0, target >= earliest else {
            current = target
            return []
        }
        var due: [Entry] = []
        let first = max(current + 1, target - Self.bucketCount + 1)
        for tick in first...target {
            let place = Int(tick % Self.bucketCount)
            guard buckets[place].contains(where: { $0.tick <= target }) else { continue }
            due += buckets[place].filter { $0.tick <= target }
            buckets[place].removeAll { $0.tick <= target }
        }
        current = target
        count -= due.count
        earliest = firstTick()
        // Ticks passed one at a time come in order as they are; only after a long pause do buckets mix their rounds.
        if due.count > 1, target - first > 0 { due.sort { $0.tick < $1.tick } }
        return due.map(\.payload)
    }

    /// The next tick that has a timer, or the end of this round.
    private func firstTick() -> Int64 {
        guard count > 0 else { return .max }
        let end = current + Self.bucketCount
        return (current + 1..<end).first { tick in
            buckets[Int(tick % Self.bucketCount)].contains { $0.tick <= tick }
        } ?? end
    }
}
