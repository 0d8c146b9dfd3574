import Foundation
import Testing

/// A tenant for the rules of routing: four agents whose telephones are sipp's and answer at once, and one whose telephone
/// only rings. Customers are sipp's too. A test makes queues of its own.
struct RulesStage: Sendable {
    static let agents = ["agent1001", "agent1002", "agent1003", "agent1004"]
    /// His telephone is never answered.
    static let deaf = "agent1005"

    let crowd: Crowd
    let desks: [String: API]
    private let phones: [RunningProgram]

    private static let made = Task { try await make() }

    static func shared() async throws -> RulesStage { try await made.value }

    var admin: API { crowd.admin }
    var suite: RunningSuite { crowd.suite }

    private static func make() async throws -> RulesStage {
        let suite = try await RunningSuite.shared()
        let crowd = try await Crowd.make(5, tenant: "rules", number: "+861088889700", in: suite)
        let platform = try await suite.operatorsAPI()
        try await crowd.own(
            (11...29).map { "+8610888897\($0)" } + (11...39).map { "+8610888853\($0)" }, by: platform)
        let place = try suite.scratch("rules")
        for (agent, skills) in ["agent1001": ["english:2"], "agent1002": ["english:5"]] {
            try await crowd.admin.ask("PUT", "/acd/v1/agents/\(agent)/skills", ["skills": skills])
        }
        var phones: [RunningProgram] = []
        var desks: [String: API] = [:]
        for (index, agent) in crowd.agents.enumerated() {
            phones.append(try await telephone(of: agent, index, crowd, place))
            let desk = try await crowd.letIn(agent)
            try await desk.insist("POST", "/cti/v1/agents/me/sign-in", ["phone": extensionOf(agent)], within: 30)
            desks[agent] = desk
        }
        return RulesStage(crowd: crowd, desks: desks, phones: phones)
    }

    private static func extensionOf(_ agent: String) -> String { String(agent.dropFirst("agent".count)) }

    private static func telephone(of agent: String, _ index: Int, _ crowd: Crowd, _ place: URL) async throws
        -> RunningProgram
    {
        let (suite, phone) = (crowd.suite, extensionOf(agent))
        // sipp knows no SHA-256.
        try await crowd.admin.ask("PUT", "/media/v1/phones/\(phone)", ["password": suite.password, "digest": "md5"])
        let port = 6_200 + index + suite.places.sipPort - 5_060
        let registration = try Sipp.start(
            SippScenario.registration(phone, tenant: crowd.tenant, password: suite.password, seconds: 3600),
            "registration-\(phone)", port: port, suite, place)
        let status = await registration.status()
        try #require(status == 0, "\(registration.words.suffix(1500))")
        let scenario = agent == deaf ? SippScenario.ringing : SippScenario.answering
        return try Sipp.start(
            scenario.text, "telephone-\(phone)", port: port, mediaPort: 16_500 + 20 * index, isTied: true, suite,
            place)
    }

    // MARK: - Setting up

    /// A queue with its members, and a number that leads to it.
    /// - Parameter node: what the flow's queue node has besides the queue.
    func queue(
        _ id: String, _ settings: [String: Any] = [:], members: [String], number: String, node: [String: Any] = [:],
        more: [String: Any] = [:]
    ) async throws {
        var wish: [String: Any] = ["id": id, "name": id, "afterCallWorkSeconds": 0, "ringSeconds": 3]
        wish.merge(settings) { _, new in new }
        try await admin.insist("POST", "/acd/v1/queues", wish)
        for member in members { try await admin.insist("PUT", "/acd/v1/queues/\(id)/members/\(member)") }
        var queue = node
        queue["type"] = "queue"
        queue["queue"] = id
        var nodes: [String: Any] = ["queue": queue]
        nodes.merge(more) { _, new in new }
        // The instance of acd that owns the tenant may be another than the one that was told.
        _ = try await eventually("the queue \(id) having its agents", within: 10) { () -> Bool? in
            guard let figures = try? await admin.ask("GET", "/acd/v1/queues/\(id)/figures") else { return nil }
            let known = ["agentsReady", "agentsBusy", "agentsPaused"].compactMap { API.number(figures[$0]) }
            return known.reduce(0, +) == Int64(members.count) ? true : nil
        }
        try await lead(
            number, to: ["schema": 1, "name": id, "language": "en", "start": "queue", "nodes": nodes], as: "to-\(id)")
    }

    /// Publishes a flow, and lets a number of the tenant's lead to it: +861088889711 to 29, +861088885311 to 39.
    func lead(_ number: String, to flow: [String: Any], as id: String) async throws {
        try await crowd.lead(number, to: flow, as: id)
    }

