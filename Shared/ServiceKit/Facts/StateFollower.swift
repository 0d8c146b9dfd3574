public import Bus
public import Contracts
public import Logging
public import ServiceLifecycle

/// Keeps a copy of others' state: takes a snapshot, which says at which numbers it is true, then applies what follows.
/// When something goes wrong it begins anew with a snapshot.
public struct StateFollower: Service {
    private let follower: FactFollower
    private let snapshot: @Sendable () async throws -> [String: UInt64]
    private let apply: @Sendable ([Envelope]) async throws -> Void
    private let log: Logger

    /// - Parameters:
    ///   - snapshot: loads the state, and returns the last number of each stream that it holds.
    ///   - apply: takes the facts that follow, each stream's in order, without a hole and none twice.
    public init(
        bus: any Bus, services: [ServiceName], log: Logger,
        snapshot: @escaping @Sendable () async throws -> [String: UInt64],
        apply: @escaping @Sendable ([Envelope]) async throws -> Void
    ) {
        follower = FactFollower(bus: bus, services: services, log: log)
        self.snapshot = snapshot
        self.apply = apply
        self.log = log
    }

    public func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                do {
                    try await follower.run(from: try await snapshot(), unlisted: .now, handle: apply)
                    return
                } catch is CancellationError {
                    return
                } catch {
                    log.warning("state not followed yet", metadata: ["error": "\(error)"])
                    try await Task.sleep(for: .milliseconds(200))
                }
            }
        }
    }
}
