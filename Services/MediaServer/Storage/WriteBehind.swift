import Database
import Logging
import ServiceLifecycle
import Synchronization

/// Brings the newest of each thing into the database at once, some times a second at most, and when PostgreSQL is away within a
/// second of its being back, so that nothing in the switch waits for it. What is kept until then is one entry a thing.
final class WriteBehind<Key: Hashable & Sendable, Value: Sendable>: Service, Sendable {
    private let what: String
    private let pause: Duration
    private let store: @Sendable ([Key: Value]) async throws -> Void
    private let log: Logger
    private let notes = Mutex(Notes())
    /// Says that something was noted.
    private let (wakes, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// What is not in the database yet: what was noted last, and what is on its way there.
    private struct Notes {
        var changes: [Key: Value] = [:]
        var underway: [Key: Value] = [:]
    }

    /// - Parameters:
    ///   - what: is written, for the log.
    ///   - pause: between two times of bringing.
    ///   - pause: for which notes gather, so that of several of one thing only the last is written.
    ///   - store: puts all of it into the database, or throws and puts nothing.
    init(
        _ what: String, pause: Duration = .milliseconds(100), log: Logger,
        store: @escaping @Sendable ([Key: Value]) async throws -> Void
    ) {
        self.what = what
        self.pause = pause
        self.log = log
        self.store = store
    }

    func note(_ key: Key, _ value: Value) {
        notes.withLock { _ = $0.changes.updateValue(value, forKey: key) }
        waker.yield()
    }

    /// What was noted of a thing and is not known to be in the database: newer than what is read there.
    func pending(_ key: Key) -> Value? { notes.withLock { $0.changes[key] ?? $0.underway[key] } }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            for await _ in self.wakes {
                let isStored = await self.write()
                try await Task.sleep(for: isStored ? self.pause : .seconds(1))
            }
        }
        await write()
    }

    /// One turn of the loop.
    /// - Returns: whether the database took it.
    @discardableResult
    func write() async -> Bool {
        let due = notes.withLock { notes in
            notes.underway = notes.changes
            notes.changes = [:]
            return notes.underway
        }
        guard !due.isEmpty else { return true }
        // Behind the return to what waits, if it must be tried again.
        defer { notes.withLock { $0.underway = [:] } }
        do {
            try await store(due)
            return true
        } catch let error as DatabaseError where !error.isConnectionLost && due.count > 1 {
            // One that cannot be stored must not keep the others out.
            for change in due { await write([change.key: change.value]) }
            return true
        } catch {
            failed(due, error)
            return false
        }
    }

    private func write(_ change: [Key: Value]) async {
        do {
            try await store(change)
        } catch {
            failed(change, error)
        }
    }

    private func failed(_ due: [Key: Value], _ error: any Error) {
        if let error = error as? DatabaseError, !error.isConnectionLost, due.count == 1 {
            return log.error("not stored, ever", metadata: ["what": "\(what)", "error": "\(error)"])
        }
        log.warning("not stored yet", metadata: ["what": "\(what)", "error": "\(error)"])
        // What was noted meanwhile is newer.
        notes.withLock { $0.changes.merge(due) { newer, _ in newer } }
        waker.yield()
    }
}
