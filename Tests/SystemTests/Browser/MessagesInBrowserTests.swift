import Foundation
import Testing

/// Callers' messages and faxes on the page, in Chromium on a suite of separate processes.
@Suite(.serialized) struct MessagesInBrowserTests {
    @Test(.timeLimit(.minutes(5)), arguments: [("zh-CN", "13900005701"), ("en", "13900005703")])
    func `messages are listed, filtered, heard, dealt with, assigned and removed on the page`(
        language: String, caller: String
    ) async throws {
        let stage = try await LettersStage.shared()
        for message in try await stage.admin.items("/media/v1/voicemails?limit=200") {
            try await stage.admin.insist("DELETE", "/media/v1/recordings/\(message["id"] as? String ?? "")")
        }
        // Two callers, whose numbers begin alike.
        try await stage.leaveMessage(from: caller)
        try await stage.leaveMessage(from: String(caller.dropLast()) + "9")
        let browser = try stage.browse(
            "mind_voicemails.py", language,
            ["--number", caller, "--agent", LettersStage.agent])
        #expect(await browser.status() == 0, "\(browser.words)")

        // What the page said it did, the switch holds.
        let removed = browser.words.split(separator: "\n").last.map(String.init) ?? ""
        let left = try await stage.admin.items("/media/v1/voicemails?limit=200")
        #expect(left.count == 1 && left.first?["id"] as? String != removed, "\(left)")
        await #expect(throws: NotSeen.self) {
            try await stage.admin.bytes("GET", "/media/v1/recordings/\(removed)")
        }
    }

    @Test(.timeLimit(.minutes(6)), arguments: ["zh-CN", "en"])
    func `a fax is sent, arrives, is looked at, kept, called off and removed on the page`(language: String) async throws
    {
        let stage = try await LettersStage.shared()
        for fax in try await stage.admin.items("/media/v1/faxes?limit=200") {
            try await stage.admin.insist("DELETE", "/media/v1/faxes/\(fax["id"] as? String ?? "")")
        }
        let browser = try stage.browse(
            "mind_faxes.py", language,
            [
                "--to", LettersStage.faxes, "--from", LettersStage.number, "--nobody", LettersStage.unanswered,
            ])
        #expect(await browser.status() == 0, "\(browser.words)")
        let ids = browser.words.split(separator: "\n").last?.split(separator: " ").map(String.init) ?? []
        let left = try await stage.admin.items("/media/v1/faxes?limit=200")
        #expect(left.map { $0["id"] as? String } == [ids.last], "\(left)")
        #expect(left.first?["direction"] as? String == "received" && API.number(left.first?["pages"]) == 1)
    }
}

/// A tenant that gets letters: a number where callers leave messages, one that receives faxes, and a trunk that leads back to
/// the switch itself, so that what it sends arrives.
struct LettersStage: Sendable {
    static let number = "+861088885700"
    static let agent = "agent1001"
    static let messages = "+861088885701"
    static let faxes = "+861088885702"
    /// Nobody has it.
    static let unanswered = "+861088885799"

    /// What people and queues are called, which may be written in any letters.
    private static let names = [
        "Admin", "Amy", "Sue", "Crowd", "Carillon", agent, "Li", "li@example.com", "Ctrl", "Shift",
    ]

    let crowd: Crowd
    let place: URL
    var admin: API { crowd.admin }
    var suite: RunningSuite { crowd.suite }

    private static let made = Task { try await make() }

    static func shared() async throws -> LettersStage { try await made.value }

    private static func make() async throws -> LettersStage {
        let suite = try await RunningSuite.shared()
        let crowd = try await Crowd.make(1, tenant: "letters", number: number, in: suite)
        let platform = try await suite.operatorsAPI()
        try await crowd.own([messages, faxes], by: platform)
        // All others go out as they did when there was no route.
        try await platform.ask("PUT", "/media/v1/routes/others", ["trunkID": "sandbox", "cost": 10])
        try await platform.ask(
            "PUT", "/media/v1/trunks/mirror",
            [
                "host": "127.0.0.1", "port": suite.places.sipPort, "isInbound": false, "isOutbound": true,
                "probeSeconds": 0,
            ])
        try await platform.ask(
            "PUT", "/media/v1/routes/mirror",
            ["trunkID": "mirror", "prefixes": ["+86108888570"], "tenants": [crowd.tenant]])
        let beep = #"[{"file": "beep"}]"#
        try await crowd.lead(
            messages,
            to: """
                {"schema": 1, "name": "Messages", "language": "en", "start": "message", "nodes": {
                    "message": {"type": "voicemail", "prompts": \(beep), "maximumSeconds": 30, "next": "bye"},
                    "bye": {"type": "hangUp"}}}
                """, as: "messages")
        try await crowd.lead(
            faxes,
            to: """
                {"schema": 1, "name": "Faxes", "language": "en", "start": "fax", "nodes": {
                    "fax": {"type": "fax", "next": "bye"}, "bye": {"type": "hangUp"}}}
                """, as: "faxes")
        return LettersStage(crowd: crowd, place: try suite.scratch("letters"))
    }

    /// A caller of 440 Hz speaks for some seconds after the beep, and the message is whole.
    func leaveMessage(from caller: String) async throws {
        let program = try Sandbox.customer(
            from: caller, to: Self.messages, pressing: "#", every: 6, talk: 9, suite: suite, place: place)
        let message = try await eventually("the message of \(caller)", within: 40) { () -> [String: Any]? in
            try await admin.items("/media/v1/voicemails?number=\(caller)").first
        }
        await program.stop()
        let id = message["id"] as? String ?? ""
        _ = try await eventually("the message being verified", within: 30) { () -> Bool? in
            let details = try await admin.ask("GET", "/media/v1/recordings/\(id)/details")
            return details["state"] as? String == "verified" ? true : nil
        }
    }

    /// One of the scripts, as the tenant's administrator.
    func browse(_ script: String, _ language: String, user: String = "admin", _ more: [String]) throws -> RunningProgram
    {
        let name = script.replacingOccurrences(of: ".py", with: "-\(language)-\(user)")
        let place = try suite.scratch(name)
        let path = RunningSuite.root.appendingPathComponent("Tests/SystemTests/Browser/\(script)").path
        return try RunningProgram(
            [
                "/usr/bin/python3", path, "--url", suite.places.url + "/", "--tenant", crowd.tenant, "--user", user,
                "--password-file", suite.places.passwordFile, "--language", language, "--screenshots",
                place.appendingPathComponent("pictures").path,
            ] + more + ["--foreign"] + Self.names, directory: place, output: place.appendingPathComponent("browser.log")
        )
    }
}
