import Contracts
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Keeps what tenants have used across a restart, and knows what they have used on other instances, five seconds late at most.
final class DialUsageKeeper: Service, Sendable {
    /// What this instance had noted when it was started.
    let restored: [DialLedger.Key: DialUsage]
    let notes: WriteBehind<DialLedger.Key, DialUsage>
    private let readOthers: @Sendable (String) async throws -> [DialLedger.Key: DialUsage]
    private let zone: TimeZone
    private let log: Logger
    private let others = Mutex<[DialLedger.Key: DialUsage]>([:])

    init(
        restored: [DialLedger.Key: DialUsage] = [:], zone: TimeZone, log: Logger,
        others: @escaping @Sendable (_ day: String) async throws -> [DialLedger.Key: DialUsage],
        store: @escaping @Sendable ([DialLedger.Key: DialUsage]) async throws -> Void
    ) {
        self.restored = restored
        self.zone = zone
        self.log = log
        readOthers = others
        notes = WriteBehind("usage", log: log, store: store)
    }

    static func load(_ store: DialUsageStore, zone: TimeZone, at now: Timestamp, log: Logger) async throws
        -> DialUsageKeeper
    {
        DialUsageKeeper(
            restored: try await store.own(since: WallTime(now, zone).day), zone: zone, log: log,
            others: { try await store.others(on: $0) }, store: { try await store.write($0) })
    }

    func elsewhere(_ key: DialLedger.Key) -> DialUsage { others.withLock { $0[key] ?? DialUsage() } }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                await self.refresh(at: .now())
                try await Task.sleep(for: .seconds(5))
            }
        }
    }

    /// One turn of the loop.
    func refresh(at now: Timestamp) async {
        do {
            let found = try await readOthers(WallTime(now, zone).day)
            others.withLock { $0 = found }
        } catch {
            log.warning("what tenants use elsewhere is not read", metadata: ["error": "\(error)"])
        }
    }
}
