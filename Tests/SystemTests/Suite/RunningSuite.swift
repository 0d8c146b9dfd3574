import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The whole suite as `deploy/run` starts it: separate processes, PostgreSQL, the front door, the demo tenant. One for all
/// system tests; gone when the test process is.
struct RunningSuite: Sendable {
    /// What `deploy/run --bare` prints when all is up.
    struct Places: Codable, Sendable {
        let url: String
        /// Where each process answers by itself, without the front door.
        let processes: [String: String]
        let sipPort: Int
        let sipTLSPort: Int
        let carrierPort: Int
        let state: String
        let passwordFile: String
        let binaries: String
        let number: String
    }

    let places: Places
    let password: String
    /// Where flows may ask a program on this machine.
    let programPort: Int
    private let script: RunningProgram

    private static let running = Task { try await start() }

    static func shared() async throws -> RunningSuite { try await running.value }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func start() async throws -> RunningSuite {
        let place = ProcessInfo.processInfo.environment["CARILLON_TEST_PLACE"] ?? "/var/tmp"
        let state = URL(fileURLWithPath: place).appendingPathComponent(
            "carillon-suite.\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
        let programPort = Int.random(in: 18_000..<19_000)
        let script = try RunningProgram(
            [root.appendingPathComponent("deploy/run").path, "--bare"],
            environment: [
                "CARILLON_STATE": state.path, "CARILLON_BINARIES": binaries.path,
                "FLOW_HOSTS": "127.0.0.1:\(programPort)",
            ],
            output: state.appendingPathComponent("run.log"))
        let places = try await eventually("the suite being up", within: 180) { () -> Places? in
            guard script.isRunning else {
                throw NotSeen(description: "the suite did not start: \(script.words.suffix(2000))")
            }
            let lines = script.words.split(separator: "\n")
            return lines.last { $0.hasPrefix("{") }.flatMap {
                try? JSONDecoder().decode(Places.self, from: Data($0.utf8))
            }
        }
        let password = try String(contentsOfFile: places.passwordFile, encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        return RunningSuite(places: places, password: password, programPort: programPort, script: script)
    }

    /// The programs lie beside the test bundle; `CARILLON_TEST_BINARIES` names others, such as those built for release.
    private static var binaries: URL {
        if let named = ProcessInfo.processInfo.environment["CARILLON_TEST_BINARIES"] {
            return URL(fileURLWithPath: named)
        }
        let bundle = URL(fileURLWithPath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
        let beside = [bundle, root.appendingPathComponent(".build/debug")]
        return beside.first {
            FileManager.default.isExecutableFile(atPath: $0.appendingPathComponent("media-server").path)
        } ?? root.appendingPathComponent(".build/debug")
    }

    /// A fresh directory for one test's files.
    func scratch(_ name: String) throws -> URL {
        let place = URL(fileURLWithPath: places.state).appendingPathComponent("test-\(name)")
        try? FileManager.default.removeItem(at: place)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        return place
    }

    /// Those that the first media-server takes for sound, as deploy/lib/suite.sh gives them.
    var rtpPorts: ClosedRange<Int> {
        let offset = places.sipPort - 5_060
        return (20_000 + offset)...(22_498 + offset)
    }

    func binary(_ name: String) -> String { places.binaries + "/" + name }

    /// Kills a process of the suite without a word, as the out-of-memory killer would; the supervisor starts it again.
    /// - Returns: the id it had.
    @discardableResult
    func kill(_ process: String) throws -> Int32 {
        let id = try self.id(of: process)
        Foundation.kill(id, SIGKILL)
        return id
    }

    /// The id of a process of the suite.
    func id(of process: String) throws -> Int32 {
        let text = try String(contentsOfFile: places.state + "/pid/" + process, encoding: .utf8)
        guard let id = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw NotSeen(description: "the id of \(process)")
        }
        return id
    }

    /// Whether a process of the suite is ready for work.
    func isReady(_ process: String) async -> Bool {
        guard let url = places.processes[process].flatMap({ URL(string: $0 + "/readyz") }),
            let (_, response) = try? await URLSession.shared.data(from: url)
        else { return false }
        return (response as? HTTPURLResponse)?.statusCode == 200
    }
}
