import Logging
import ServiceKit
import ServiceLifecycle

/// Deletes this instance's faxes that have been kept for their days.
struct FaxKeeper: Service {
    static let turn: Duration = .seconds(60)
    private static let batch = 50

    let office: FaxOffice
    let log: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                do {
                    try await deleteExpired()
                } catch {
                    log.warning("not looked after", metadata: ["what": "expired faxes", "error": "\(error)"])
                }
                try await Task.sleep(for: Self.turn)
            }
        }
    }

    func deleteExpired() async throws {
        let expired = try await office.store.expired(
            of: office.instance, standardDays: RecordingPolicy.standard.retentionDays, limit: Self.batch)
        for owned in expired {
            try await office.forget(owned)
            log.notice("fax expired", metadata: ["fax.id": "\(owned.fax.id)"])
        }
    }
}

extension FaxOffice {
    /// Sends it no more; its document goes, its row stays as deleted.
    func forget(_ owned: OwnedFax) async throws {
        cancel(owned.fax.id)
        // What was noted of it has to be in its row before.
        await notes.write()
        try await store.markDeleted(owned.fax.id, tenant: owned.tenant)
        try await Disk.run { [place] in place.remove(owned) }
    }
}
