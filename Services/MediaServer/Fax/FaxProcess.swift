import Fax
import Foundation
import Glibc
import SDP
import Synchronization

/// A worker's process: what the media-server holds of it. It ends when its socket is closed, or by ``kill()``.
final class FaxProcess: Sendable {
    let pid: pid_t
    /// The socket of job, sound and datagrams. Whoever it is given to closes it.
    let socket: Int32

    private let hasEnded = Mutex(false)

    /// Starts the program and gives it its job.
    /// - Parameter tell: called for each event on a thread of its own; the last is `.ended`, whatever becomes of the process.
    /// - Throws: ``FileError``
    init(_ program: String, _ job: FaxJob, tell: @escaping @Sendable (FaxEvent) -> Void) throws {
        var sockets: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0, &sockets) == 0 else {
            throw FileError.last
        }
        var pipes: [Int32] = [-1, -1]
        guard pipe(&pipes) == 0 else {
            let error = FileError.last
            for socket in sockets { close(socket) }
            throw error
        }
        for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        socket = sockets[0]
        let started = WorkerProcess.spawn(program, input: sockets[1], output: pipes[1])
        close(sockets[1])
        close(pipes[1])
        guard let pid = started else {
            close(sockets[0])
            close(pipes[0])
            throw FileError("The program \(program) cannot be started.")
        }
        self.pid = pid
        send(.job, try JSONEncoder().encode(job))
        let events = pipes[0]
        let thread = Thread { [self] in read(events, tell) }
        thread.name = "fax"
        thread.stackSize = 1 << 18
        thread.start()
    }

    /// What tells a worker to go over to T.38.
    static func changing(to terms: T38Terms) throws -> [UInt8] {
        [FaxMessage.Kind.image.rawValue] + (try JSONEncoder().encode(terms))
    }

    func kill() { hasEnded.withLock { if !$0 { _ = Glibc.kill(pid, SIGKILL) } } }

    private func send(_ kind: FaxMessage.Kind, _ data: Data) {
        let message = [kind.rawValue] + data
        _ = message.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    private func read(_ descriptor: Int32, _ tell: (FaxEvent) -> Void) {
        var lines = FaxEventLines()
        var bytes = [UInt8](repeating: 0, count: 4_096)
        var hasTold = false
        while true {
            let count = Glibc.read(descriptor, &bytes, bytes.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            for event in lines.take(bytes[..<count]) where !hasTold {
                if case .ended = event { hasTold = true }
                tell(event)
            }
        }
        close(descriptor)
        var status: Int32 = 0
        hasEnded.withLock { hasEnded in
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            hasEnded = true
        }
        guard !hasTold else { return }
        let signal = status & 0x7F
        tell(
            .ended(
                FaxResult(
                    code: FaxResult.workerDied,
                    reason: signal == 0
                        ? "The fax worker ended early." : "The fax worker was ended by signal \(signal).")))
    }
}

extension FaxResult {
    /// Codes of ours, beside T.30's.
    static let workerDied = -1
    static let notStarted = -2
}

/// Cuts a worker's output into events. What is none is passed over.
struct FaxEventLines {
    private static let longest = 65_536
    private var waiting: [UInt8] = []

    mutating func take(_ bytes: some Sequence<UInt8>) -> [FaxEvent] {
        waiting += bytes
        var events: [FaxEvent] = []
        while let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
            if let event = try? JSONDecoder().decode(FaxEvent.self, from: Data(waiting[..<end])) {
                events.append(event)
            }
            waiting.removeFirst(end + 1)
        }
        if waiting.count > Self.longest { waiting = [] }
        return events
    }
}
