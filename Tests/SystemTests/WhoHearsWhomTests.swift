import Foundation
import Testing

/// Consults, conferences, supervision and transfers through separate processes: each party says a tone of its own, and what
/// each hears is measured where he hears it.
@Suite(.serialized) struct WhoHearsWhomTests {
    @Test(.timeLimit(.minutes(6)))
    func `each hears exactly whom he should: bridge, consult, three-way, listen, whisper, barge, take over`()
        async throws
    {
        let stage = try await Stage.shared()
        let show = try await stage.begin(from: "13900000101")
        try await show.hears(["customer": "880", "amy": "440"], "bridge")

        try await show.amy("consult", ["agent": Stage.bob])
        try await show.hears(["amy": "660", "bob": "880"], "consult")
        try await show.hears(["customer": "880", "amy": "440"], "bridge", soon: true) { try await show.amy("swap") }
        try await show.amy("swap")
        try await show.hears(["amy": "660", "bob": "880"], "to and fro")
        let three = ["customer": "660,880", "amy": "440,660", "bob": "440,880"]
        try await show.hears(three, "three-way", soon: true) { try await show.amy("join") }
        let bob = try await show.party(Stage.bob)
        try await show.hears(["customer": "880", "amy": "440"], "two again", soon: true) {
            try await stage.desks["amy"]?.ask("DELETE", "/cti/v1/calls/\(show.call)/parties/\(bob)")
        }

        let listening = ["sue": "440,880", "customer": "880", "amy": "440"]
        try await show.hears(listening, "listen", soon: true) { try await show.supervise("listen") }
        try await show.hears(["amy": "440,1000", "sue": "440,880", "customer": "880"], "whisper", soon: true) {
            try await show.supervise("whisper")
        }
        try await show.hears(["customer": "880,1000", "amy": "440,1000", "sue": "440,880"], "barge", soon: true) {
            try await show.supervise("barge")
        }
        try await show.hears(listening, "listen again", soon: true) { try await show.supervise("listen") }
        try await show.hears(["customer": "1000", "sue": "440"], "take over", soon: true) {
            try await show.supervise("take-over")
        }
        try await stage.admin.insist("POST", "/cti/v1/calls/\(show.call)/hang-up")
        let record = try await show.record()
        #expect(API.addsUp(record), "\(record)")
        #expect(record["agentID"] as? String == "admin", "\(record)")
    }

    @Test(.timeLimit(.minutes(6)))
    func `a conversation of five transfers, a consult and a three-way is one contact whose segments add up`()
        async throws
    {
        let stage = try await Stage.shared()
        let show = try await stage.begin(from: "13900000102")
        try await show.hears(["customer": "880", "amy": "440"], "the beginning")
        // 1: blind to an agent.
        try await show.amy("transfer", ["agent": Stage.bob])
        try await show.hears(["customer": "660", "bob": "440"], "blind transfer to an agent")
        // 2: confirmed.
        try await show.ask("bob", "transfer", ["agent": Stage.cat, "confirm": true])
        try await show.hears(["customer": "1320", "cat": "440"], "confirmed transfer")
        // 3: attended, after a consult.
        try await show.ask("cat", "consult", ["agent": Stage.bob])
        try await show.hears(["cat": "660", "bob": "1320"], "consult")
        try await show.ask("cat", "complete")
        try await show.hears(["customer": "660", "bob": "440"], "attended transfer")
        // Three-way, of which who had the call leaves: 4.
        try await show.ask("bob", "consult", ["agent": Stage.cat])
        try await show.hears(["bob": "1320", "cat": "660"], "second consult")
        try await show.ask("bob", "join")
        try await show.hears(["customer": "660,1320", "bob": "440,1320", "cat": "440,660"], "three-way")
        try await show.ask("bob", "hang-up")
        try await show.hears(["customer": "1320", "cat": "440"], "who is left talks on")
        // 5: to the queue, whose agent is Amy.
        try await show.ask("cat", "transfer", ["queue": Crowd.queue])
        try await show.hears(["customer": "880", "amy": "440"], "transfer to the queue")
        try await show.amy("hang-up")

        let record = try await show.record()
        #expect(API.addsUp(record), "\(record)")
        let segments = record["segments"] as? [[String: Any]] ?? []
        let lengths = segments.map { (API.number($0["endedAt"]) ?? 0) - (API.number($0["startedAt"]) ?? 0) }
        let whole = (API.number(record["endedAt"]) ?? 0) - (API.number(record["startedAt"]) ?? 0)
        #expect(lengths.reduce(0, +) == whole)
        let talkers = segments.filter { $0["kind"] as? String == "talk" }.compactMap { $0["agentID"] as? String }
        #expect(talkers == [Stage.amy, Stage.bob, Stage.cat, Stage.bob, Stage.bob, Stage.cat, Stage.amy], "\(record)")
        let records = try await stage.admin.items("/reporting/v1/contacts?limit=50&number=13900000102")
        #expect(records.count == 1)
    }

