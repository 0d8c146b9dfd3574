import Foundation
import Testing

extension InteropTests {
    /// Chromium's row of docs/interop.md, beside what `AgentTalksInBrowserTests` shows.
    @Test(.timeLimit(.minutes(5)))
    func `a browser is called, presses keys, talks for longer than consent lasts, hands over and calls out`()
        async throws
    {
        let scene = try await InteropScene.shared()
        let suite = scene.crowd.suite
        let agent = scene.agents[1]
        let place = try suite.scratch("interop-chromium")
        let browser = try RunningProgram(
            [
                "/usr/bin/python3",
                RunningSuite.root.appendingPathComponent("Tests/SystemTests/Browser/talk_in_browser.py").path, "--url",
                suite.places.url + "/", "--tenant", scene.crowd.tenant, "--user", scene.crowd.agents[1],
                "--password-file", suite.places.passwordFile, "--matrix", "--screenshots",
                place.appendingPathComponent("pictures").path,
            ], directory: place, output: place.appendingPathComponent("browser.log"))
        let says = { (word: String) in
            try await eventually("“\(word)” of the page", within: 100) { () -> Bool? in
                if browser.words.split(separator: "\n").contains(where: { $0.hasPrefix(word) }) { return true }
                guard browser.isRunning else { throw NotSeen(description: "the page: \(browser.words)") }
                return nil
            }
        }
        _ = try await eventually("the agent being ready on the page", within: 90) {
            guard browser.isRunning else { throw NotSeen(description: "the page: \(browser.words)") }
            return try await scene.crowd.admin.status(of: scene.crowd.agents[1]) == "ready" ? true : nil
        }
        // He talks only once he has heard 880 Hz: the browser's microphone.
        let customer = try scene.customer("chromium")
        let call = try await scene.talking(agent)
        _ = try await says("talked")
        try await agent.ask("POST", "/cti/v1/calls/\(call)/transfer", ["number": InteropScene.outside])
        try await scene.sees(call, "outside")
        customer.interrupt()
        _ = await customer.status()
        let report = try customer.lastObject()
        #expect(report["heardKeys"] as? String == "159#", "\(report)")
        #expect((report["heardTones"] as? [Int])?.contains(880) == true, "\(report)")

        _ = try await says("free")
        try await agent.insist("POST", "/cti/v1/calls", ["number": InteropScene.outside, "from": scene.crowd.number])
        #expect(await browser.status() == 0, "\(browser.words)")
        let codecs = try browser.lastObject()["codecs"] as? [String] ?? []
        #expect(codecs.map { $0.lowercased() } == ["audio/opus", "audio/opus"], "\(browser.words)")
    }
}
