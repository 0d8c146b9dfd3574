import Foundation
import Testing

/// Records are looked at before they are dialled (预先拨号), and customers' records dialled (记录拨号), through all processes,
/// with the sandbox carrier's numbers and telephones.
@Suite(.serialized) struct PreviewDialSystemTests {
    @Test(.timeLimit(.minutes(4)))
    func `an agent looks at a record, skips it, has the next dialled, talks, and says what became of it`() async throws
    {
        let stage = try await DiallingStage.shared()
        let (amy, skipped, reached, busy) = (DiallingStage.amy, "13900076400", "13900076500", "13900076601")
        let carrier = try Sandbox.carrier(suite: stage.suite, place: stage.place)
        try await stage.rest(amy, DiallingStage.bob)
        try await stage.admin.ask("PUT", "/crm/v1/customers/li", ["name": "Li", "numbers": [reached]])
        // Comes first by its digits, and is nobody's.
        try await stage.desk(amy).ask("POST", "/dialer/v1/do-not-call", ["number": "+86 139 0007 6300"])
        let campaign = try await stage.campaign(
            "Looks", numbers: ["13900076300", skipped, reached, busy], preview: ["afterCallWorkSeconds": 60])
        try await stage.desk(amy).insist("PUT", "/dialer/v1/previews/me", ["campaignID": campaign])
        #expect(try await stage.state(amy) == "paused:rest", "who is not ready looks at nothing")
        try await stage.ready(amy)

        let first = try await stage.record(amy, of: skipped)
        #expect((first["attributes"] as? [String: String]) == ["product": "tea"])
        try await stage.becomes(amy, "paused:preview")
        // acd has heard of it: she is offered nothing.
        _ = try await eventually("acd knowing that nobody is ready", within: 10) { () -> Bool? in
            let figures = try await stage.admin.ask("GET", "/acd/v1/queues/\(Crowd.queue)/figures")
            return API.number(figures["agentsReady"]) == 0 ? true : nil
        }
        try await stage.decide(amy, first, "skip", ["reason": "called yesterday", "isDone": true])

        let second = try await stage.record(amy, of: reached)
        #expect((second["customer"] as? [String: Any])?["customerID"] as? String == "li", "\(second)")
        let heardBefore = try FrontStage.heard(stage.phone(amy)).count
        try await stage.decide(amy, second, "dial")
        let talk = try await stage.talks(reached)
        #expect(talk["agentID"] as? String == amy && talk["campaignID"] as? String == campaign, "\(talk)")
        #expect((talk["customer"] as? [String: Any])?["customerID"] as? String == "li", "\(talk)")
        let phone = try stage.phone(amy)
        _ = try await eventually("Amy hearing who answered", within: 20) {
            FrontStage.heard(phone).dropFirst(heardBefore).contains { $0.contains("660") } ? true : nil
        }
        try await stage.desk(amy).insist("POST", "/cti/v1/calls/\(talk["callID"] as? String ?? "")/hang-up")
        try await stage.becomes(amy, "afterCallWork")
        try await stage.desk(amy).insist("POST", "/cti/v1/agents/me/after-call-work/end", ["disposition": "sold"])

        let third = try await stage.record(amy, of: busy)
        try await stage.decide(amy, third, "dial")
        try await judge(stage, campaign, reached: reached, busy: busy)
        try await stage.rest(amy)
        try await stage.admin.insist("POST", "/dialer/v1/campaigns/\(campaign)/pause")
        await carrier.stop()
    }

    /// What is kept of it, in the dialer and in the contact record.
    private func judge(_ stage: DiallingStage, _ campaign: String, reached: String, busy: String) async throws {
        let tries = try await stage.attempts(campaign, over: 2)
        #expect(tries.map { $0["number"] as? String } == [busy, reached])
        #expect(tries.map { $0["result"] as? String } == ["busy", "connected"], "\(tries)")
        let sold = try await eventually("the disposition being kept", within: 20) { () -> [String: Any]? in
            try await stage.attempts(campaign, over: 2).last.flatMap { $0["disposition"] is String ? $0 : nil }
        }
        #expect(sold["disposition"] as? String == "sold" && sold["agentID"] as? String == DiallingStage.amy)
        // One skipped for good, one reached; who was busy comes again by the campaign's rule.
        let progress = try await stage.admin.ask("GET", "/dialer/v1/campaigns/\(campaign)/progress")
        #expect(API.number(progress["done"]) == 2 && API.number(progress["open"]) == 1, "\(progress)")
        let looked = try await stage.admin.items("/dialer/v1/campaigns/\(campaign)/previews")
        #expect(looked.compactMap { $0["outcome"] as? String } == ["dialled", "dialled", "skipped"], "\(looked)")
        #expect(looked.last?["reason"] as? String == "called yesterday")
        let record = try await stage.contact(reached)
        #expect(record["campaignID"] as? String == campaign && record["attemptID"] as? String == sold["id"] as? String)
        #expect(record["customerID"] as? String == "li" && API.addsUp(record), "\(record)")
        #expect(API.kinds(record).contains("talk"))
    }

