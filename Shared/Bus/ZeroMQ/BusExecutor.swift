import Foundation
import Synchronization

/// Runs tasks on the bus's own thread, within its turn: what has come is decided, and what was decided is sent, without a
/// thread being woken up in between. See ``Bus/executor``.
final class BusExecutor: TaskExecutor {
    fileprivate struct State {
        var jobs: [UnownedJob] = []
        var thread: pthread_t?
        var isOver = false
        /// Whether a job that waits was left by the thread itself.
        var holdsItsOwn = false
    }

    /// So many jobs are run before the sockets have their turn again.
    private static let turn = 4096

    private let state = Mutex(State())
    private let wake: @Sendable () -> Void

    /// - Parameter wake: makes the thread begin a turn.
    init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

    /// The calling thread is the bus's.
    func begin() { state.withLock { $0.thread = pthread_self() } }

    var isOnItsThread: Bool { state.withLock { $0.isOnItsThread } }

    /// Whether the thread's own work waits to be gone on with, rather than what others have sent.
    var holdsItsOwn: Bool { state.withLock { $0.holdsItsOwn } }

    var isIdle: Bool { state.withLock { $0.jobs.isEmpty } }

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let (isOver, needsWaking) = state.withLock { state in
            if state.isOver { return (true, false) }
            state.jobs.append(unowned)
            let isOwn = state.isOnItsThread
            state.holdsItsOwn = state.holdsItsOwn || isOwn
            return (false, state.jobs.count == 1 && !isOwn)
        }
        if isOver { return runElsewhere(unowned) }
        if needsWaking { wake() }
    }

    /// Runs what waits, and what comes of it.
    func run() {
        var count = 0
        while count < Self.turn {
            let jobs = state.withLock { state in
                var jobs: [UnownedJob] = []
                swap(&jobs, &state.jobs)
                state.holdsItsOwn = false
                return jobs
            }
            if jobs.isEmpty { return }
            for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
            count += jobs.count
        }
    }

    /// The thread ends: what tasks have still to do, they do elsewhere.
    func end() {
        let jobs = state.withLock { state in
            state.isOver = true
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in jobs { runElsewhere(job) }
    }

    private func runElsewhere(_ job: UnownedJob) {
        DispatchQueue.global().async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension BusExecutor.State {
    fileprivate var isOnItsThread: Bool { thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
}
