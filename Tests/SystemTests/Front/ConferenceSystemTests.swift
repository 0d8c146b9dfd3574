import Foundation
import Testing

/// Conferences that callers join from a flow, through all processes: each says a tone of his own, and what each hears is
/// measured where he hears it.
@Suite(.serialized) struct ConferenceSystemTests {
    @Test(.timeLimit(.minutes(6)))
    func `callers meet by number and PIN, hear each other whatever dies of cti, and the moderator's leaving ends it`()
        async throws
    {
        let stage = try await FrontStage.shared()
        let number = "+861088885410"
        try await stage.admin.ask(
            "PUT", "/cti/v1/conferences/100",
            [
                "name": "Daily", "pin": "1234", "moderatorPIN": "9999", "isAnnounced": false, "mostMembers": 3,
                "endsWithModerator": true,
            ])
        try await stage.lead(number, to: Self.flow, as: "meet")
        let li = try member("13900005411", 440, "100,1234", 33_260, number, stage)
        _ = try await members(1, stage)
        let han = try member("13900005412", 660, "100,1234", 33_270, number, stage)
        try await FrontStage.hears(li, "660", "two meet")
        try await FrontStage.hears(han, "440", "two meet")
        // He mistypes the PIN first.
        let boss = try member("13900005413", 1_320, "100,0000,100,9999", 33_280, number, stage)
        try await FrontStage.hears(boss, "440,660", "three")
        try await FrontStage.hears(li, "660,1320", "three")
        let all = try await members(3, stage)
        #expect(all.map { $0["isModerator"] as? Bool } == [false, false, true], "\(all)")

        let full = try stage.call(number, from: "13900005414", keys: "1001234")
        #expect(await full.status() == 0, "\(full.words.suffix(800))")
        #expect(try await stage.attributes("13900005414")["conference"] == "full")

        for process in ["cti-1", "cti-2"] {
            try await survive(process, stage)
            try await FrontStage.hears(han, "440,1320", "after \(process) died")
            _ = try await members(3, stage)
        }
        let second = all.first { $0["customerNumber"] as? String == "13900005412" }
        try await stage.admin.insist(
            "DELETE", "/cti/v1/conferences/100/members/\(second?["callID"] as? String ?? "?")", within: 20)
        try await FrontStage.hears(li, "1320", "one was sent out")
        #expect(try await stage.attributes("13900005412")["conference"] == "dismissed")

        await boss.stop()
        let last = try await stage.record("13900005411")
        #expect((last["attributes"] as? [String: String])?["conference"] == "over", "\(last)")
        #expect(last["reason"] as? String == "flowEnded", "\(last)")
        #expect(API.kinds(last).contains("talk"))
        #expect(last["lostIn"] == nil || last["lostIn"] is NSNull, "\(last)")
        for caller in [li, han] { await caller.stop() }
    }

    private static let flow = FrontStage.flow(
        "room",
        """
        "room": {"type": "collect", "prompts": [{"file": "beep"}], "attribute": "room", "maximumDigits": 3,
            "timeoutSeconds": 20, "next": "pin", "onFailed": "bye"},
        "pin": {"type": "collect", "prompts": [{"file": "beep"}], "attribute": "pin", "maximumDigits": 4,
            "timeoutSeconds": 20, "next": "meet", "onFailed": "bye"},
        "meet": {"type": "conference", "number": "{room}", "pin": "{pin}", "next": "bye", "onFailed": "why"},
        "why": {"type": "condition", "attribute": "conference", "test": "equals", "value": "wrongPIN",
            "then": "room", "else": "bye"},
        "bye": {"type": "hangUp"}
        """)

    private func member(
        _ customer: String, _ tone: Int, _ keys: String, _ ports: Int, _ number: String, _ stage: FrontStage
    ) throws -> RunningProgram {
        try Sandbox.member(
            from: customer, to: number, tone: tone, keys: keys, after: 1.5, ports: ports, suite: stage.suite,
            place: stage.place)
    }

    private func members(_ count: Int, _ stage: FrontStage) async throws -> [[String: Any]] {
        try await eventually("\(count) in the conference", within: 30) { () -> [[String: Any]]? in
            let members = try? await stage.admin.items("/cti/v1/conferences/100/members")
            return members?.count == count ? members : nil
        }
    }

    private func survive(_ process: String, _ stage: FrontStage) async throws {
        let dead = try stage.suite.kill(process)
        _ = try await eventually("\(process) being there again", within: 30) { () -> Bool? in
            guard (try? stage.suite.id(of: process)) != dead else { return nil }
            return await stage.suite.isReady(process) ? true : nil
        }
    }
}
