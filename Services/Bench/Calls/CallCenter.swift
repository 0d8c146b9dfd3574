import Foundation

/// A suite of its own, as `deploy/run --bare` starts it, with a queue of many agents who answer at once.
struct CallCenter: Sendable {
    /// What `deploy/run --bare` prints when all is up.
    struct Places: Decodable, Sendable {
        let url: String
        let sipPort: Int
        let carrierPort: Int
        let firstRTPPort: Int
        let lastRTPPort: Int
        let state: String
        let passwordFile: String
        let number: String

        /// The switch's, which it binds call by call, and the neighbour of each for RTCP.
        var rtpPorts: Range<Int> { firstRTPPort..<max(firstRTPPort, lastRTPPort) + 2 }
    }

    static let queue = "bench"

    let places: Places
    let password: String
    let admin: SuiteAPI
    private let script: Child

    /// - Parameter root: the checkout.
    static func start(_ workplace: Workplace, root: String) async throws -> CallCenter {
        let state = try workplace.directory("suite")
        let script = try await Child.start(
            ["\(root)/deploy/run", "--bare"],
            environment: ["CARILLON_STATE": state, "CARILLON_BINARIES": workplace.binaries, "LOG_LEVEL": "warning"],
            output: "\(workplace.path)/suite.log")
        do {
            let places = try await eventually("the suite being up", within: 180) {
                if script.ended() != nil { throw BenchFailure("deploy/run ended: \(script.words.suffix(500))") }
                return script.told(Places.self)
            }
            let password = try String(contentsOfFile: places.passwordFile, encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let open = SuiteAPI(base: "\(places.url)/api")
            return CallCenter(
                places: places, password: password, admin: try await open.signedIn("admin", password: password),
                script: script)
        } catch {
            await script.stop(closingInputOnly: true)
            throw error
        }
    }

    func stop() async { await script.stop(closingInputOnly: true) }

    /// The queue, the flow that leads to it, and its agents with their telephones, all set up and none at work.
    func make(_ agents: [BenchAgent], _ size: CallsSize) async throws {
        try await admin.ask("PUT", "/cti/v1/recording-rule", ["isAutomatic": size.isRecorded])
        try await admin.ask(
            "POST", "/acd/v1/queues",
            ["id": Self.queue, "name": "Bench", "ringSeconds": 15, "afterCallWorkSeconds": 0])
        try await admin.ask("PUT", "/cti/v1/flows/bench", Self.flow(isDirect: size.isDirect))
        try await admin.ask("PUT", "/cti/v1/access-numbers/\(places.number)", ["flow": "bench"])
        try await inParallel(agents) { agent in
            try await admin.ask(
                "POST", "/crm/v1/users",
                ["user": agent.id, "name": agent.id, "password": password, "roles": ["agent"]])
            try await admin.ask(
                "PUT", "/media/v1/phones/\(agent.phone)", ["displayName": agent.id, "password": password])
            try await admin.ask("PUT", "/acd/v1/queues/\(Self.queue)/members/\(agent.id)")
        }
    }

    /// Each with a token of his own.
    func signIn(_ agents: [BenchAgent]) async throws -> [(agent: BenchAgent, desk: SuiteAPI)] {
        let open = SuiteAPI(base: "\(places.url)/api")
        return try await inParallel(agents) { agent in
            let desk = try await open.signedIn(agent.id, password: password)
            try await desk.ask("POST", "/cti/v1/agents/me/sign-in", ["phone": agent.phone])
            try await desk.ask("POST", "/cti/v1/agents/me/ready")
            return (agent, desk)
        }
    }

    /// The callers are asked for a key, as they are everywhere, or come into line at once.
    private static func flow(isDirect: Bool) -> [String: any Sendable] {
        let line: [String: any Sendable] = ["type": "queue", "queue": queue]
        let menu: [String: any Sendable] = [
            "type": "menu", "prompts": [["say": "For the bench, press one."] as [String: any Sendable]],
            "keys": ["1": "line"], "timeoutSeconds": 5, "retries": 2, "onFailed": "line",
        ]
        let nodes: [String: any Sendable] = isDirect ? ["line": line] : ["menu": menu, "line": line]
        return [
            "schema": 1, "name": "Bench", "language": "en", "start": isDirect ? "line" : "menu", "nodes": nodes,
        ]
    }
}

/// One who answers at once.
struct BenchAgent: Sendable {
    static let firstPhone = 2001

    let number: Int

    var id: String { "bench-\(number)" }
    var phone: String { "\(Self.firstPhone + number)" }
}

/// Four at a time, in the order of the items.
@discardableResult
func inParallel<Item: Sendable, Value: Sendable>(
    _ items: [Item], _ work: @escaping @Sendable (Item) async throws -> Value
) async throws -> [Value] {
    try await withThrowingTaskGroup(of: (Int, Value).self) { group in
        var found: [Int: Value] = [:]
        for (index, item) in items.enumerated() {
            if index >= 4, let (done, value) = try await group.next() { found[done] = value }
            group.addTask { (index, try await work(item)) }
        }
        for try await (done, value) in group { found[done] = value }
        return items.indices.compactMap { found[$0] }
    }
}
