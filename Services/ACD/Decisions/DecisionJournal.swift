import Contracts
import Logging
import ServiceLifecycle
import Synchronization

/// Writes decisions to PostgreSQL behind the calls: the router only hands them over.
///
/// They are also facts on the bus; if PostgreSQL stays away for long, the oldest that are not written are given up here.
final class DecisionJournal: Service {
    private static let most = 50_000
    private static let batch = 500
    private let store: DecisionStore
    private let keptFor: Duration
    private let now: @Sendable () -> Timestamp
    private let log: Logger
    private let unwritten = Mutex<[Decision]>([])
    private let unwrittenNotes = Mutex<[DecisionNote]>([])

    init(
        store: DecisionStore, keptFor: Duration, now: @escaping @Sendable () -> Timestamp = Timestamp.now, log: Logger
    ) {
        self.store = store
        self.keptFor = keptFor
        self.now = now
        self.log = log
    }

    /// Never waits.
    func note(_ decision: Decision) {
        let given = unwritten.withLock { decisions -> Int in
            decisions.append(decision)
            guard decisions.count > Self.most else { return 0 }
            decisions.removeFirst(Self.batch)
            return Self.batch
        }
        if given > 0 { log.error("decisions not kept", metadata: ["count": "\(given)"]) }
    }

    /// Never waits.
    func note(_ note: DecisionNote) {
        let given = unwrittenNotes.withLock { notes -> Int in
            notes.append(note)
            guard notes.count > Self.most else { return 0 }
            notes.removeFirst(Self.batch)
            return Self.batch
        }
        if given > 0 { log.error("notes on decisions not kept", metadata: ["count": "\(given)"]) }
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var turns = 0
            while true {
                do {
                    try await self.write()
                    if turns % 7200 == 0 { try await self.clear() }
                    turns += 1
                } catch is CancellationError {
                    return
                } catch {
                    self.log.warning("decisions not written", metadata: ["error": "\(error)"])
                }
                try await Task.sleep(for: .milliseconds(500))
            }
        }
        try? await write()  // What is left at the stop; without PostgreSQL there is nothing more to do.
    }

    /// One turn of the loop.
    func write() async throws {
        try await writeDecisions()
        try await writeNotes()
    }

    private func writeNotes() async throws {
        while true {
            let notes = unwrittenNotes.withLock { unwritten in
                let batch = Array(unwritten.prefix(Self.batch))
                unwritten.removeFirst(batch.count)
                return batch
            }
            guard !notes.isEmpty else { return }
            do {
                try await store.insert(notes)
            } catch {
                unwrittenNotes.withLock { $0.insert(contentsOf: notes, at: 0) }
                throw error
            }
        }
    }

    private func writeDecisions() async throws {
        while true {
            // Taken out while they are written, so that what is given up meanwhile is not counted as written.
            let decisions = unwritten.withLock { unwritten in
                let batch = Array(unwritten.prefix(Self.batch))
                unwritten.removeFirst(batch.count)
                return batch
            }
            guard !decisions.isEmpty else { return }
            do {
                try await store.insert(decisions)
            } catch {
                unwritten.withLock { $0.insert(contentsOf: decisions, at: 0) }
                throw error
            }
        }
    }

    func clear() async throws {
        let oldest = now().adding(.zero - keptFor)
        let removed = try await store.remove(before: oldest) + store.removeNotes(before: oldest)
        if removed > 0 { log.info("old decisions removed", metadata: ["count": "\(removed)"]) }
    }
}
