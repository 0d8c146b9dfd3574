public import Bus
import Contracts
public import Database
public import Logging
public import ServiceLifecycle

/// Sends what transactions put into the outbox, after their commit and in order.
///
/// Woken by each commit of this process that published something; it looks by itself too, should another have done so.
///
/// What was committed but not sent when the process died is not sent later: the head that the heartbeats name tells
/// subscribers that they miss something, and they ask for it.
public final class OutboxRelay: Service {
    private let outbox: OutboxStore
    private let commits: CommitBell
    private let bus: any Bus
    private let stream: String
    private let interval: Duration
    private let log: Logger

    public init(database: Database, bus: any Bus, interval: Duration = .seconds(1), log: Logger) {
        outbox = OutboxStore(database)
        commits = database.commits
        self.bus = bus
        self.interval = interval
        self.log = log
        // As `Connection.publish` names it.
        stream = database.configuration.applicationName
    }

    public func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var sent: UInt64?
            while true {
                do {
                    sent = try await self.relay(after: sent)
                    await self.commits.wait(atMost: self.interval)
                    try Task.checkCancellation()
                } catch is CancellationError {
                    return
                } catch {
                    self.log.warning("outbox not relayed", metadata: ["error": "\(error)"])
                    try await Task.sleep(for: .milliseconds(500))
                }
            }
        }
    }

    /// One turn of the loop.
    /// - Returns: the number of the last fact that was sent.
    func relay(after sent: UInt64?) async throws -> UInt64 {
        guard var sent else {
            let head = try await outbox.head(of: stream)
            bus.announce(stream: stream, head: head)
            return head
        }
        while true {
            let facts = try await outbox.facts(stream: stream, from: sent + 1, through: .max, limit: 500)
            for fact in facts { bus.publish(fact) }
            guard let last = facts.last else { return sent }
            sent = last.number
        }
    }
}
