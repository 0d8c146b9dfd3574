import Synchronization

/// Requests to one service about one call: one after the other, so that none overtakes another, and none holds up other
/// calls.
final class Lane: Sendable {
    typealias Job = @Sendable () async -> Void

    /// More would be a call that nobody serves any more.
    private static let capacity = 1024

    private let jobs = AsyncStream.makeStream(of: Job.self, bufferingPolicy: .bufferingOldest(capacity))
    private let over = Mutex(false)

    /// Whether the call is over: what is still to be tried again can be given up.
    var isOver: Bool { over.withLock { $0 } }

    func add(_ job: @escaping Job) { jobs.continuation.yield(job) }

    /// Nothing more comes; what waits is still done.
    func finish() {
        over.withLock { $0 = true }
        jobs.continuation.finish()
    }

    /// What still waits when it is cancelled is dropped.
    func run() async {
        for await job in jobs.stream {
            if Task.isCancelled { return }
            await job()
        }
    }
}
