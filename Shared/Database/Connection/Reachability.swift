import Synchronization

/// What the last attempt to connect said, so that callers who wait while PostgreSQL is away fail at once instead of one by one.
final class Reachability: Sendable {
    private let failure = Mutex<(error: DatabaseError, at: ContinuousClock.Instant)?>(nil)

    func check(pause: Duration) throws(DatabaseError) {
        let failure = failure.withLock { $0 }
        if let failure, failure.at + pause > .now { throw failure.error }
    }

    func failed(_ error: any Error) {
        let error = error as? DatabaseError ?? .lost("\(error)")
        failure.withLock { $0 = (error, .now) }
    }

    func succeeded() {
        failure.withLock { $0 = nil }
    }
}
