import Foundation

/// A tenant of its own for the interop matrix: its number wants the keys 1590 and leads to whichever of two agents is ready.
/// A carrier's numbers are there to be transferred to, and Kamailio stands in front.
struct InteropScene: Sendable {
    static let keys = "1590"
    /// Rings for a second, answers, talks.
    static let outside = "13900000000"
    /// Answers at once and hangs up five seconds later.
    static let hangsUp = "13900000006"

    let crowd: Crowd
    /// The first has a telephone that answers at once, the second that of the peer.
    let agents: [API]
    private let kamailioPort: Int
    private let programs: [RunningProgram]

    private static let running = Task { try await make() }

    static func shared() async throws -> InteropScene { try await running.value }

    func port(_ road: InteropRoad) -> Int {
        let places = crowd.suite.places
        // The certificate is the switch's own; Python compares its address, as a browser would.
        if road.peer == .websocket { return places.sipPort + (road.transport == "ws" ? 2 : 3) }
        let isTLS = road.transport == "tls"
        if road.isBehindKamailio { return kamailioPort + (isTLS ? 1 : 0) }
        return isTLS ? places.sipTLSPort : places.sipPort
    }

    /// A customer from the sandbox, who presses the keys and talks until he is hung up.
    func customer(_ name: String) throws -> RunningProgram {
        try Sandbox.caller(
            from: "13900008888", to: crowd.number, keys: Self.keys, suite: crowd.suite,
            place: try crowd.suite.scratch("interop-customer-\(name)"))
    }

    /// Which call an agent talks in, once he does.
    func talking(_ agent: API) async throws -> String {
        try await eventually("the agent talking", within: 25) {
            let me = try await agent.ask("GET", "/cti/v1/agents/me")
            guard let call = me["call"] as? [String: Any], call["phase"] as? String == "talking" else { return nil }
            return call["callID"] as? String
        }
    }

    /// Waits until a call is in a phase.
    func sees(_ call: String, _ phase: String) async throws {
        _ = try await eventually("the call \(call) being \(phase)", within: 25) { () -> Bool? in
            let view = try? await crowd.admin.ask("GET", "/cti/v1/calls/\(call)")
            return view?["phase"] as? String == phase ? true : nil
        }
    }

    private static func make() async throws -> InteropScene {
        let suite = try await RunningSuite.shared()
        let crowd = try await Crowd.make(2, tenant: "interop", number: "+861088889901", in: suite)
        try await crowd.admin.ask("PUT", "/cti/v1/flows/straight", flow)
        // baresip 1.0 and sipp know no SHA-256.
        try await crowd.admin.ask("PUT", "/media/v1/phones/1002", ["password": suite.password, "digest": "md5"])
        let place = try suite.scratch("interop")
        let telephone = try Sandbox.phones(
            "1001-1001", tenant: crowd.tenant, answerAfter: "0", isTied: true, suite: suite, place: place)
        let carrier = try Sandbox.carrier(suite: suite, place: place)
        let port = 5_560 + suite.places.sipPort - 5_060
        let kamailio = try startKamailio(port, suite, place)
        var desks: [API] = []
        for agent in crowd.agents {
            desks.append(
                try await eventually("\(agent) being let in", within: 60) {
                    try? await API.signedIn(agent, to: suite, tenant: crowd.tenant)
                })
        }
        try await desks[0].insist("POST", "/cti/v1/agents/me/sign-in", ["phone": "1001"], within: 30)
        return InteropScene(
            crowd: crowd, agents: desks, kamailioPort: port, programs: [telephone, carrier, kamailio])
    }

    private static let flow: [String: any Sendable] = [
        "schema": 1, "name": "Keys to the queue", "language": "en", "start": "ask",
        "nodes": [
            "ask": [
                "type": "collect", "prompts": [["say": "Code"] as [String: String]], "attribute": "code",
                "minimumDigits": 4, "maximumDigits": 4, "timeoutSeconds": 20, "next": "check",
            ] as [String: any Sendable],
            "check": [
                "type": "condition", "attribute": "code", "test": "equals", "value": keys, "then": "queue",
                "else": "end",
            ] as [String: String],
            "queue": ["type": "queue", "queue": Crowd.queue] as [String: String],
            "end": ["type": "hangUp"] as [String: String],
        ] as [String: any Sendable],
    ]

    private static func startKamailio(_ port: Int, _ suite: RunningSuite, _ place: URL) throws -> RunningProgram {
        let list = place.appendingPathComponent("dispatcher.list")
        try "1 sip:127.0.0.1:\(suite.places.sipPort) 0 0\n".write(to: list, atomically: true, encoding: .utf8)
        let local = """
            #!define LOCAL
            #!substdef "!OUTSIDE_ADDRESS!127.0.0.1!g"
            #!substdef "!OUTSIDE_PORT!\(port)!g"
            #!substdef "!OUTSIDE_TLS_PORT!\(port + 1)!g"
            #!substdef "!DISPATCHER_LIST!\(list.path)!g"
            #!substdef "!TLS_CERTIFICATE!\(suite.places.state)/sip-tls/certificate.pem!g"
            #!substdef "!TLS_KEY!\(suite.places.state)/sip-tls/key.pem!g"

            """
        try local.write(to: place.appendingPathComponent("kamailio-local.cfg"), atomically: true, encoding: .utf8)
        let configuration = place.appendingPathComponent("kamailio.cfg")
        let shipped = RunningSuite.root.appendingPathComponent("deploy/kamailio/kamailio.cfg")
        try? FileManager.default.removeItem(at: configuration)
        try FileManager.default.copyItem(at: shipped, to: configuration)
        return try RunningProgram(
            RunningProgram.tied([
                "/usr/sbin/kamailio", "-DD", "-E", "-m", "32", "-M", "8", "-Y", place.path, "-f", configuration.path,
            ]),
            directory: place, output: place.appendingPathComponent("kamailio.log"))
    }
}
