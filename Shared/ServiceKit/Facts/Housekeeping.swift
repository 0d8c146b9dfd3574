import Database
import Logging
import ServiceLifecycle

/// Once a minute, drops facts that are older than the replay window, streams that have none left, and idempotency keys older
/// than a day.
struct Housekeeping: Service {
    let database: Database
    let keepFacts: Duration
    let log: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(60))
                do {
                    try await clean()
                } catch {
                    log.warning("old facts not dropped", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// One turn of the loop.
    func clean() async throws {
        let outbox = OutboxStore(database)
        while try await outbox.drop(olderThan: keepFacts) { try Task.checkCancellation() }
        try await outbox.dropDeadStreams()
        try await StoredRepeats(database).drop()
    }
}
