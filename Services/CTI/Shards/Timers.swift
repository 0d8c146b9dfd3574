import Contracts
import ServiceLifecycle
import Synchronization

/// Rings what is due, for all shards of the instance: a heap, looked at twenty times a second while it holds anything.
///
/// Timers are never taken back: whoever hears a late one ignores it.
final class Timers: Service {
    private struct Entry {
        let due: Timestamp
        let order: UInt64
        let ring: @Sendable () -> Void

        func isBefore(_ other: Entry) -> Bool { (due, order) < (other.due, other.order) }
    }

    private struct Heap {
        var entries: [Entry] = []
        var order: UInt64 = 0

        mutating func push(_ due: Timestamp, _ ring: @escaping @Sendable () -> Void) {
            order &+= 1
            entries.append(Entry(due: due, order: order, ring: ring))
            var child = entries.count - 1
            while child > 0 {
                let parent = (child - 1) / 2
                guard entries[child].isBefore(entries[parent]) else { return }
                entries.swapAt(child, parent)
                child = parent
            }
        }

        mutating func pop(at time: Timestamp) -> Entry? {
            guard let first = entries.first, first.due <= time else { return nil }
            entries.swapAt(0, entries.count - 1)
            entries.removeLast()
            var parent = 0
            while true {
                let left = 2 * parent + 1
                guard left < entries.count else { return first }
                let right = left + 1
                let child = right < entries.count && entries[right].isBefore(entries[left]) ? right : left
                guard entries[child].isBefore(entries[parent]) else { return first }
                entries.swapAt(child, parent)
                parent = child
            }
        }
    }

    private let tick: Duration
    private let now: @Sendable () -> Timestamp
    private let heap = Mutex(Heap())
    private let wakes = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(tick: Duration = .milliseconds(50), now: @escaping @Sendable () -> Timestamp = Timestamp.now) {
        self.tick = tick
        self.now = now
    }

    var count: Int { heap.withLock { $0.entries.count } }

    func start(at due: Timestamp, _ ring: @escaping @Sendable () -> Void) {
        heap.withLock { $0.push(due, ring) }
        wakes.continuation.yield()
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            for await _ in self.wakes.stream {
                while self.count > 0 {
                    self.ring()
                    try await Task.sleep(for: self.tick)
                }
            }
        }
    }

    /// One turn of the loop.
    func ring() {
        let time = now()
        while let entry = heap.withLock({ $0.pop(at: time) }) { entry.ring() }
    }
}
