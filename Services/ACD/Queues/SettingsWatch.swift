import Contracts
import Logging
import ServiceLifecycle
import Synchronization

/// Keeps the router's copy of queues, members and skills up to date, so that no call waits for PostgreSQL.
///
/// Once a second it looks at one number per tenant; a change made through this instance is seen at once.
final class SettingsWatch: Service {
    private let store: RoutingSettingsStore
    private let log: Logger
    private let tell: @Sendable (TenantID, RoutingSettings) -> Void
    /// Called whenever every tenant has been told.
    private let complete: @Sendable () -> Void
    private let known = Mutex<[TenantID: Int64]>([:])

    init(
        store: RoutingSettingsStore, log: Logger, tell: @escaping @Sendable (TenantID, RoutingSettings) -> Void,
        complete: @escaping @Sendable () -> Void
    ) {
        self.complete = complete
        self.store = store
        self.log = log
        self.tell = tell
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                do {
                    try await self.refresh()
                } catch is CancellationError {
                    return
                } catch {
                    self.log.warning("settings not read", metadata: ["error": "\(error)"])
                }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// One turn of the loop: reads the tenants whose version is not the one we know.
    func refresh() async throws {
        let versions = try await store.versions()
        for (tenant, version) in versions where known.withLock({ $0[tenant] != version }) {
            let settings = try await store.read(tenant)
            known.withLock { $0[tenant] = settings.version }
            tell(tenant, settings)
        }
        complete()
    }
}
