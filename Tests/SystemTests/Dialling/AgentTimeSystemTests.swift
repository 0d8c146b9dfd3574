import Foundation
import Testing

/// What time does to agents, through all processes: a short break (小休) that is too long, and a session that nobody renews.
/// The shortest that may be set is a minute; both are waited for at once.
@Suite(.serialized) struct AgentTimeSystemTests {
    @Test(.timeLimit(.minutes(4)))
    func `a short break over its limit raises the alarm; whose session expires is signed out, and is offered nothing`()
        async throws
    {
        let stage = try await DiallingStage.shared()
        let (amy, bob, eve) = (DiallingStage.amy, DiallingStage.bob, DiallingStage.eve)
        let settings = try await stage.admin.ask("GET", "/cti/v1/desk-settings")
        var short = settings
        short["pauseReasons"] = [["reason": "break", "limitMinutes": 1], ["reason": "meal", "limitMinutes": 30]]
        short["sessionMinutes"] = 1
        try await stage.admin.insist("PUT", "/cti/v1/desk-settings", short)
        try await stage.rest(amy, bob, eve)
        let events = try Feed.open(stage.desk(amy), "amy", stage)
        defer { withExtendedLifetime(events) {} }
        try await stage.desk(amy).insist("POST", "/cti/v1/agents/me/pause", ["reason": "break"])
        try await stage.desk(bob).insist("POST", "/cti/v1/agents/me/pause", ["reason": "meal"])
        // No page is open, and no telephone of hers is registered.
        try await stage.ready(eve)
        let began = try await stage.agent(amy)
        let limit = try #require(API.number(began["until"])) - (API.number(began["since"]) ?? 0)
        #expect(limit == 60_000_000)

        let alarm = try await eventually("the alarm", within: 80) {
            events.words.split(separator: "\n").last { $0.contains("limitSeconds") }
        }
        #expect(alarm.contains(#""reason":"break""#) && alarm.contains(#""limitSeconds":60"#), "\(alarm)")
        #expect(events.words.contains("event: agent.pause_exceeded"))
        #expect(try await stage.state(amy) == "paused:break", "it is told, and nobody is made to work")
        #expect(try await stage.state(bob) == "paused:meal")

        // Asked by another, for her own question would be a sign of life.
        _ = try await eventually("Eve being signed out", within: 100) { () -> Bool? in
            try await stage.admin.status(of: eve) == "signedOut" ? true : nil
        }
        _ = try await eventually("acd knowing it", within: 10) { () -> Bool? in
            let figures = try await stage.admin.ask("GET", "/acd/v1/queues/\(Crowd.queue)/figures")
            return API.number(figures["agentsReady"]) == 0 ? true : nil
        }
        try await waits(stage, amy)
        await events.stop()
        try await stage.admin.insist("PUT", "/cti/v1/desk-settings", settings)
    }

    /// A caller is offered to nobody until somebody else is ready; who was signed out had no offer.
    private func waits(_ stage: DiallingStage, _ amy: String) async throws {
        let customer = "13900077001"
        let caller = try Sandbox.customer(
            from: customer, to: stage.crowd.number, suite: stage.suite, place: stage.place)
        let call = try await eventually("the caller waiting", within: 30) { () -> String? in
            let calls = try await stage.admin.items("/cti/v1/calls?limit=100")
            let his = calls.first { $0["customerNumber"] as? String == customer && $0["phase"] as? String == "waiting" }
            return his?["callID"] as? String
        }
        try await stage.ready(amy)
        let talk = try await stage.talks(customer)
        #expect(talk["callID"] as? String == call && talk["agentID"] as? String == amy, "\(talk)")
        try await stage.desk(amy).insist("POST", "/cti/v1/calls/\(call)/hang-up")
        await caller.stop()
        let record = try await stage.contact(customer)
        let rung = (record["segments"] as? [[String: Any]] ?? []).filter { $0["kind"] as? String == "ring" }
        #expect(rung.compactMap { $0["agentID"] as? String } == [amy], "\(record)")
        let timeline = try await stage.admin.ask("GET", "/reporting/v1/agents/\(DiallingStage.eve)/timeline")
        let text = String(decoding: try JSONSerialization.data(withJSONObject: timeline), as: UTF8.self)
        #expect(text.contains("sessionExpired"), "\(text.suffix(800))")
    }
}

/// An agent's page: its stream of events, as curl writes it down.
enum Feed {
    static func open(_ desk: API, _ name: String, _ stage: DiallingStage) throws -> RunningProgram {
        try RunningProgram(
            RunningProgram.tied([
                "curl", "-sN", "-H", "Authorization: Bearer \(desk.token)", desk.url + "/api/cti/v1/events",
            ]), directory: stage.place, output: stage.place.appendingPathComponent("events-\(name).log"))
    }
}