    @Test(.timeLimit(.minutes(3)))
    func `a record whose time is over goes to the next agent, and who let it pass is paused`() async throws {
        let stage = try await DiallingStage.shared()
        let (amy, bob, number) = (DiallingStage.amy, DiallingStage.bob, "13900076700")
        try await stage.rest(amy, bob)
        let campaign = try await stage.campaign("Passing", numbers: [number], preview: ["seconds": 6])
        for agent in [amy, bob] {
            try await stage.desk(agent).insist("PUT", "/dialer/v1/previews/me", ["campaignID": campaign])
        }
        try await stage.ready(amy)
        let hers = try await stage.record(amy, of: number)
        try await stage.ready(bob)
        #expect(try await stage.state(bob) == "ready", "the record is hers alone")
        let his = try await stage.record(bob, of: number)
        #expect(DiallingStage.preview(his)["id"] as? String != DiallingStage.preview(hers)["id"] as? String)
        try await stage.becomes(amy, "paused:missed")
        // It is hers no more.
        await #expect(throws: NotSeen.self) { try await stage.decide(amy, hers, "dial") }
        let later = Int64(Date().timeIntervalSince1970 * 1_000_000) + 7_200_000_000
        try await stage.decide(bob, his, "appoint", ["at": later, "isMine": true, "reason": "in two hours"])
        try await stage.becomes(bob, "ready")
        let looked = try await stage.admin.items("/dialer/v1/campaigns/\(campaign)/previews")
        #expect(looked.compactMap { $0["outcome"] as? String } == ["appointed", "expired"], "\(looked)")
        try await stage.rest(amy, bob)
        try await stage.admin.insist("POST", "/dialer/v1/campaigns/\(campaign)/pause")
    }

    @Test(.timeLimit(.minutes(3)))
    func `a kill of the dialer loses no record, and its agent dials it afterwards`() async throws {
        let stage = try await DiallingStage.shared()
        let (amy, number) = (DiallingStage.amy, "13900076800")
        let carrier = try Sandbox.carrier(suite: stage.suite, place: stage.place)
        try await stage.rest(amy, DiallingStage.bob)
        let campaign = try await stage.campaign("Outliving", numbers: [number], preview: ["afterCallWorkSeconds": 0])
        try await stage.desk(amy).insist("PUT", "/dialer/v1/previews/me", ["campaignID": campaign])
        try await stage.ready(amy)
        let before = try await stage.record(amy, of: number)
        try await stage.becomes(amy, "paused:preview")
        try stage.suite.kill("dialer-1")
        let after = try await stage.record(amy, of: number, within: 40)
        #expect(DiallingStage.preview(after)["id"] as? String == DiallingStage.preview(before)["id"] as? String)
        #expect(try await stage.state(amy) == "paused:preview")
        try await stage.decide(amy, after, "dial")
        let talk = try await stage.talks(number)
        try await stage.desk(amy).insist("POST", "/cti/v1/calls/\(talk["callID"] as? String ?? "")/hang-up")
        let tries = try await stage.attempts(campaign, over: 1)
        #expect(tries.map { $0["result"] as? String } == ["connected"], "\(tries)")
        try await stage.rest(amy)
        try await stage.admin.insist("POST", "/dialer/v1/campaigns/\(campaign)/pause")
        await carrier.stop()
    }

    @Test(.timeLimit(.minutes(3)))
    func `a customer's record is dialled, goes with the call, and stands in its contact record`() async throws {
        let stage = try await DiallingStage.shared()
        let (amy, number) = (DiallingStage.amy, "13900076900")
        let carrier = try Sandbox.carrier(suite: stage.suite, place: stage.place)
        try await stage.rest(amy, DiallingStage.bob)
        try await stage.admin.ask(
            "PUT", "/crm/v1/customers/wang", ["name": "Wang", "numbers": ["139-0007-6900"], "isVIP": true])
        let desk = try stage.desk(amy)
        await #expect(throws: NotSeen.self) { try await desk.ask("POST", "/cti/v1/calls", ["customerID": "nobody"]) }
        let dialled = try await desk.insist(
            "POST", "/cti/v1/calls", ["customerID": "wang", "from": stage.crowd.number], within: 20)
        #expect(dialled["customerNumber"] as? String == number, "\(dialled)")
        // Before anybody was called.
        #expect((dialled["customer"] as? [String: Any])?["name"] as? String == "Wang", "\(dialled)")
        let talk = try await stage.talks(number)
        #expect((talk["customer"] as? [String: Any])?["customerID"] as? String == "wang")
        try await desk.insist("POST", "/cti/v1/calls/\(talk["callID"] as? String ?? "")/hang-up")
        let record = try await stage.contact(number)
        #expect(record["customerID"] as? String == "wang" && record["agentID"] as? String == amy, "\(record)")
        let his = try await stage.admin.items("/reporting/v1/contacts?customer=wang")
        #expect(his.map { $0["callID"] as? String } == [talk["callID"] as? String])
        await carrier.stop()
    }
}
