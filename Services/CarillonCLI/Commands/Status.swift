import ArgumentParser
import Contracts
import Foundation

/// Asks each instance whether it can work.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Asks each instance how it is, and which shards are its own. Ends with 1 if one is not ready.")

    @Option(
        name: .customLong("instance"), help: "An instance and its HTTP address, as cti/1=127.0.0.1:8111. Repeatable.")
    var instances: [String] = []

    @Option(help: "What is added to the default ports.")
    var portBase = 0

    @Flag(help: "One JSON object a line instead of a table.")
    var json = false

    /// Where the processes of one host listen by default.
    static let defaults = [
        ("crm/1", 8101), ("cti/1", 8111), ("cti/2", 8112), ("acd/1", 8121), ("acd/2", 8122), ("media-server/1", 8131),
        ("dialer/1", 8141), ("reporting/1", 8151),
    ]

    func run() async throws {
        let asked = try addresses()
        let answers = await withTaskGroup(of: (Int, InstanceStatus).self) { group in
            for (index, address) in asked.enumerated() {
                group.addTask { (index, await InstanceStatus.ask(address.name, address.host)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }.sorted { $0.key < $1.key }.map(\.value)
        }
        for answer in answers { print(json ? answer.json : answer.line) }
        if !json { for line in ShardMap.lines(answers) { print(line) } }
        if answers.contains(where: { !$0.isReady }) { throw ExitCode(1) }
    }

    func addresses() throws -> [(name: String, host: String)] {
        guard !instances.isEmpty else { return Self.defaults.map { ($0.0, "127.0.0.1:\($0.1 + portBase)") } }
        return try instances.map { text in
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, InstanceID(parts[0]) != nil else {
                throw ValidationError("\(text) does not read like cti/1=127.0.0.1:8111.")
            }
            return (parts[0], parts[1])
        }
    }
}

/// What one instance answers about itself.
struct InstanceStatus: Codable, Sendable {
    let instance: String
    let address: String
    let isReady: Bool
    let version: String?
    /// Each check by name: `ok`, or a sentence.
    let checks: [String: String]
    /// The shards of tenants that are its own; nil if it does not say.
    var shards: [Int]?

    static func ask(_ instance: String, _ address: String) async -> InstanceStatus {
        do {
            var client = try APIClient("http://\(address)")
            client.timeout = 3
            let (status, body) = try await client.exchange("GET", "/readyz")
            let checks = (try? JSONDecoder().decode([String: String].self, from: body)) ?? [:]
            let info = try? await client.get("/info", as: JSONValue.self)
            return InstanceStatus(
                instance: instance, address: address, isReady: status == 200, version: info?["version"]?.string,
                checks: checks, shards: info?["shards"]?.integers)
        } catch {
            return InstanceStatus(
                instance: instance, address: address, isReady: false, version: nil, checks: ["http": "\(error)"])
        }
    }

    var line: String {
        let complaints = checks.filter { $0.value != "ok" }.sorted { $0.key < $1.key }
            .map { "\($0.key): \($0.value)" }
        return [
            padded(instance, 16), padded(isReady ? "ready" : "not ready", 10), padded(version ?? "-", 8),
            padded(address, 22), complaints.joined(separator: "; "),
        ].joined(separator: " ").trimmingCharacters(in: .whitespaces)
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}
