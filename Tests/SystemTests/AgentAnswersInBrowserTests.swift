import Foundation
import Testing

/// The agent's page, in a real browser on a suite of separate processes.
@Suite(.serialized) struct AgentAnswersInBrowserTests {
    @Test(.timeLimit(.minutes(5)), arguments: ["zh-CN", "en"])
    func `an agent signs in on the page, answers, holds and ends a call, and finds it in the list`(language: String)
        async throws
    {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("browser-\(language)")
        // Only when the page's button is pressed: `never` by itself.
        let phone = try Sandbox.phones("1003-1003", answerAfter: "never", suite: suite, place: place)
        _ = try await eventually("the telephone being registered", within: 20) {
            phone.words.contains("registered 1003@demo") ? true : nil
        }
        let browser = try RunningProgram(
            [
                "/usr/bin/python3", Self.script, "--url", suite.places.url + "/", "--tenant", "demo", "--user", "zhang",
                "--password-file", suite.places.passwordFile, "--phone", "1003", "--customer", "王小明", "--language",
                language,
                "--talk", "3", "--screenshots", place.appendingPathComponent("pictures").path,
            ], directory: place, output: place.appendingPathComponent("browser.log"))
        let supervisor = try await API.signedIn("chen", to: suite)
        _ = try await eventually("the agent being ready on the page", within: 60) {
            guard browser.isRunning else { throw NotSeen(description: "the page: \(browser.words)") }
            return try await supervisor.status(of: "zhang") == "ready" ? true : nil
        }
        let caller = try Sandbox.caller(
            from: "13800000001", to: suite.places.number, keys: "1", suite: suite, place: place)

        #expect(await browser.status() == 0, "\(browser.words)")
        #expect(await caller.status() == 0, "\(caller.words)")
        await phone.stop()

        let call = browser.words.split(separator: "\n").last.map(String.init) ?? ""
        let record = try await supervisor.ask("GET", "/reporting/v1/contacts/\(call)")
        #expect(API.kinds(record).contains("hold"), "\(record)")
        #expect(API.addsUp(record), "\(record)")
        try await API.signedIn("zhang", to: suite).insist("POST", "/cti/v1/agents/me/sign-out")
    }

    private static let script = RunningSuite.root.appendingPathComponent("Tests/SystemTests/Browser/answer_call.py")
        .path
}
