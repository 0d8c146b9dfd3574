import Contracts
import Logging
import ServiceLifecycle
import Synchronization

/// How often each node of each version was entered, and left by which way. Counted in memory and stored behind the calls'
/// backs: whatever PostgreSQL does, no call waits. What was counted since the last writing dies with the process.
final class FlowCounters: Service {
    struct Key: Hashable, Sendable {
        let tenant: TenantID
        let passage: FlowPassage
    }

    /// More different nodes than these are not counted while PostgreSQL cannot be reached.
    static let mostKeys = 50_000

    private let store: FlowStore
    private let interval: Duration
    private let log: Logger
    private let pending = Mutex<[Key: Int]>([:])
    /// The last write; the next waits for it.
    private let latest = Mutex<Task<Void, any Error>?>(nil)

    init(store: FlowStore, interval: Duration = .seconds(2), log: Logger) {
        self.store = store
        self.interval = interval
        self.log = log
    }

    func add(_ passages: [FlowPassage], of tenant: TenantID) {
        pending.withLock { pending in
            for passage in passages { Self.add(1, Key(tenant: tenant, passage: passage), to: &pending) }
        }
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: self.interval)
                await self.writeOrLog()
            }
        }
        await writeOrLog()
    }

    private func writeOrLog() async {
        do {
            try await write()
        } catch {
            log.warning("counters of flows not stored yet", metadata: ["error": "\(error)"])
        }
    }

    /// Stores what was counted before. Writes take turns, so that whoever returns from here finds it stored.
    func write() async throws {
        let turn = latest.withLock { latest in
            let before = latest
            let turn = Task {
                _ = await before?.result
                try await writeOnce()
            }
            latest = turn
            return turn
        }
        try await turn.value
    }

    /// What could not be stored is kept for the next time.
    private func writeOnce() async throws {
        let batch = pending.withLock { pending in
            defer { pending = [:] }
            return pending
        }
        guard !batch.isEmpty else { return }
        do {
            try await store.add(batch)
        } catch {
            pending.withLock { pending in
                for (key, count) in batch { Self.add(count, key, to: &pending) }
            }
            throw error
        }
    }

    private static func add(_ count: Int, _ key: Key, to pending: inout [Key: Int]) {
        guard pending[key] != nil || pending.count < mostKeys else { return }
        pending[key, default: 0] &+= count
    }
}
