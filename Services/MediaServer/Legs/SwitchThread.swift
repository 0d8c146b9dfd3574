import NIOCore

/// The thread that the switch's loop runs on: that of its SIP endpoint. Both work on the same calls, and handing each message
/// over to another thread and back costs more than what is done with it.
///
/// Nothing on it may wait: what takes time is a job beside the loop, on any thread.
final class SwitchThread: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        loop.execute { [self] in unowned.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
