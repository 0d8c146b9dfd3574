import Bus
import Contracts
import Logging
import ServiceLifecycle
import Synchronization

/// Tells the router which callbacks wait, lets the old ones expire, and puts right those whose call nobody knows of.
final class CallbackKeeper: Service {
    private let store: CallbackStore
    private let bus: any Bus
    private let log: Logger
    private let now: @Sendable () -> Timestamp
    private let tell: @Sendable (TenantID, [Callback]) -> Void
    private let known = Mutex<[TenantID: Int64]>([:])
    /// Calls that cti did not know at the last look; given back if it still does not at the next.
    private let missing = Mutex<Set<CallID>>([])

    init(
        store: CallbackStore, bus: any Bus, log: Logger, now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        tell: @escaping @Sendable (TenantID, [Callback]) -> Void
    ) {
        self.store = store
        self.bus = bus
        self.log = log
        self.now = now
        self.tell = tell
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var turns = 0
            while true {
                do {
                    try await self.refresh()
                    if turns % 10 == 0 {
                        try await self.expire()
                        try await self.mend()
                    }
                } catch is CancellationError {
                    return
                } catch {
                    self.log.warning("callbacks not read", metadata: ["error": "\(error)"])
                }
                turns += 1
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// One turn of the loop: reads the tenants whose version is not the one we know.
    func refresh() async throws {
        let versions = try await store.versions()
        for (tenant, version) in versions where known.withLock({ $0[tenant] != version }) {
            let waiting = try await store.waiting(of: tenant)
            known.withLock { $0[tenant] = version }
            tell(tenant, waiting)
        }
    }

    func expire() async throws {
        let count = try await store.expire(at: now())
        if count > 0 { log.info("callbacks expired", metadata: ["count": "\(count)"]) }
    }

    /// A call that was to be made and is not up, and of whose end nothing was heard, was lost with an instance.
    func mend() async throws {
        let dialled = try await store.dialling(since: now().adding(.seconds(-60)))
        var gone: Set<CallID> = []
        for (tenant, found) in Dictionary(grouping: dialled, by: \.tenant) {
            let ids = found.compactMap(\.callback.callID)
            guard
                let up = try? await bus.request(
                    FindCalls(callIDs: ids), to: .shard(.cti, tenant), tenant: tenant)
            else { continue }
            for (_, callback) in found {
                guard let id = callback.callID, !up.contains(id) else { continue }
                gone.insert(id)
                guard missing.withLock({ $0.contains(id) }) else { continue }
                log.warning("callback's call is lost", metadata: ["callback.id": "\(callback.id)", "call.id": "\(id)"])
                try await store.giveBack(
                    callback.id, id, notBefore: now().adding(.seconds(60)), of: tenant)
            }
        }
        missing.withLock { [gone] in $0 = gone }
    }
}
