import Foundation
import Testing

/// An agent's browser is his telephone for as long as he may: Chromium, on a suite of separate processes.
@Suite(.serialized) struct BrowserLineIsCutTests {
    private static let script = RunningSuite.root.appendingPathComponent("Tests/SystemTests/Browser/talk_in_browser.py")
        .path
    private static let made = Task {
        try await Crowd.make(
            2, tenant: "cut", number: "+861088885101", in: try await RunningSuite.shared())
    }

    @Test(.timeLimit(.minutes(5)))
    func `an agent whose sessions are ended in mid-call is cut at once, and does not come back with what he still has`()
        async throws
    {
        let crowd = try await Self.made.value
        let agent = "agent1001"
        let (suite, place) = (crowd.suite, try crowd.suite.scratch("cut-session"))
        let browser = try Self.browser(agent, "--until-cut", suite, place)
        _ = try await eventually("the agent being ready on the page", within: 90) {
            guard browser.isRunning else { throw NotSeen(description: "the page: \(browser.words)") }
            return try await crowd.admin.status(of: agent) == "ready" ? true : nil
        }
        let caller = try Sandbox.caller(from: "13900005101", to: crowd.number, keys: "", suite: suite, place: place)
        _ = try await eventually("browser and caller talking", within: 60) {
            guard browser.isRunning else { throw NotSeen(description: "the page: \(browser.words)") }
            return browser.words.contains("talking") ? true : nil
        }
        try await crowd.admin.ask("PUT", "/crm/v1/users/\(agent)/password", ["password": "another password"])
        _ = try await eventually("the call's end", within: 5) {
            try await crowd.talking() == 0 ? true : nil
        }
        _ = await caller.status()
        // The page looks for its line, is refused, and asks who is there.
        #expect(await browser.status() == 0, "\(browser.words)")
        #expect(try Self.gone(agent, in: suite) == 1)
    }

    @Test(.timeLimit(.minutes(5)))
    func `an agent who is signed out by force has no line any more, whatever his page does`() async throws {
        let crowd = try await Self.made.value
        let agent = "agent1002"
        let (suite, place) = (crowd.suite, try crowd.suite.scratch("cut-force"))
        let browser = try Self.browser(agent, "--deaf", suite, place)
        _ = try await eventually("the page that leaves no line by itself", within: 90) {
            guard browser.isRunning else { throw NotSeen(description: "the page: \(browser.words)") }
            return browser.words.contains("deaf") ? true : nil
        }
        #expect(try Self.gone(agent, in: suite) == 0)
        try await crowd.admin.insist("POST", "/cti/v1/supervision/agents/\(agent)/sign-out")
        // One that only went away is waited for for half a minute.
        _ = try await eventually("the line being cut", within: 8) {
            try Self.gone(agent, in: suite) == 1 ? true : nil
        }
        await browser.stop()
    }

    private static func browser(
        _ agent: String, _ option: String, _ suite: RunningSuite, _ place: URL
    ) throws -> RunningProgram {
        try RunningProgram(
            [
                "/usr/bin/python3", script, "--url", suite.places.url + "/", "--tenant", "cut", "--user", agent,
                "--password-file", suite.places.passwordFile, option, "--screenshots",
                place.appendingPathComponent("pictures").path,
            ], directory: place, output: place.appendingPathComponent("browser.log"))
    }

    /// How often the media-server has said that this browser is a telephone no more.
    private static func gone(_ agent: String, in suite: RunningSuite) throws -> Int {
        let log = try String(contentsOfFile: suite.places.state + "/log/media-server-1.log", encoding: .utf8)
        return log.split(separator: "\n").count { $0.contains("browser phone gone") && $0.contains("browser:\(agent)") }
    }
}