    /// Just these are ready, in this order; all others pause.
    func ready(_ names: String...) async throws {
        for agent in crowd.agents where !names.contains(agent) { try await pause(agent) }
        for agent in names {
            // Ready anew: who was ready before is idle from now on.
            try await pause(agent)
            try await desk(agent).insist("POST", "/cti/v1/agents/me/ready")
        }
    }

    func makeReady(_ agent: String) async throws { try await desk(agent).insist("POST", "/cti/v1/agents/me/ready") }

    private func pause(_ agent: String) async throws {
        _ = try await eventually("\(agent) having no call", within: 20) { () -> Bool? in
            let status = try await status(agent)
            return ["ready", "paused", "afterCallWork"].contains(status) ? true : nil
        }
        try await desk(agent).insist("POST", "/cti/v1/agents/me/pause", ["reason": "rest"])
    }

    func desk(_ agent: String) throws -> API { try #require(desks[agent], "no agent \(agent)") }

    func status(_ agent: String) async throws -> String {
        let me = try await desk(agent).ask("GET", "/cti/v1/agents/me")
        return (me["agent"] as? [String: Any])?["status"] as? String ?? ""
    }

    // MARK: - Calling

    /// A customer of sipp's who waits, talks, and is hung up.
    func call(_ number: String, from customer: String) throws -> RunningProgram {
        var scenario = SippScenario(calling: number, from: customer)
        scenario.send("INVITE", [], "application/sdp", SippScenario.sound("sendrecv", version: 1))
        scenario.mayHear(100, 180, 183)
        scenario.expect(response: 200, opensDialog: true)
        scenario.isInDialog()
        scenario.send("ACK")
        scenario.expect(request: "BYE")
        scenario.answer("200 OK")
        return try Sipp.start(
            scenario.text, "customer-\(customer)", calls: number,
            mediaPort: 16_700 + (Int(customer.suffix(4)) ?? 0) % 700 * 4, suite,
            try suite.scratch("rules-\(customer)"))
    }

    /// The call of a customer, once it is in a phase.
    func sees(_ customer: String, _ phase: String, within seconds: Double = 20) async throws -> [String: Any] {
        try await eventually("the call of \(customer) being \(phase)", within: seconds) {
            let calls = try await admin.items("/cti/v1/calls?limit=100")
            return calls.first { $0["customerNumber"] as? String == customer && $0["phase"] as? String == phase }
        }
    }

    /// Calls, and waits until an agent talks.
    /// - Returns: who, and in which call.
    func reaches(_ number: String, from customer: String) async throws -> (agent: String, call: String) {
        let sipp = try call(number, from: customer)
        defer { withExtendedLifetime(sipp) {} }
        return try await talks(customer)
    }

    func talks(_ customer: String, within seconds: Double = 20) async throws -> (agent: String, call: String) {
        let call = try await sees(customer, "talking", within: seconds)
        return (call["agentID"] as? String ?? "", call["callID"] as? String ?? "")
    }

    /// The agent hangs up and is ready again.
    func ends(_ talk: (agent: String, call: String)) async throws {
        try await desk(talk.agent).insist("POST", "/cti/v1/calls/\(talk.call)/hang-up")
        _ = try await eventually("\(talk.agent) being ready again", within: 20) { () -> Bool? in
            try await status(talk.agent) == "ready" ? true : nil
        }
    }

    /// One call after another: who talked in each.
    func order(_ number: String, customers: [String]) async throws -> [String] {
        var agents: [String] = []
        for customer in customers {
            let sipp = try call(number, from: customer)
            let talk = try await talks(customer)
            try await ends(talk)
            let status = await sipp.status()
            #expect(status == 0, "\(customer): \(sipp.words.suffix(500))")
            agents.append(talk.agent)
        }
        return agents
    }

    /// How a call was decided at first. Decisions are stored behind.
    func decision(of call: String) async throws -> [String: Any] {
        try await eventually("the decision of \(call)", within: 15) {
            try await admin.items("/acd/v1/decisions?call=\(call)").first
        }
    }
}

extension SippScenario {
    /// A telephone that answers at once and talks until it is hung up.
    static var answering: SippScenario {
        var scenario = SippScenario()
        scenario.expect(request: "INVITE", opensDialog: true, patiently: true)
        scenario.answer("180 Ringing", isInvite: true)
        scenario.answer("200 OK", sound("sendrecv", version: 1), isInvite: true)
        scenario.expect(request: "ACK")
        scenario.expect(request: "BYE", patiently: true)
        scenario.answer("200 OK")
        return scenario
    }

    /// A telephone that nobody answers.
    static var ringing: SippScenario {
        var scenario = SippScenario()
        scenario.expect(request: "INVITE", opensDialog: true, patiently: true)
        scenario.answer("180 Ringing", isInvite: true)
        scenario.isCalledOff()
        return scenario
    }
}
