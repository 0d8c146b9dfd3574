import Synchronization

/// Requests to one service about one call: one after the other, so that none overtakes another, and none holds up other
/// calls.
///
/// It is run only while it has something to do: a task that waited for as long as its call lives would be one of thousands,
/// and each task of a group is found among all others when it ends.
final class Lane: Sendable {
    typealias Job = @Sendable () async -> Void

    private struct State {
        var jobs: [Job] = []
        var isRun = false
        var isOver = false
    }

    /// More would be a call that nobody serves any more.
    private static let capacity = 1024

    private let state = Mutex(State())

    /// Whether the call is over: what is still to be tried again can be given up.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Whether all that it was given is done.
    var isIdle: Bool { state.withLock { !$0.isRun } }

    /// - Returns: whether it now has to be run.
    func add(_ job: @escaping Job) -> Bool {
        state.withLock { state in
            guard !state.isOver, state.jobs.count < Self.capacity else { return false }
            state.jobs.append(job)
            defer { state.isRun = true }
            return !state.isRun
        }
    }

    /// Nothing more comes; what waits is still done.
    func finish() { state.withLock { $0.isOver = true } }

    /// Until nothing waits. What still waits when it is cancelled is dropped.
    func run() async {
        while let job = next() { await job() }
    }

    private func next() -> Job? {
        let isCancelled = Task.isCancelled
        return state.withLock { state in
            if isCancelled { state.jobs = [] }
            state.isRun = !state.jobs.isEmpty
            return state.isRun ? state.jobs.removeFirst() : nil
        }
    }
}

extension DiscardingTaskGroup {
    /// Has it done in the lane, behind what is done there.
    mutating func add(to lane: Lane, _ job: @escaping Lane.Job) {
        if lane.add(job) { addTask { await lane.run() } }
    }
}
