import Dispatch
import Foundation
import Synchronization

/// A program that a benchmark runs beside itself. It gets SIGTERM at the latest when this process ends, and reads the end
/// of its standard input then.
final class Child: Sendable {
    let pid: Int32
    /// Where its standard output and its errors go.
    let output: String
    private let input: Int32

    private init(pid: Int32, output: String, input: Int32) {
        self.pid = pid
        self.output = output
        self.input = input
    }

    /// - Parameter output: a file.
    /// - Throws: ``BenchFailure`` if it cannot be started.
    static func start(
        _ command: [String], environment: [String: String] = [:], output: String
    ) async throws -> Child {
        let all = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        let variables = all.map { "\($0.key)=\($0.value)" }
        return try await Nursery.only.run { try begin(command, variables, output: output) }.get()
    }

    private static func begin(
        _ command: [String], _ environment: [String], output: String
    ) throws -> Child {
        var pipes: [Int32] = [0, 0]
        guard pipe(&pipes) == 0 else { throw BenchFailure("There is no pipe to be had.") }
        for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(pipes[0]) }
        let file = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(file) }
        let guarded = ["/usr/bin/setpriv", "--pdeathsig", "TERM", "--"] + command
        guard file >= 0, let pid = spawn(guarded, environment, input: pipes[0], output: file) else {
            close(pipes[1])
            throw BenchFailure("\(command.first ?? "") cannot be started, or \(output) not be written.")
        }
        return Child(pid: pid, output: output, input: pipes[1])
    }

    /// With no signal blocked or ignored, whatever this thread has.
    private static func spawn(_ command: [String], _ environment: [String], input: Int32, output: Int32) -> Int32? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var arguments = command.map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid: pid_t = 0
        let result = posix_spawn(&pid, command.first ?? "", &actions, &attributes, &arguments, &variables)
        return result == 0 ? pid : nil
    }

    var words: String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }

    /// The last line that is a JSON object of this type; nil as long as there is none.
    func told<Value: Decodable>(_ type: Value.Type) -> Value? {
        words.split(separator: "\n").reversed().lazy.filter { $0.hasPrefix("{") }
            .compactMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }.first
    }

    /// How it ended: its exit code, or 128 and the signal; nil while it runs.
    func ended() -> Int32? {
        var status: Int32 = 0
        // Waited for by one task only, and not reaped: asking again gives the same answer.
        var news = siginfo_t()
        guard waitid(P_PID, id_t(pid), &news, WEXITED | WNOHANG | WNOWAIT) == 0, news.si_signo == SIGCHLD else {
            return nil
        }
        status = news._sifields._sigchld.si_status
        return news.si_code == CLD_EXITED ? status : 128 + status
    }

    /// Waits until it has ended.
    /// - Throws: ``BenchFailure`` if it takes longer than that.
    func finish(within seconds: Double) async throws -> Int32 {
        try await eventually("the end of a child process", within: seconds) { self.ended() }
    }

    /// Closes its input and asks it to end; makes it after ten seconds.
    func stop(closingInputOnly: Bool = false) async {
        close(input)
        if !closingInputOnly { kill(pid, SIGTERM) }
        if (try? await finish(within: closingInputOnly ? 30 : 10)) == nil { kill(pid, SIGKILL) }
        _ = try? await finish(within: 5)
        var status: Int32 = 0
        waitpid(pid, &status, WNOHANG)
    }
}

/// The thread that starts all children. It never ends: the kernel tells a child of the end of the *thread* that made it, and
/// the main thread of a Swift program may end long before the process.
private final class Nursery: Sendable {
    static let only = Nursery()

    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let bell = DispatchSemaphore(value: 0)

    private init() {
        let thread = Thread { [self] in
            while true {
                bell.wait()
                let waiting = jobs.withLock { jobs in
                    defer { jobs.removeAll() }
                    return jobs
                }
                for job in waiting { job() }
            }
        }
        thread.name = "nursery"
        thread.start()
    }

    func run<Value: Sendable>(_ job: @escaping @Sendable () throws -> Value) async -> Result<Value, any Error> {
        await withCheckedContinuation { waiting in
            jobs.withLock { $0.append { waiting.resume(returning: Result { try job() }) } }
            bell.signal()
        }
    }
}

/// Why a benchmark could not be done, in one sentence.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Looks every 20 ms until there is something.
/// - Throws: ``BenchFailure`` that names what did not come in time.
@discardableResult
func eventually<Value>(
    _ what: String, within seconds: Double, _ look: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
        if let value = try await look() { return value }
        guard ContinuousClock.now < deadline else {
            throw BenchFailure("\(what) did not come within \(Int(seconds)) s.")
        }
        try await Task.sleep(for: .milliseconds(20))
    }
}
