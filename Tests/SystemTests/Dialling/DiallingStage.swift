import Foundation
import Testing

/// A tenant whose agents call out: the telephones of the first two say 880 and 660 Hz, the third's is nowhere. All work in
/// the crowd's queue.
struct DiallingStage: Sendable {
    static let amy = "agent1001"
    static let bob = "agent1002"
    /// His telephone is not registered.
    static let eve = "agent1003"
    static let phones = [amy: "1071", bob: "1072", eve: "1073"]

    let crowd: Crowd
    let desks: [String: API]
    let place: URL
    private let programs: [String: RunningProgram]

    private static let made = Task { try await make() }

    static func shared() async throws -> DiallingStage { try await made.value }

    var admin: API { crowd.admin }
    var suite: RunningSuite { crowd.suite }

    private static func make() async throws -> DiallingStage {
        let suite = try await RunningSuite.shared()
        let crowd = try await Crowd.make(3, tenant: "dials", number: "+861088885600", in: suite)
        let place = try suite.scratch("dialling")
        for phone in phones.values.sorted() {
            try await crowd.admin.ask("PUT", "/media/v1/phones/\(phone)", ["password": suite.password])
        }
        let programs = [
            amy: try Sandbox.voice("1071", tone: 880, tenant: crowd.tenant, suite: suite, place: place),
            bob: try Sandbox.voice("1072", tone: 660, tenant: crowd.tenant, suite: suite, place: place),
        ]
        for (agent, program) in programs {
            _ = try await eventually("the telephone of \(agent) being registered", within: 60) {
                program.words.contains("registered ") ? true : nil
            }
        }
        var desks: [String: API] = [:]
        for agent in crowd.agents {
            // The front door lets in only so many sign-ins a minute.
            desks[agent] = try await eventually("\(agent) being let in", within: 60) {
                try? await API.signedIn(agent, to: suite, tenant: crowd.tenant)
            }
        }
        return DiallingStage(crowd: crowd, desks: desks, place: place, programs: programs)
    }

    func desk(_ agent: String) throws -> API { try #require(desks[agent], "no agent \(agent)") }

    func phone(_ agent: String) throws -> RunningProgram { try #require(programs[agent]) }

    // MARK: - Agents

    func agent(_ agent: String) async throws -> [String: Any] {
        try await desk(agent).ask("GET", "/cti/v1/agents/me")["agent"] as? [String: Any] ?? [:]
    }

    /// `ready`, or `paused:lunch`.
    func state(_ agent: String) async throws -> String {
        let known = try await self.agent(agent)
        let reason = (known["pauseReason"] as? String).map { ":" + $0 } ?? ""
        return (known["status"] as? String ?? "") + reason
    }

    /// Signed in at his telephone, with no campaign and no call, resting.
    func rest(_ agents: String...) async throws {
        for agent in agents {
            let desk = try desk(agent)
            try await desk.insist("DELETE", "/dialer/v1/previews/me", within: 30)
            _ = try await eventually("\(agent) having no call", within: 30) { () -> Bool? in
                let status = try await state(agent)
                return ["ringing", "talking"].contains(status) ? nil : true
            }
            try await desk.insist("POST", "/cti/v1/agents/me/sign-in", ["phone": Self.phones[agent] ?? ""], within: 30)
            if try await state(agent) == "afterCallWork" {
                try await desk.insist("POST", "/cti/v1/agents/me/after-call-work/end", [:])
            }
            try await desk.insist("POST", "/cti/v1/agents/me/pause", ["reason": "rest"])
        }
    }

    func ready(_ agent: String) async throws { try await desk(agent).insist("POST", "/cti/v1/agents/me/ready") }

    func becomes(_ agent: String, _ wanted: String, within seconds: Double = 20) async throws {
        _ = try await eventually("\(agent) being \(wanted)", within: seconds) { () -> Bool? in
            try await state(agent) == wanted ? true : nil
        }
    }

    // MARK: - Records

    /// A campaign that runs at all hours, whose records are looked at.
    func campaign(_ name: String, numbers: [String], preview: [String: Any] = [:]) async throws -> String {
        let made = try await admin.insist(
            "POST", "/dialer/v1/campaigns",
            [
                "name": name, "queueID": Crowd.queue, "fromNumber": crowd.number, "mode": "preview",
                "preview": preview, "maxAttempts": 2,
                "hours": ["timeZone": "UTC", "from": "00:00", "until": "24:00", "days": [1, 2, 3, 4, 5, 6, 7]],
            ])
        let id = try #require(made["id"] as? String)
        let rows = numbers.map { ["number": $0, "attributes": ["product": "tea"]] as [String: Any] }
        try await admin.insist("POST", "/dialer/v1/campaigns/\(id)/numbers", ["numbers": rows])
        try await admin.insist("POST", "/dialer/v1/campaigns/\(id)/start")
        return id
    }

    /// The record of a number that the agent looks at, once he does.
    func record(_ agent: String, of number: String, within seconds: Double = 20) async throws -> [String: Any] {
        try await eventually("\(agent) looking at \(number)", within: seconds) {
            let view = try? await desk(agent).ask("GET", "/dialer/v1/previews/me")
            let record = view?["record"] as? [String: Any]
            return Self.preview(record)["number"] as? String == number ? record : nil
        }
    }

    static func preview(_ record: [String: Any]?) -> [String: Any] { record?["preview"] as? [String: Any] ?? [:] }

    func decide(_ agent: String, _ record: [String: Any], _ verb: String, _ body: [String: Any]? = nil) async throws {
        let id = Self.preview(record)["id"] as? String ?? ""
        try await desk(agent).ask("POST", "/dialer/v1/previews/\(id)/\(verb)", body)
    }

    /// The tries of a campaign, the newest first, once so many of them are over.
    func attempts(_ campaign: String, over count: Int) async throws -> [[String: Any]] {
        try await eventually("\(count) tries being over", within: 40) {
            let tries = try await admin.items("/dialer/v1/campaigns/\(campaign)/attempts")
            return tries.count { $0["result"] is String } == count ? tries : nil
        }
    }

    func talks(_ customer: String) async throws -> [String: Any] {
        try await eventually("the call to \(customer) being talked", within: 30) {
            let calls = try await admin.items("/cti/v1/calls?limit=100")
            return calls.first { $0["customerNumber"] as? String == customer && $0["phase"] as? String == "talking" }
        }
    }

    func contact(_ customer: String) async throws -> [String: Any] {
        try await eventually("the contact record of \(customer)", within: 40) {
            try await admin.record(of: customer)
        }
    }
}
