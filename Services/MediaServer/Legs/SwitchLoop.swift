import Contracts
import NIOCore
import Synchronization

/// The switch's loop. It runs on the thread of its SIP endpoint: both work on the same calls, and handing each message over to
/// another thread and back costs more than what is done with it.
///
/// Nothing on it may wait: what takes time is a job beside the loop, on any thread.
final class SwitchLoop {
    private let desk: SwitchDesk
    private let inbox: SwitchInbox
    private let jobs: SwitchJobs
    /// Told when the switch has stopped.
    private let ended: () -> Void
    private var hasEnded = false

    init(_ desk: SwitchDesk, _ inbox: SwitchInbox, _ jobs: SwitchJobs, ended: @escaping () -> Void) {
        self.desk = desk
        self.inbox = inbox
        self.jobs = jobs
        self.ended = ended
    }

    func begin() {
        desk.begin()
        beginJobs()
    }

    /// Takes all that has come.
    func turn() {
        for entry in inbox.takeAll() {
            inbox.done()
            guard !hasEnded else {
                desk.refuse(entry)
                continue
            }
            desk.handle(entry, at: .now())
            beginJobs()
            guard desk.stopping == .done else { continue }
            hasEnded = true
            ended()
        }
    }

    /// Nobody shall wait for an answer in vain.
    func close() {
        desk.refuseAskers()
        for entry in inbox.close() { desk.refuse(entry) }
    }

    private func beginJobs() {
        for job in desk.takeJobs() { jobs.begin(job) }
    }
}

/// What is done beside the switch's loop, on any thread, and is cancelled and waited for when the loop has ended.
final class SwitchJobs: Sendable {
    private struct State {
        var tasks: [UInt64: Task<Void, Never>] = [:]
        var number: UInt64 = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    func begin(_ job: @escaping SwitchDesk.Job) {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.number &+= 1
            let number = state.number
            state.tasks[number] = Task {
                await job()
                self.ended(number)
            }
        }
    }

    private func ended(_ number: UInt64) { state.withLock { $0.tasks[number] = nil } }

    /// Cancels what is under way, and waits for it. Nothing is begun any more.
    func end() async {
        let tasks = state.withLock { state in
            state.isClosed = true
            return state.tasks
        }
        for task in tasks.values { task.cancel() }
        for task in tasks.values { await task.value }
    }
}
