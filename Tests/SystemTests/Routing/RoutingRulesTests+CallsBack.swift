import Foundation
import Testing

/// Whom we called and who calls back goes straight to an agent (外呼后回电直接转人工), through all processes.
extension RoutingRulesTests {
    /// Asks whether the caller was called, else plays a menu in which he stays.
    private static var callsBack: [String: Any] {
        [
            "schema": 1, "name": "Calls back", "language": "en", "start": "known",
            "nodes": [
                "known": ["type": "calledBefore", "withinHours": 8, "then": "agent", "else": "menu"],
                "agent": [
                    "type": "queue", "queue": "backdesk", "queueAttribute": "earlierQueue", "agent": "{earlierAgent}",
                    "agentSeconds": 15,
                ],
                "menu": [
                    "type": "menu", "prompts": [["say": "Press one"]], "keys": ["1": "agent"], "timeoutSeconds": 30,
                    "retries": 2,
                ],
            ],
        ]
    }

    @Test(.timeLimit(.minutes(3)))
    func `whom an agent called in vain calls back and reaches that agent without the menu`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088885311"
        let carrier = try Sandbox.carrier(suite: stage.suite, place: try stage.suite.scratch("calls-back"))
        defer { withExtendedLifetime(carrier) {} }
        try await stage.queue("backdesk", members: RulesStage.agents, number: "+861088885312")
        try await stage.lead(number, to: Self.callsBack, as: "calls-back")
        try await stage.ready("agent1001", "agent1002", "agent1003")
        // Busy at the carrier, by its last two digits.
        try await dialled("13900002601", by: "agent1003", stage)
        // Idle for longer than who called.
        try await stage.ready("agent1001", "agent1003")

        let talk = try await stage.reaches(number, from: "13900002601")
        #expect(talk.agent == "agent1003", "he called, others are idle for longer")
        #expect(try await stage.decision(of: talk.call)["rule"] as? String == "wantedAgent")
        let call = try await stage.admin.ask("GET", "/cti/v1/calls/\(talk.call)")
        #expect((call["attributes"] as? [String: String])?["earlierCall"] == "unanswered", "\(call)")
        try await stage.ends(talk)

        let other = try stage.call(number, from: "13900002699")
        _ = try await eventually("whom nobody called hearing the menu", within: 20) { () -> Bool? in
            let counts = try await stage.admin.ask("GET", "/cti/v1/flows/calls-back/counters")
            let nodes = counts["nodes"] as? [[String: Any]] ?? []
            let menu = nodes.first { $0["node"] as? String == "menu" }
            return API.number(menu?["entered"]) == 1 ? true : nil
        }
        other.interrupt()
        _ = await other.status()
        await carrier.stop()
    }

    @Test(.timeLimit(.minutes(3)))
    func `whom a campaign called in vain calls back and reaches the campaign's queue without the menu`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088885313"
        let carrier = try Sandbox.carrier(suite: stage.suite, place: try stage.suite.scratch("campaign-back"))
        try await stage.queue("selling", members: ["agent1004"], number: "+861088885314")
        try await stage.lead(number, to: Self.callsBack, as: "campaign-back")
        try await stage.ready("agent1004")
        let made = try await stage.admin.insist(
            "POST", "/dialer/v1/campaigns",
            [
                "name": "Selling", "queueID": "selling", "fromNumber": number, "maxAttempts": 1,
                "hours": ["timeZone": "UTC", "from": "00:00", "until": "24:00", "days": [1, 2, 3, 4, 5, 6, 7]],
            ])
        let campaign = try #require(made["id"] as? String)
        try await stage.admin.insist(
            "POST", "/dialer/v1/campaigns/\(campaign)/numbers", ["numbers": [["number": "13900002701"]]])
        try await stage.admin.insist("POST", "/dialer/v1/campaigns/\(campaign)/start")
        _ = try await eventually("the attempt having ended", within: 40) { () -> Bool? in
            let progress = try await stage.admin.ask("GET", "/dialer/v1/campaigns/\(campaign)/progress")
            return API.number(progress["done"]) == 1 ? true : nil
        }
        await carrier.stop()
        try await stage.ready("agent1001", "agent1004")
        let talk = try await stage.reaches(number, from: "13900002701")
        #expect(talk.agent == "agent1004", "nobody else works for the campaign")
        let record = try await stage.decision(of: talk.call)
        #expect(record["queueID"] as? String == "selling", "\(record)")
        try await stage.ends(talk)
        try await stage.admin.insist("POST", "/dialer/v1/campaigns/\(campaign)/pause")
    }

    /// An agent has the number called, and it does not answer.
    private func dialled(_ number: String, by agent: String, _ stage: RulesStage) async throws {
        try await stage.desk(agent).insist("POST", "/cti/v1/calls", ["number": number])
        let record = try await eventually("the call to \(number) being over", within: 40) {
            try await stage.admin.record(of: number)
        }
        #expect(record["direction"] as? String == "outbound", "\(record)")
        // What acd knows comes by the same facts as the record.
        _ = try await eventually("\(agent) being free again", within: 20) { () -> Bool? in
            ["ready", "paused"].contains(try await stage.status(agent)) ? true : nil
        }
    }
}
