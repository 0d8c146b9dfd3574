import Foundation
import Testing

/// Mails and the like beside calls, through all processes: entered by another system over HTTP, told to the agent's page,
/// interrupted by a call, and still there after a kill.
extension RoutingRulesTests {
    @Test(.timeLimit(.minutes(3)))
    func `who has a mail open gets the call; the mail waits as interrupted and is taken up again`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088885315"
        try await stage.queue("mixed", members: ["agent1001"], number: number)
        try await stage.ready("agent1001")
        let desk = try stage.desk("agent1001")
        let page = try events(of: desk, stage)
        _ = try await eventually("the page being told how things stand", within: 10) {
            page.words.contains("event: snapshot") ? true : nil
        }
        let made = try await stage.admin.insist(
            "POST", "/acd/v1/work",
            [
                "id": "mail-1", "medium": "mail", "queue": "mixed", "title": "An order",
                "customer": ["name": "Li", "address": "li@example.com"],
            ])
        #expect(made["state"] as? String == "waiting" || made["state"] as? String == "offered", "\(made)")
        _ = try await eventually("the page being told", within: 10) {
            page.words.contains("event: work.offered") ? true : nil
        }
        let asked = try await desk.items("/acd/v1/my-work")
        #expect(asked.first?["state"] as? String == "offered" && asked.first?["id"] as? String == "mail-1", "\(asked)")
        try await desk.ask("POST", "/acd/v1/work/mail-1/accept")

        let talk = try await stage.reaches(number, from: "13900003101")
        #expect(talk.agent == "agent1001")
        try await seen("mail-1", "interrupted", stage)
        try await stage.ends(talk)
        try await seen("mail-1", "open", stage)
        try await desk.ask("POST", "/acd/v1/work/mail-1/done", ["disposition": "answered"])
        let over = try await stage.admin.ask("GET", "/acd/v1/work/mail-1")
        #expect(over["state"] as? String == "done" && API.number(over["interruptions"]) == 1, "\(over)")
        let told = try await eventually("all of it being told", within: 10) { () -> [String]? in
            let names = page.words.split(separator: "\n").filter { $0.hasPrefix("event: work.") }.map(String.init)
            return names.last == "event: work.ended" ? names : nil
        }
        #expect(
            told
                == ["offered", "offer_ended", "progressed", "progressed", "progressed", "ended"].map {
                    "event: work.\($0)"
                })
        let decision = try await stage.decision(of: "work-mail-1")
        #expect(decision["agentID"] as? String == "agent1001", "\(decision)")
        page.interrupt()
        _ = await page.status()
    }

    @Test(.timeLimit(.minutes(3)))
    func `who has a chat open gets no call; and who has what, outlives a kill of every acd`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088885316"
        try await stage.queue("chats", members: ["agent1002"], number: number)
        try await stage.ready("agent1002")
        let desk = try stage.desk("agent1002")
        try await stage.admin.insist("POST", "/acd/v1/work", ["id": "chat-1", "medium": "chat", "queue": "chats"])
        try await seen("chat-1", "offered", stage)
        try await desk.ask("POST", "/acd/v1/work/chat-1/accept")
        let customer = try stage.call(number, from: "13900003201")
        _ = try await stage.sees("13900003201", "waiting")
        for process in ["acd-1", "acd-2"] { try stage.suite.kill(process) }
        for process in ["acd-1", "acd-2"] {
            _ = try await eventually("\(process) being back", within: 40) { () -> Bool? in
                await stage.suite.isReady(process) ? true : nil
            }
        }
        _ = try await eventually("the tenant being routed again", within: 30) { () -> Bool? in
            guard let routing = try? await stage.admin.ask("GET", "/acd/v1/routing") else { return nil }
            let waiting = routing["waiting"] as? [[String: Any]] ?? []
            let work = routing["work"] as? [[String: Any]] ?? []
            return waiting.count == 1
                && work.contains { $0["workID"] as? String == "chat-1" && $0["state"] as? String == "open" }
                ? true : nil
        }
        #expect(try await stage.sees("13900003201", "waiting")["phase"] as? String == "waiting")
        try await desk.insist("POST", "/acd/v1/work/chat-1/done", [String: Any]())
        let talk = try await stage.talks("13900003201")
        #expect(talk.agent == "agent1002")
        try await stage.ends(talk)
        #expect(await customer.status() == 0)
    }

    private func seen(_ id: String, _ state: String, _ stage: RulesStage) async throws {
        _ = try await eventually("\(id) being \(state)", within: 15) { () -> Bool? in
            try await stage.admin.ask("GET", "/acd/v1/work/\(id)")["state"] as? String == state ? true : nil
        }
    }

    /// What the agent's page hears, as curl shows it.
    private func events(of desk: API, _ stage: RulesStage) throws -> RunningProgram {
        let place = try stage.suite.scratch("work-events")
        return try RunningProgram(
            RunningProgram.tied([
                "curl", "-sN", "-H", "Authorization: Bearer \(desk.token)", desk.url + "/api/cti/v1/events",
            ]), directory: place, output: place.appendingPathComponent("events.log"))
    }
}
