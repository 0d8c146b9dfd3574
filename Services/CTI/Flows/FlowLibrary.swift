import Contracts
import Logging
import ServiceLifecycle
import Synchronization

/// Every tenant's published flows and access numbers, in memory: read once at the start, then what has changed.
///
/// Whoever publishes tells all instances by a signal; every few seconds they look for themselves as well.
final class FlowLibrary: Service {
    private struct State {
        var revision: Int64 = 0
        var isLoaded = false
        var books: [TenantID: TenantBook] = [:]
    }

    private let store: FlowStore
    private let interval: Duration
    private let log: Logger
    private let state = Mutex(State())
    private let wakes = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    private let changes = AsyncStream.makeStream(of: (TenantID, TenantBook).self)

    /// Books that have changed, for the shards that use them. To be read once.
    var changed: AsyncStream<(TenantID, TenantBook)> { changes.stream }

    init(store: FlowStore, interval: Duration = .seconds(2), log: Logger) {
        self.store = store
        self.interval = interval
        self.log = log
    }

    /// What the tenants of a shard have; nil before anything was read.
    func books(of shard: Shard) -> [TenantID: TenantBook]? {
        state.withLock { state in
            state.isLoaded ? state.books.filter { Shard.of($0.key) == shard } : nil
        }
    }

    /// What one tenant has; empty before anything was read.
    func book(of tenant: TenantID) -> TenantBook { state.withLock { $0.books[tenant] ?? TenantBook() } }

    /// Looks for changes now rather than at the next turn.
    func wake() { wakes.continuation.yield() }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask {
                    while true {
                        self.wake()
                        try await Task.sleep(for: self.interval)
                    }
                }
                for await _ in self.wakes.stream {
                    do {
                        try await self.refresh()
                    } catch {
                        self.log.warning("flows not read", metadata: ["error": "\(error)"])
                    }
                }
            }
        }
        changes.continuation.finish()
    }

    /// One turn of the loop: reads what has changed.
    func refresh() async throws {
        let known = state.withLock { $0.revision }
        let (revision, books) = try await store.books(changedAfter: known)
        let isNews = state.withLock { state in
            state.isLoaded = true
            // Another refresh may have been faster.
            guard revision > state.revision else { return false }
            state.revision = revision
            state.books.merge(books) { _, new in new }
            return true
        }
        guard isNews else { return }
        for (tenant, book) in books { changes.continuation.yield((tenant, book)) }
    }
}
