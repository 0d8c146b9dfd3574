import Foundation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A tenant for the rules of flows and of call control: Amy's telephone says 880 Hz, Bob's 660, and Deaf's only rings until
/// it is answered on the page. Sue supervises. Customers are sipp's, or the sandbox's where it matters what they hear. A test
/// has numbers of its own: +861088885401 to 29.
struct FrontStage: Sendable {
    static let amy = "agent1001"
    static let bob = "agent1002"
    static let deaf = "agent1003"
    static let phones = [amy: "1061", bob: "1062", deaf: "1063"]

    let crowd: Crowd
    let desks: [String: API]
    let sue: API
    private let programs: [String: RunningProgram]
    let place: URL

    private static let made = Task { try await make() }

    static func shared() async throws -> FrontStage { try await made.value }

    var admin: API { crowd.admin }
    var suite: RunningSuite { crowd.suite }

    private static func make() async throws -> FrontStage {
        let suite = try await RunningSuite.shared()
        let crowd = try await Crowd.make(3, tenant: "front", number: "+861088885400", in: suite)
        let platform = try await suite.operatorsAPI()
        try await crowd.own((1...29).map { "+8610888854\($0 < 10 ? "0" : "")\($0)" }, by: platform)
        let place = try suite.scratch("front")
        for phone in phones.values.sorted() {
            try await crowd.admin.ask("PUT", "/media/v1/phones/\(phone)", ["password": suite.password])
        }
        let programs = [
            amy: try Sandbox.voice("1061", tone: 880, tenant: crowd.tenant, suite: suite, place: place),
            bob: try Sandbox.voice("1062", tone: 660, tenant: crowd.tenant, suite: suite, place: place),
            deaf: try Sandbox.phones(
                "1063-1063", tenant: crowd.tenant, answerAfter: "never", isTied: true, ports: 33_200...33_239,
                suite: suite, place: place),
        ]
        for (agent, program) in programs {
            _ = try await eventually("the telephone of \(agent) being registered", within: 60) {
                program.words.contains("registered ") ? true : nil
            }
        }
        try await crowd.admin.ask(
            "POST", "/crm/v1/users",
            ["user": "sue", "name": "Sue", "password": suite.password, "roles": ["supervisor"]])
        var desks: [String: API] = [:]
        for agent in crowd.agents {
            desks[agent] = try await crowd.letIn(agent)
            try await desks[agent]?.insist(
                "POST", "/cti/v1/agents/me/sign-in", ["phone": phones[agent] ?? ""], within: 30)
        }
        return FrontStage(
            crowd: crowd, desks: desks, sue: try await crowd.letIn("sue"), programs: programs, place: place)
    }