    @Test(.timeLimit(.minutes(4)))
    func `when the customer leaves a conference, the agents hear each other on, and the contact ends with their talk`()
        async throws
    {
        let stage = try await Stage.shared()
        let show = try await stage.begin(from: "13900000104")
        try await show.amy("consult", ["agent": Stage.bob])
        try await show.hears(["amy": "660", "bob": "880"], "consult")
        try await show.amy("join")
        try await show.hears(["customer": "660,880", "amy": "440,660", "bob": "440,880"], "three-way")
        show.customer.interrupt()
        try await show.hears(["amy": "660", "bob": "880"], "without the customer")
        // A new owner finds a call without its customer's leg, and lets it go on.
        for process in ["cti-1", "cti-2"] {
            try await stage.survive(process)
            try await show.supervise("barge")
            try await show.hears(["sue": "660,880", "amy": "660,1000", "bob": "880,1000"], "after \(process) died")
            try await show.supervise("leave")
            try await show.hears(["amy": "660", "bob": "880"], "two again after \(process) died")
        }
        try await show.insist("bob", "hang-up")
        let record = try await show.record()
        #expect(API.addsUp(record), "\(record)")
        #expect(record["agentID"] as? String == Stage.amy, "\(record)")
    }

    @Test(.timeLimit(.minutes(8)))
    func `no cti that dies costs a conference or a held consult, and control comes back`() async throws {
        let stage = try await Stage.shared()
        let show = try await stage.begin(from: "13900000103")
        try await show.hears(["customer": "880", "amy": "440"], "the beginning")
        try await show.amy("consult", ["agent": Stage.bob])
        try await show.hears(["amy": "660", "bob": "880"], "consult")
        for process in ["cti-1", "cti-2"] {
            try await stage.survive(process)
            try await show.insist("amy", "swap")
            try await show.hears(["customer": "880", "amy": "440"], "back with the customer after \(process) died")
            try await show.insist("amy", "swap")
            try await show.hears(["amy": "660", "bob": "880"], "with whom he asks after \(process) died")
        }
        try await show.insist("amy", "join")
        let three = ["customer": "660,880", "amy": "440,660", "bob": "440,880"]
        try await show.hears(three, "three-way")
        for process in ["cti-1", "cti-2"] {
            try await stage.survive(process)
            try await show.supervise("barge")
            try await show.hears(["sue": "440,660,880", "customer": "660,880,1000"], "barge after \(process) died")
            try await show.supervise("leave")
            try await show.hears(three, "three again after \(process) died")
        }
        try await show.insist("amy", "hang-up")
        try await show.hears(["customer": "660", "bob": "440"], "who is left talks on")
        try await show.insist("bob", "hang-up")
        #expect(API.addsUp(try await show.record()))
    }
}

/// A tenant with telephones that each sound different: Amy's 880 Hz, Bob's 660, the supervisor's 1000, Cat's 1320. Only Amy
/// is ready for the queue.
struct Stage {
    static let amy = "agent1001"
    static let bob = "agent1002"
    static let cat = "agent1004"

    let crowd: Crowd
    let phones: [String: RunningProgram]
    let desks: [String: API]
    let place: URL
    var admin: API { crowd.admin }

    private static let made = Task { try await make() }

    static func shared() async throws -> Stage { try await made.value }

    private static func make() async throws -> Stage {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("stage")
        let crowd = try await Crowd.make(4, tenant: "stage", number: "+861088889010", in: suite)
        var phones: [String: RunningProgram] = [:]
        for (name, phone, tone) in [
            ("amy", "1001", 880), ("bob", "1002", 660), ("sue", "1003", 1000), ("cat", "1004", 1320),
        ] {
            phones[name] = try Sandbox.voice(phone, tone: tone, tenant: "stage", suite: suite, place: place)
        }
        for (name, phone) in phones {
            do {
                _ = try await eventually("\(name)'s telephone being registered", within: 60) {
                    phone.words.hasPrefix("registered ") || phone.words.contains("\nregistered ") ? true : nil
                }
            } catch {
                throw NotSeen(description: "\(error); it says: \(phone.words.suffix(600))")
            }
        }
        var desks = ["sue": crowd.admin]
        for (name, agent, phone) in [("amy", amy, "1001"), ("bob", bob, "1002"), ("cat", cat, "1004")] {
            let desk = try await eventually("\(name) being let in", within: 60) {
                try? await API.signedIn(agent, to: suite, tenant: "stage")
            }
            try await desk.insist("POST", "/cti/v1/agents/me/sign-in", ["phone": phone])
            desks[name] = desk
        }
        try await crowd.admin.insist("POST", "/cti/v1/agents/me/sign-in", ["phone": "1003"])
        try await desks["amy"]?.insist("POST", "/cti/v1/agents/me/ready")
        return Stage(crowd: crowd, phones: phones, desks: desks, place: place)
    }

