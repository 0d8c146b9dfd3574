import Foundation
import RTP
import Testing

/// What flows do for callers, through separate processes: who serves him is announced, he is asked how it was, he leaves the
/// queue by a key, and leaves a message.
@Suite(.serialized) struct FlowServicesSystemTests {
    @Test(.timeLimit(.minutes(5)))
    func `the caller hears who serves him, they talk, and when the agent hangs up he says how it was`() async throws {
        let house = try await ServiceHouse.shared()
        let number = "13900000201"
        let customer = try Sandbox.customer(
            from: number, to: house.crowd.number, pressing: "1", every: 1.5, suite: house.suite, place: house.place)
        let call = try await eventually("the agent talking", within: 40) { () -> String? in
            let calls = try await house.admin.items("/cti/v1/calls?limit=50")
            let found = calls.first { $0["customerNumber"] as? String == number && $0["phase"] as? String == "talking" }
            return found?["callID"] as? String
        }
        // Three beeps of 1000 Hz stand for the words; then the agent's 880 Hz. The agent hears the beeps, then 440 Hz.
        _ = try await eventually("both hearing each other", within: 20) {
            house.heard(by: customer).last == "880" && house.heard(by: house.phone).last == "440" ? true : nil
        }
        let beforeTalk = house.heard(by: customer).prefix { $0 != "880" }
        #expect(beforeTalk.contains("1000"), "\(customer.words.suffix(2000))")
        #expect(house.heard(by: house.phone).contains("1000"), "\(house.phone.words.suffix(2000))")
        try await house.desk.insist("POST", "/cti/v1/calls/\(call)/hang-up")
        _ = try await eventually("the agent being free while the customer is asked") {
            try await house.admin.status(of: ServiceHouse.agent) == "ready" ? true : nil
        }

        let record = try await eventually("the contact record", within: 40) {
            try await house.admin.record(of: number)
        }
        #expect(API.kinds(record).suffix(4) == ["queue", "ring", "talk", "ivr"], "\(record)")
        #expect(API.addsUp(record), "\(record)")
        #expect(record["reason"] as? String == "agentHungUp")
        let answer = try await eventually("the answer in the record", within: 15) { () -> [String: Any]? in
            (try await house.admin.record(of: number)?["surveys"] as? [[String: Any]])?.first
        }
        #expect(answer["agentID"] as? String == ServiceHouse.agent && API.number(answer["score"]) == 5, "\(answer)")
        let totals = try await house.admin.items("/reporting/v1/satisfaction")
        #expect(totals.contains { $0["agentID"] as? String == ServiceHouse.agent && API.number($0["satisfied"]) == 1 })

        // Recorded from the answer on: the agent's tone is there while the customer still heard the beeps.
        let id = try await eventually("the recording", within: 15) { () -> String? in
            let record = try await house.admin.record(of: number)
            return (record?["recordings"] as? [[String: Any]])?.first?["recordingID"] as? String
        }
        let wav = try WAVFile(Array(try await house.admin.bytes("GET", "/media/v1/recordings/\(id)")))
        #expect(Goertzel.share(of: 880, in: wav.samples(channel: 1).dropFirst(4_000).prefix(4_000)) > 0.5)
        await customer.stop()
    }

    @Test(.timeLimit(.minutes(4)))
    func `a foreign telephone leaves the queue by a key and leaves a message, which is heard and done`() async throws {
        let house = try await ServiceHouse.shared()
        let number = "13900000202"
        var scenario = SippScenario(calling: ServiceHouse.box, from: number)
        scenario.send("INVITE", [], "application/sdp", SippScenario.sound("sendrecv", version: 1))
        scenario.mayHear(100, 180, 183)
        scenario.expect(response: 200, opensDialog: true)
        scenario.isInDialog()
        scenario.send("ACK")
        scenario.pause(2_500)
        scenario.send("INFO", [], "application/dtmf-relay", "Signal=2\nDuration=160\n")
        scenario.expect(response: 200)
        scenario.expect(request: "BYE")
        scenario.answer("200 OK")
        let caller = try Sipp.start(
            scenario.text, "leaver", calls: ServiceHouse.box, house.suite, house.place)
        let status = await caller.status()
        #expect(status == 0, "\(caller.words.suffix(1000)) \(Sipp.errors(house.place))")

        let message = try await eventually("the message", within: 20) { () -> [String: Any]? in
            try await house.admin.items("/media/v1/voicemails?queue=nobody&number=\(number)").first
        }
        #expect(message["state"] as? String == "new", "\(message)")
        let record = try await eventually("the contact record", within: 30) {
            try await house.admin.record(of: number)
        }
        #expect(API.addsUp(record), "\(record)")
        #expect(record["lostIn"] as? String == "ivr", "\(record)")
        let lost = try await house.admin.items("/reporting/v1/contacts?lost=true&queue=nobody&number=\(number)")
        #expect(lost.count == 1)
        let id = message["id"] as? String ?? ""
        let done = try await house.admin.ask("PATCH", "/media/v1/voicemails/\(id)", ["isDone": true, "note": "called"])
        #expect(done["state"] as? String == "done" && done["doneBy"] as? String == "admin", "\(done)")
    }

