import Cluster
import Contracts
import Logging
import ServiceLifecycle
import Synchronization

/// Keeps today's counts: tells the router what a former owner counted, and stores what has changed, once a second. A kill costs
/// the counts of the last second.
final class DayCountKeeper: Service {
    private let store: DayCountStore
    private let router: CallRouter
    /// The epoch of the tenant's shard if it is this instance's.
    private let epoch: @Sendable (Shard) -> UInt64?
    private let log: Logger
    private let written = Mutex<[TenantID: DayCounts]>([:])

    init(store: DayCountStore, router: CallRouter, log: Logger, epoch: @escaping @Sendable (Shard) -> UInt64?) {
        self.store = store
        self.router = router
        self.epoch = epoch
        self.log = log
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                do {
                    try await self.turn()
                } catch is CancellationError {
                    return
                } catch {
                    self.log.warning("counts of the day not kept", metadata: ["error": "\(error)"])
                }
                try await Task.sleep(for: .seconds(1))
            }
        }
        try? await keep()  // What is left at the stop.
    }

    /// One turn of the loop.
    func turn() async throws {
        let new = try await router.ask { floor throws(Failure) in
            floor.tenants.filter { !$0.value.hasCounts }.map(\.key).sorted()
        }
        for tenant in new {
            let found = try await store.find(of: tenant)
            written.withLock { $0[tenant] = nil }
            router.send(.tenant(tenant, .countsFound(found)))
        }
        try await keep()
    }

    private func keep() async throws {
        let counts = try await router.ask { floor throws(Failure) in floor.tenants.compactMapValues(\.dayCounts) }
        for (tenant, counts) in counts {
            let before = written.withLock { $0[tenant] }
            guard counts != before, let epoch = epoch(.of(tenant)) else { continue }
            try await store.write(counts, since: before, epoch: epoch, of: tenant)
            written.withLock { $0[tenant] = counts }
        }
        written.withLock { written in written = written.filter { counts[$0.key] != nil } }
    }
}
