public import Contracts
public import Logging
public import ServiceLifecycle
import Synchronization

/// Writes repairs to PostgreSQL behind the calls: whoever repairs only hands them over.
public final class RepairJournal: Service {
    /// More than these wait for PostgreSQL at most; the oldest are given up.
    private static let most = 10_000
    private static let keptFor = Duration.seconds(30 * 86_400)

    private let store: RepairStore
    private let instance: InstanceID
    private let now: @Sendable () -> Timestamp
    private let log: Logger
    private let unwritten = Mutex<[Repair]>([])

    public init(
        store: RepairStore, instance: InstanceID, log: Logger,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.store = store
        self.instance = instance
        self.log = log
        self.now = now
    }

    /// Never waits.
    public func note(_ what: String, tenant: TenantID? = nil, subject: String = "") {
        let repair = Repair(repairedAt: now(), instance: instance, what: what, tenant: tenant, subject: subject)
        unwritten.withLock { repairs in
            repairs.append(repair)
            if repairs.count > Self.most { repairs.removeFirst(repairs.count - Self.most) }
        }
    }

    public func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var turns = 0
            while true {
                do {
                    try await self.write()
                    if turns % 3600 == 0 {
                        _ = try await self.store.remove(before: self.now().adding(.zero - Self.keptFor))
                    }
                } catch is CancellationError {
                    return
                } catch {
                    self.log.warning("repairs not written", metadata: ["error": "\(error)"])
                }
                turns += 1
                try await Task.sleep(for: .seconds(1))
            }
        }
        try? await write()
    }

    /// One turn of the loop. What could not be written is written the next time.
    public func write() async throws {
        let repairs = unwritten.withLock { unwritten in
            defer { unwritten = [] }
            return unwritten
        }
        do {
            try await store.insert(repairs)
        } catch {
            unwritten.withLock { $0.insert(contentsOf: repairs, at: 0) }
            throw error
        }
    }
}