    @Test(.timeLimit(.minutes(4)))
    func `a message is what the caller said after the beep, though he hung up, and who it is assigned to plays it`()
        async throws
    {
        let house = try await ServiceHouse.shared()
        let number = "13900000203"
        let customer = try Sandbox.customer(
            from: number, to: ServiceHouse.box, pressing: "2", every: 2, talk: 9, suite: house.suite,
            place: house.place)
        let message = try await eventually("the message", within: 40) { () -> [String: Any]? in
            try await house.admin.items("/media/v1/voicemails?number=\(number)").first
        }
        #expect(house.heard(by: customer).contains("1000"), "\(customer.words.suffix(1000))")
        #expect((API.number(message["durationMicroseconds"]) ?? 0) > 2_000_000, "\(message)")
        let id = message["id"] as? String ?? ""
        #expect(try await house.desk.items("/media/v1/voicemails").isEmpty)
        try await house.admin.ask("PATCH", "/media/v1/voicemails/\(id)", ["assignedTo": ServiceHouse.agent])
        let wav = try await eventually("the message being whole", within: 20) { () -> WAVFile? in
            guard let sound = try? await house.desk.bytes("GET", "/media/v1/recordings/\(id)") else { return nil }
            return try WAVFile(Array(sound))
        }
        let said = wav.samples(channel: 0).dropFirst(8_000).prefix(8_000)
        #expect(said.count == 8_000 && Goertzel.share(of: 440, in: said) > 0.5)
        let mine = try await house.desk.items("/media/v1/voicemails")
        #expect(mine.map { $0["state"] as? String } == ["heard"], "\(mine)")
        await customer.stop()
    }
}

/// A tenant with one agent of 880 Hz, a number that leads to him, and a number where nobody is.
struct ServiceHouse {
    static let agent = "agent1001"
    /// Leads to a queue without agents.
    static let box = "+861088889032"

    let crowd: Crowd
    let phone: RunningProgram
    let desk: API
    let place: URL
    var admin: API { crowd.admin }
    var suite: RunningSuite { crowd.suite }

    private static let made = Task { try await make() }

    static func shared() async throws -> ServiceHouse { try await made.value }

    private static func make() async throws -> ServiceHouse {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("service")
        let crowd = try await Crowd.make(1, tenant: "service", number: "+861088889031", in: suite)
        try await crowd.own([box], by: try await suite.operatorsAPI())
        try await crowd.admin.insist("POST", "/acd/v1/queues", ["id": "nobody", "name": "Nobody"])
        try await crowd.lead(crowd.number, to: served, as: "served")
        try await crowd.lead(box, to: messages, as: "box")
        var settings = try await crowd.admin.ask("GET", "/cti/v1/desk-settings")
        settings["agentAnnouncement"] = ["agentHears": true]
        try await crowd.admin.insist("PUT", "/cti/v1/desk-settings", settings)
        let phone = try Sandbox.voice("1001", tone: 880, tenant: "service", suite: suite, place: place)
        _ = try await eventually("the telephone being registered", within: 40) {
            phone.words.contains("registered ") ? true : nil
        }
        let desk = try await crowd.letIn(agent)
        try await desk.insist("POST", "/cti/v1/agents/me/sign-in", ["phone": "1001"])
        try await desk.insist("POST", "/cti/v1/agents/me/ready")
        return ServiceHouse(crowd: crowd, phone: phone, desk: desk, place: place)
    }

    private static let served = """
        {"schema": 1, "name": "Served", "language": "en", "start": "queue", "nodes": {
            "queue": {"type": "queue", "queue": "\(Crowd.queue)", "afterTalk": "ask",
                "agentAnnouncement": [{"file": "beep"}, {"file": "beep"}, {"file": "beep"}]},
            "ask": {"type": "survey", "prompts": [{"say": "Were you satisfied? Press 1 for yes, 2 for no."}],
                "scores": {"1": 5, "2": 1}, "next": "bye"},
            "bye": {"type": "hangUp"}}}
        """

    private static let messages = """
        {"schema": 1, "name": "Messages", "language": "en", "start": "queue", "nodes": {
            "queue": {"type": "queue", "queue": "nobody", "keys": {"2": "message"}},
            "message": {"type": "voicemail", "prompts": [{"file": "beep"}, {"file": "beep"}], "queue": "nobody",
                "maximumSeconds": 8, "next": "bye"},
            "bye": {"type": "hangUp"}}}
        """

    /// Which tones were heard, one set after the other.
    func heard(by party: RunningProgram) -> [String] {
        party.words.split(separator: "\n").filter { $0.hasPrefix("hears ") }.map {
            $0.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
        }
    }
}
