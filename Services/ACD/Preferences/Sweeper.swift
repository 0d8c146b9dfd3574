import Contracts
import Logging
import ServiceLifecycle

/// Once an hour, forgets talks and calls that no rule looks back to.
struct Sweeper: Service {
    let acquaintances: AcquaintanceStore
    let called: CalledNumberStore
    /// Without it no work is forgotten.
    var work: WorkStore?
    /// How long work that is over is shown.
    static let daysOfWork = 90

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
        let finished = try await work?.remove(before: now().adding(.seconds(-86_400 * Self.daysOfWork))) ?? 0
        if finished > 0 { log.info("old work removed", metadata: ["count": "\(finished)"]) }
        if removed > 0 { log.info("old talks removed", metadata: ["count": "\(removed)"]) }
    }
}