    func desk(_ agent: String) throws -> API { try #require(desks[agent], "no agent \(agent)") }

    func phone(_ agent: String) throws -> RunningProgram { try #require(programs[agent]) }

    // MARK: - Agents

    func status(_ agent: String) async throws -> String {
        let me = try await desk(agent).ask("GET", "/cti/v1/agents/me")
        return (me["agent"] as? [String: Any])?["status"] as? String ?? ""
    }

    /// Just these are ready; all others pause.
    func ready(_ names: String...) async throws {
        for agent in crowd.agents {
            _ = try await eventually("\(agent) having no call", within: 20) { () -> Bool? in
                ["ready", "paused", "afterCallWork", "signedOut"].contains(try await status(agent)) ? true : nil
            }
            if try await status(agent) == "signedOut" {
                try await desk(agent).insist(
                    "POST", "/cti/v1/agents/me/sign-in", ["phone": Self.phones[agent] ?? ""], within: 30)
            }
            try await desk(agent).insist("POST", "/cti/v1/agents/me/pause", ["reason": "rest"])
            if names.contains(agent) { try await desk(agent).insist("POST", "/cti/v1/agents/me/ready") }
        }
    }

    /// What an agent does to his call.
    func act(_ agent: String, _ call: String, _ verb: String, _ body: [String: Any]? = nil) async throws {
        try await desk(agent).insist("POST", "/cti/v1/calls/\(call)/\(verb)", body, within: 20)
    }

    // MARK: - Flows

    /// Publishes a flow, and lets a number lead to it.
    func lead(_ number: String, to flow: String, as id: String) async throws {
        try await crowd.lead(number, to: flow, as: id)
    }

    /// A flow's nodes in English, beginning at the first that is named.
    static func flow(_ start: String, _ nodes: String) -> String {
        #"{"schema": 1, "name": "\#(start)", "language": "en", "start": "\#(start)", "nodes": {\#(nodes)}}"#
    }

    /// A prompt of the tenant's: eight seconds of a tone.
    func prompt(_ name: String, of frequency: Double) async throws {
        var request = URLRequest(
            url: try #require(URL(string: admin.url + "/api/media/v1/prompts/\(name)")), timeoutInterval: 10)
        request.httpMethod = "PUT"
        request.setValue("Bearer \(admin.token)", forHTTPHeaderField: "Authorization")
        request.setValue("audio/wav", forHTTPHeaderField: "Content-Type")
        request.httpBody = BaresipPhone.toneFile(frequency)
        let (_, response) = try await URLSession.shared.data(for: request)
        try #require((response as? HTTPURLResponse)?.statusCode == 201)
    }

    // MARK: - Customers

    /// A customer of sipp's, who presses keys by INFO and then waits to be hung up.
    /// - Parameters:
    ///   - gap: milliseconds before each key.
    ///   - leavesAfter: milliseconds behind the last key after which he hangs up himself.
    func call(
        _ number: String, from customer: String, keys: String = "", gap: Int = 700, first: Int? = nil,
        leavesAfter: Int? = nil
    ) throws -> RunningProgram {
        var scenario = SippScenario(calling: number, from: customer)
        scenario.send("INVITE", [], "application/sdp", SippScenario.sound("sendrecv", version: 1))
        scenario.mayHear(100, 180, 183)
        scenario.expect(response: 200, opensDialog: true)
        scenario.isInDialog()
        scenario.send("ACK")
        for (index, key) in keys.enumerated() {
            scenario.pause(index == 0 ? first ?? gap : gap)
            scenario.send("INFO", [], "application/dtmf-relay", "Signal=\(key)\nDuration=160\n")
            scenario.expect(response: 200)
        }
        if let leavesAfter {
            scenario.pause(leavesAfter)
            scenario.send("BYE")
            scenario.expect(response: 200)
        } else {
            scenario.expect(request: "BYE", patiently: true)
            scenario.answer("200 OK")
        }
        return try Sipp.start(
            scenario.text, "customer-\(customer)", calls: number,
            mediaPort: 16_700 + (Int(customer.suffix(4)) ?? 0) % 700 * 4, suite,
            try suite.scratch("front-\(customer)"))
    }

    /// The call of a customer, once it is in a phase.
    func sees(_ customer: String, _ phase: String, within seconds: Double = 25) async throws -> [String: Any] {
        try await eventually("the call of \(customer) being \(phase)", within: seconds) {
            try await calls(of: customer).first { $0["phase"] as? String == phase }
        }
    }

    func calls(of customer: String) async throws -> [[String: Any]] {
        try await admin.items("/cti/v1/calls?limit=100").filter { $0["customerNumber"] as? String == customer }
    }

    func record(_ customer: String) async throws -> [String: Any] {
        let record = try await eventually("the contact record of \(customer)", within: 40) {
            try await admin.record(of: customer)
        }
        #expect(API.addsUp(record), "\(record)")
        return record
    }

    /// What was known of a call that is over.
    func attributes(_ customer: String) async throws -> [String: String] {
        try await record(customer)["attributes"] as? [String: String] ?? [:]
    }

    // MARK: - Ears

    /// Which tones were heard, one set after the other.
    static func heard(_ program: RunningProgram) -> [String] {
        program.words.split(separator: "\n").filter { $0.hasPrefix("hears ") }.map {
            $0.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
        }
    }

    /// Waits until somebody hears just these tones.
    static func hears(
        _ program: RunningProgram, _ tones: String, _ scene: String, within seconds: Double = 30
    ) async throws {
        do {
            _ = try await eventually("\(scene): \(tones)", within: seconds) {
                heard(program).last == tones ? true : nil
            }
        } catch {
            throw NotSeen(description: "\(error); heard: \(heard(program).suffix(12))")
        }
    }
}
