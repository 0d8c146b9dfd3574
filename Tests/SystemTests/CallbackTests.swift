import Foundation
import Testing

/// Callbacks through separate processes: cti tells that a caller gave up, acd lists him and finds an agent, cti rings the
/// agent and then the customer.
@Suite(.serialized) struct CallbackTests {
    /// A number at which the sandbox carrier answers and talks.
    private static let number = "+8613900000200"

    @Test(.timeLimit(.minutes(5)))
    func `who gives up is called back when an agent is free, and is not called again`() async throws {
        let suite = try await RunningSuite.shared()
        let place = try suite.scratch("callback")
        let admin = try await API.signedIn("admin", to: suite)
        try await admin.ask("PATCH", "/acd/v1/queues/sales", ["callbacks": ["abandoned": "dial", "afterSeconds": 0]])
        let carrier = try Sandbox.carrier(suite: suite, place: place)
        let phone = try Sandbox.phones("1003-1003", answerAfter: "1", isTied: true, suite: suite, place: place)
        let agent = try await API.signedIn("zhang", to: suite)
        try await agent.insist("POST", "/cti/v1/agents/me/sign-in", ["phone": "1003"], within: 30)

        let caller = try SippCaller.call(from: Self.number, talk: 3, suite: suite, place: place)
        #expect(await caller.status() == 0, "sipp: \(caller.words.suffix(1500))")
        let listed = try await eventually("the caller being listed", within: 20) { try await callback(admin) }
        #expect(listed["state"] as? String == "waiting", "\(listed)")
        #expect(listed["source"] as? String == "abandoned")

        _ = try await eventually("the telephone being registered", within: 20) {
            phone.words.contains("registered") ? true : nil
        }
        try await agent.insist("POST", "/cti/v1/agents/me/ready")
        _ = try await eventually("agent and customer talking", within: 60) { () -> Bool? in
            let mine = try await agent.ask("GET", "/cti/v1/agents/me")
            return (mine["call"] as? [String: Any])?["phase"] as? String == "talking" ? true : nil
        }
        let mine = try await agent.ask("GET", "/cti/v1/agents/me")
        let call = try #require((mine["call"] as? [String: Any])?["callID"] as? String)
        #expect(call.hasPrefix("callback-"), "\(mine)")
        try await agent.ask("POST", "/cti/v1/calls/\(call)/hang-up")

        let done = try await eventually("the callback being done", within: 20) { () -> [String: Any]? in
            let found = try await callback(admin)
            return found?["state"] as? String == "done" ? found : nil
        }
        #expect(done["attempts"] as? Int == 1 && done["agentID"] as? String == "zhang", "\(done)")
        let record = try await eventually("the contact record", within: 30) {
            try await admin.record(of: Self.number, wantsAfterCallWork: true)
        }
        #expect(API.addsUp(record), "\(record)")
        #expect(record["agentID"] as? String == "zhang" && record["queueID"] as? String == "sales", "\(record)")
        let decisions = try await admin.items("/acd/v1/decisions?call=callback-\(done["id"] as? String ?? "?")")
        #expect(decisions.first?["agentID"] as? String == "zhang", "\(decisions)")
        try await admin.ask("PATCH", "/acd/v1/queues/sales", ["callbacks": [String: Any]()])
        try await agent.insist("POST", "/cti/v1/agents/me/sign-out")
        await phone.stop()
        await carrier.stop()
    }

    /// The newest of the number.
    private func callback(_ admin: API) async throws -> [String: Any]? {
        let escaped = Self.number.replacingOccurrences(of: "+", with: "%2B")
        return try await admin.items("/acd/v1/callbacks?queue=sales&number=\(escaped)").last
    }
}