    /// A customer calls and reaches Amy.
    func begin(from number: String) async throws -> Show {
        let customer = try Sandbox.customer(from: number, to: crowd.number, suite: crowd.suite, place: place)
        let call = try await eventually("Amy talking", within: 40) { () -> String? in
            let calls = try await admin.items("/cti/v1/calls?limit=50")
            let found = calls.first { $0["customerNumber"] as? String == number && $0["phase"] as? String == "talking" }
            return found?["callID"] as? String
        }
        return Show(stage: self, customer: customer, number: number, call: call)
    }

    /// Kills the process, and waits until it is there again and all APIs answer.
    func survive(_ process: String) async throws {
        let dead = try crowd.suite.kill(process)
        _ = try await eventually("\(process) being there again", within: 30) { () -> Bool? in
            guard (try? crowd.suite.id(of: process)) != dead else { return nil }
            return await crowd.suite.isReady(process) ? true : nil
        }
    }
}

/// One call on the stage.
struct Show {
    let stage: Stage
    let customer: RunningProgram
    let number: String
    let call: String

    func amy(_ verb: String, _ body: [String: Any]? = nil) async throws { try await ask("amy", verb, body) }

    func ask(_ who: String, _ verb: String, _ body: [String: Any]? = nil) async throws {
        try await stage.desks[who]?.ask("POST", "/cti/v1/calls/\(call)/\(verb)", body)
    }

    func insist(_ who: String, _ verb: String) async throws {
        try await stage.desks[who]?.insist("POST", "/cti/v1/calls/\(call)/\(verb)", within: 20)
    }

    func supervise(_ verb: String) async throws {
        try await stage.admin.insist("POST", "/cti/v1/supervision/agents/\(Stage.amy)/\(verb)", within: 20)
    }

    /// The leg of an agent who has answered.
    func party(_ agent: String) async throws -> String {
        try await eventually("\(agent) being in the call") {
            let parties = try await stage.admin.ask("GET", "/cti/v1/calls/\(call)")["parties"] as? [[String: Any]]
            return parties?.first { $0["agentID"] as? String == agent }?["legID"] as? String
        }
    }

    /// Waits until each has heard what is said of him. Not all at one moment: where much runs at once, packets come late, and a
    /// tone is gone from an ear for the time.
    func hears(_ expected: [String: String], _ scene: String) async throws {
        var missing = expected
        do {
            _ = try await eventually("\(scene): \(expected)", within: 40) {
                missing = missing.filter { heard(by: $0.key) != $0.value }
                return missing.isEmpty ? true : nil
            }
        } catch {
            let last = missing.keys.sorted().map { "\($0) \(heard(by: $0) ?? "-")" }
            throw NotSeen(description: "\(error); at last: \(last); in \(call)")
        }
    }

    /// How soon a switch is heard, from the request that asks for it until the last ear has the new tones: what each heard, by the
    /// machine's clock at the packets' arrival.
    static let longestSwitch = 0.3

    /// Asks for a switch, and waits until each has heard what is said of him.
    func hears(
        _ expected: [String: String], _ scene: String, soon: Bool, once asked: () async throws -> Void
    ) async throws {
        let before = expected.keys.filter { heard(by: $0) != expected[$0] }.sorted()
        let start = Self.now()
        try await asked()
        let answered = Self.now()
        try await hears(expected, scene)
        #expect(!before.isEmpty, "somebody hears something new: \(scene)")
        for name in before {
            let since = hearings(of: name).first { $0.since > start && $0.tones == expected[name] }?.since ?? .infinity
            print(
                "\(scene): asked for in \(Int((answered - start) * 1000)) ms, \(name) heard it",
                "\(Int(min(since - start, 60) * 1000)) ms after it was asked for")
            if soon { #expect(since - start <= Self.longestSwitch, "\(name), \(scene)") }
        }
    }

    private func heard(by name: String) -> String? { hearings(of: name).last?.tones }

    /// Seconds by the machine's monotonic clock, which its processes share.
    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// What somebody has heard so far, and since when.
    private func hearings(of name: String) -> [(tones: String, since: Double)] {
        let words = (name == "customer" ? customer : stage.phones[name])?.words ?? ""
        return words.split(separator: "\n").filter { $0.hasPrefix("hears ") }.map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            let since = parts.first?.split(separator: " ").last.flatMap { Double($0) } ?? 0
            let tones = parts.dropFirst().first?.trimmingCharacters(in: .whitespaces) ?? ""
            return (tones, since / 1e6)
        }
    }

    func record() async throws -> [String: Any] {
        try await eventually("the contact record of \(number)", within: 40) {
            try await stage.admin.record(of: number)
        }
    }
}

extension API {
    /// A whole number in an answer.
    static func number(_ value: Any?) -> Int64? { (value as? NSNumber)?.int64Value }
}
