import Foundation
import Glibc
import Speech

/// Runs one worker from its start to its end, on a thread of its own.
enum SpeechProcess {
    /// The longest answer that is read.
    private static let longest = 1 << 20

    /// Never throws: what goes wrong is the answer's failure.
    static func recognize(
        _ sound: [Int16], _ job: SpeechJob, program: String, patience: Duration
    ) async -> SpeechAnswer {
        await withCheckedContinuation { continuation in
            let thread = Thread {
                continuation.resume(returning: run(sound, job, program, patience))
            }
            thread.name = "speech"
            thread.stackSize = 1 << 19
            thread.start()
        }
    }

    private static func run(
        _ sound: [Int16], _ job: SpeechJob, _ program: String, _ patience: Duration
    ) -> SpeechAnswer {
        guard var input = try? job.head() else { return failed("The job cannot be written.") }
        for sample in sound {
            let bits = UInt16(bitPattern: sample)
            input += [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
        }
        var sockets: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &sockets) == 0 else {
            return failed("There is no socket for a worker.")
        }
        let pid = WorkerProcess.spawn(program, input: sockets[1], output: sockets[1])
        close(sockets[1])
        defer { close(sockets[0]) }
        guard let pid else { return failed("The program \(program) cannot be started.") }
        let deadline = MediaClock.now() + patience.microseconds
        let output = exchange(input, sockets[0], until: deadline)
        // A worker that has answered has nothing more to do; one that has not, no more time.
        kill(pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        guard let output else { return failed("The speech worker was not ready in time.") }
        guard let answer = try? JSONDecoder().decode(SpeechAnswer.self, from: Data(output)) else {
            return failed("The speech worker ended without an answer.")
        }
        return answer
    }

    private static func failed(_ reason: String) -> SpeechAnswer { SpeechAnswer(text: "", failure: reason) }

    /// Writes all and reads to the end of the line; nil when time is over.
    private static func exchange(_ input: [UInt8], _ socket: Int32, until deadline: Int64) -> [UInt8]? {
        _ = fcntl(socket, F_SETFL, O_NONBLOCK)
        var written = 0
        var output: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 16_384)
        while output.count < longest {
            let left = (deadline - MediaClock.now()) / 1_000
            guard left > 0 else { return nil }
            let writes = written < input.count
            var watched = pollfd(fd: socket, events: Int16(POLLIN | (writes ? POLLOUT : 0)), revents: 0)
            guard poll(&watched, 1, Int32(clamping: left)) > 0 else { continue }
            if writes, watched.revents & Int16(POLLOUT) != 0 {
                let count = input.withUnsafeBytes {
                    send(socket, $0.baseAddress?.advanced(by: written), $0.count - written, Int32(MSG_NOSIGNAL))
                }
                if count > 0 { written += count }
                if count < 0, errno != EAGAIN, errno != EINTR { written = input.count }
                if written == input.count { shutdown(socket, Int32(SHUT_WR)) }
            }
            guard watched.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 else { continue }
            let count = read(socket, &bytes, bytes.count)
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else { return output }
            output += bytes[..<count]
            if output.last == UInt8(ascii: "\n") { return output }
        }
        return output
    }
}
