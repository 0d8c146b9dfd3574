import Foundation
import Testing

/// The graphical editor of flows, in a real browser on a suite of separate processes.
@Suite(.serialized) struct FlowIsEditedInBrowserTests {
    @Test(.timeLimit(.minutes(5)), arguments: [("zh-CN", "95001"), ("en", "95002")])
    func `an administrator draws a flow, repairs and publishes it, binds a number, tries it and goes back a version`(
        language: String, number: String
    ) async throws {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("flow-editor-\(language)")
        let flow = "drawn-\(language.lowercased())-\(UUID().uuidString.prefix(8).lowercased())"
        let browser = try RunningProgram(
            [
                "/usr/bin/python3", Self.script, "--url", suite.places.url + "/", "--tenant", "demo", "--user", "admin",
                "--password-file", suite.places.passwordFile, "--flow", flow, "--number", number, "--language",
                language, "--screenshots", place.appendingPathComponent("pictures").path,
            ], directory: place, output: place.appendingPathComponent("browser.log"))
        #expect(await browser.status() == 0, "\(browser.words)")

        // What the page said it did, cti holds: the third version, which repeats the first, and the number.
        let admin = try await API.signedIn("admin", to: suite)
        let kept = try await admin.ask("GET", "/cti/v1/flows/\(flow)")
        #expect(kept["version"] as? Int == 3, "\(kept)")
        let nodes = (kept["flow"] as? [String: Any])?["nodes"] as? [String: [String: Any]] ?? [:]
        #expect(Set(nodes.keys) == ["greeting", "queue", "end"], "\(kept)")
        #expect(nodes["queue"]?["queue"] as? String == "sales", "\(kept)")
        #expect(nodes["queue"]?["onNoAgents"] as? String == "end", "\(kept)")
        #expect(nodes["queue"]?["priority"] == nil, "\(kept)")
        let numbers = try await admin.items("/cti/v1/access-numbers?limit=200")
        #expect(numbers.contains { $0["number"] as? String == number && $0["flow"] as? String == flow }, "\(numbers)")
        try await admin.insist("PUT", "/cti/v1/access-numbers/\(number)", ["flow": NSNull()])
    }

    private static let script = RunningSuite.root.appendingPathComponent("Tests/SystemTests/Browser/edit_flow.py").path
}
