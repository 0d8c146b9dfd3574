import Contracts
import Logging
import ServiceLifecycle

/// Once an hour, forgets talks and calls that no rule looks back to.
struct Sweeper: Service {
    let acquaintances: AcquaintanceStore
    let called: CalledNumberStore
    var now: @Sendable () -> Timestamp = Timestamp.now
    let log: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                do {
                    try await self.sweep()
                } catch is CancellationError {
                    return
                } catch {
                    self.log.warning("old talks not removed", metadata: ["error": "\(error)"])
                }
                try await Task.sleep(for: .seconds(3600))
            }
        }
    }

    /// One turn of the loop.
    func sweep() async throws {
        let oldest = now().adding(.seconds(-3600 * PreferredAgentRule.longestHours))
        let removed = try await acquaintances.remove(before: oldest) + called.remove(before: oldest)
        if removed > 0 { log.info("old talks removed", metadata: ["count": "\(removed)"]) }
    }
}
