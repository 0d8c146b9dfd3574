import Foundation

/// An Asterisk that is installed on this machine, at work with a configuration of its own.
struct Asterisk: Sendable {
    let configuration: AsteriskConfiguration
    /// `Asterisk 22.5.1`
    let version: String
    /// A file with the telephones' password.
    let passwordFile: String
    private let child: Child

    var pid: Int32 { child.pid }

    /// - Parameter program: its path.
    /// - Throws: ``BenchFailure`` if it does not run, or is not up within half a minute.
    static func start(
        _ program: String, _ workplace: Workplace, _ agents: [BenchAgent], _ size: CallsSize
    ) async throws -> Asterisk {
        let directory = try workplace.directory("asterisk")
        let ports = try FreePorts.block(4_002)
        let configuration = AsteriskConfiguration(
            directory: directory, sipPort: ports, rtpPorts: (ports + 2)..<(ports + 4_002), agents: agents,
            password: "\(UUID())", size: size)
        let passwordFile = try write(configuration)
        let version = try await words(of: [program, "-V"], in: directory)
        let child = try await Child.start(
            [program, "-f", "-C", "\(directory)/asterisk.conf"], output: "\(directory)/asterisk.out")
        let asterisk = Asterisk(
            configuration: configuration, version: version, passwordFile: passwordFile, child: child)
        do {
            let booted = [program, "-C", "\(directory)/asterisk.conf", "-rx", "core waitfullybooted"]
            try await eventually("Asterisk being up", within: 30) {
                if child.ended() != nil { throw BenchFailure("Asterisk ended: \(child.words.suffix(500))") }
                return try await words(of: booted, in: directory).contains("fully booted") ? true : nil
            }
            return asterisk
        } catch {
            await child.stop()
            throw error
        }
    }

    func stop() async { await child.stop() }

    /// Calls that came to an agent and were ended by one of the two, since it was started.
    var completed: Int {
        let log = (try? String(contentsOfFile: configuration.queueLog, encoding: .utf8)) ?? ""
        return Self.completed(in: log)
    }

    /// - Parameter log: the content of `queue_log`.
    static func completed(in log: String) -> Int {
        log.split(separator: "\n").count { line in
            let fields = line.split(separator: "|", omittingEmptySubsequences: false)
            return fields.count > 4 && ["COMPLETECALLER", "COMPLETEAGENT"].contains(fields[4])
        }
    }

    /// Its files, and three seconds of silence for whoever waits.
    /// - Returns: where the telephones' password is.
    private static func write(_ configuration: AsteriskConfiguration) throws -> String {
        let directory = configuration.directory
        for name in ["log/cdr-csv", "spool/monitor", "music"] {
            try FileManager.default.createDirectory(atPath: "\(directory)/\(name)", withIntermediateDirectories: true)
        }
        for (name, text) in configuration.files {
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
        }
        let silence = Data(repeating: 0xFF, count: 24_000)
        for name in ["\(configuration.prompt).ulaw", "\(configuration.music)/silence.ulaw"] {
            try silence.write(to: URL(fileURLWithPath: name))
        }
        let file = "\(directory)/password"
        try Data("\(configuration.password)\n".utf8).write(to: URL(fileURLWithPath: file))
        return file
    }

    private static func words(of command: [String], in directory: String) async throws -> String {
        let child = try await Child.start(command, output: "\(directory)/told")
        let status = try? await child.finish(within: 10)
        await child.stop()
        guard status != nil else { throw BenchFailure("\(command.joined(separator: " ")) does not end.") }
        return child.words.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
