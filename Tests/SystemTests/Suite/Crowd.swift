import Foundation

/// A tenant of its own with many agents, all members of one queue that its number leads to at once.
struct Crowd: Sendable {
    static let queue = "crowd"
    let suite: RunningSuite
    let tenant: String
    /// Leads to the queue.
    let number: String
    let admin: API
    let agents: [String]

    /// Makes the tenant. Passwords are hashed slowly on purpose, so this takes about a quarter of a second an agent.
    static func make(
        _ count: Int, tenant: String, number: String, afterCallWorkSeconds: Int = 0, platform known: API? = nil,
        in suite: RunningSuite
    ) async throws -> Crowd {
        let platform = if let known { known } else { try await suite.operatorsAPI() }
        try await platform.ask(
            "POST", "/crm/v1/tenants",
            [
                "tenant": tenant, "name": tenant, "extras": ["recording"],
                "admin": ["user": "admin", "name": "Admin", "password": suite.password],
            ])
        try await give([number], to: tenant, by: platform)
        let admin = try await API.signedIn("admin", to: suite, tenant: tenant)
        try await admin.insist(
            "POST", "/acd/v1/queues", ["id": queue, "name": "Crowd", "afterCallWorkSeconds": afterCallWorkSeconds])
        let agents = (0..<count).map { "agent\(1001 + $0)" }
        for agent in agents { try await hire(agent, by: admin, password: suite.password) }
        try await admin.ask("PUT", "/cti/v1/flows/straight", flow)
        try await admin.insist("PUT", "/cti/v1/access-numbers/\(number)", ["flow": "straight"])
        return Crowd(suite: suite, tenant: tenant, number: number, admin: admin, agents: agents)
    }

    private static let flow: [String: any Sendable] = [
        "schema": 1, "name": "Straight to the queue", "language": "zh", "start": "queue",
        "nodes": ["queue": ["type": "queue", "queue": queue]],
    ]

    private static func hire(_ agent: String, by admin: API, password: String) async throws {
        try await admin.ask(
            "POST", "/crm/v1/users", ["user": agent, "name": agent, "password": password, "roles": ["agent"]])
        try await admin.ask("PUT", "/media/v1/phones/\(phone(of: agent))", ["password": password])
        try await admin.ask("PUT", "/acd/v1/queues/\(queue)/members/\(agent)")
    }

    private static func phone(of agent: String) -> String { String(agent.dropFirst("agent".count)) }

    /// The telephones of all agents, which answer at once.
    func phones(place: URL, ports: Int? = nil) async throws -> RunningProgram {
        let range = "1001-\(1000 + agents.count)"
        let phones = try Sandbox.phones(
            range, tenant: tenant, answerAfter: "0", ports: ports.map { $0...($0 + 39) }, suite: suite, place: place)
        do {
            _ = try await eventually("all telephones being registered", within: 60) {
                phones.words.split(separator: "\n").count { $0.hasPrefix("registered ") } == agents.count ? true : nil
            }
        } catch {
            throw NotSeen(description: "\(error); they say: \(phones.words.suffix(600))")
        }
        return phones
    }

    /// Signs every agent in at his telephone, ready for calls.
    func signIn() async throws -> [API] {
        var desks: [API] = []
        for agent in agents {
            let desk = try await letIn(agent)
            try await desk.insist("POST", "/cti/v1/agents/me/sign-in", ["phone": Self.phone(of: agent)])
            try await desk.insist("POST", "/cti/v1/agents/me/ready")
            desks.append(desk)
        }
        return desks
    }

    /// Calls of the tenant in which somebody talks.
    func talking() async throws -> Int {
        try await admin.items("/cti/v1/calls?limit=200").count { $0["phase"] as? String == "talking" }
    }
}
