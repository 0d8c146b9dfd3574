import Foundation

/// A program that a test runs beside itself. Ended at the latest with the test process, whose pipe it reads.
final class RunningProgram: @unchecked Sendable {  // Process is used from one place at a time.
    private let process = Process()
    private let input = Pipe()
    let output: URL

    /// - Parameter output: the file its words go to.
    init(_ command: [String], environment: [String: String] = [:], directory: URL? = nil, output: URL) throws {
        self.output = output
        // Threads that Foundation starts programs from block all signals, and a program inherits that.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", Self.unblocked] + command
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.currentDirectoryURL = directory
        try Data().write(to: output)
        let handle = try FileHandle(forWritingTo: output)
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = input
        try process.run()
    }

    private static let unblocked = """
        import os, signal, sys
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM): signal.signal(number, signal.SIG_DFL)
        os.execvp(sys.argv[1], sys.argv[1:])
        """

    var isRunning: Bool { process.isRunning }
    var words: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

    /// The JSON object on its last line.
    func lastObject() throws -> [String: Any] {
        let line = words.split(separator: "\n").last { $0.hasPrefix("{") } ?? ""
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
            throw NotSeen(description: "a JSON object at the end of: \(words.suffix(1500))")
        }
        return object
    }

    /// A command that ends, with all it started, when its standard input does: for what runs as long as the test process.
    static func tied(_ command: [String]) -> [String] {
        // Nothing is left that holds what was inherited: only then is the program seen to have ended.
        let script = """
            exec 3<&0; "$@" </dev/null & child=$!; cat <&3 >/dev/null & reader=$!
            trap 'kill $child $reader' TERM INT; wait $reader; kill $child; wait $child
            """
        return ["/bin/sh", "-c", script, "sh"] + command
    }

    /// Writes a line to its standard input.
    func tell(_ line: String) { try? input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8)) }

    /// As Ctrl-C does.
    func interrupt() { if process.isRunning { process.interrupt() } }

    /// Asks it to end, and makes it after three seconds.
    func stop() async {
        if process.isRunning { process.terminate() }
        let deadline = ContinuousClock.now + .seconds(3)
        while process.isRunning, ContinuousClock.now < deadline { await pause() }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        _ = await status()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Waits for its end.
    func status() async -> Int32 {
        while process.isRunning { await pause() }
        return process.terminationStatus
    }
}

/// What a program said, and how it ended.
struct Finished {
    let status: Int32
    let words: String
}

/// Runs a program to its end.
func run(_ command: String..., output: URL) async throws -> Finished {
    let program = try RunningProgram(command, output: output)
    let status = await program.status()
    return Finished(status: status, words: program.words)
}

/// Between two looks at a foreign process, which tells nobody when it is done.
func pause() async { try? await Task.sleep(for: .milliseconds(50)) }

/// Looks until there is something to see.
/// - Throws: ``NotSeen`` with the sentence after `seconds`.
func eventually<Value>(
    _ sentence: String, within seconds: Double = 30, _ look: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
        if let value = try await look() { return value }
        guard ContinuousClock.now < deadline else {
            throw NotSeen(description: "\(sentence) was not seen within \(seconds) s")
        }
        await pause()
    }
}

/// Something that did not come to pass.
struct NotSeen: Error, CustomStringConvertible { let description: String }
