import Foundation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What agents and supervisors do with calls, through all processes: each row of call control once with telephones. Each
/// rule's fine print is in CTITests.
@Suite(.serialized) struct CallControlTests {
    /// A customer of the sandbox's who talks with Amy.
    private func talk(
        _ customer: String, _ stage: FrontStage
    ) async throws -> (program: RunningProgram, call: String) {
        try await stage.ready(FrontStage.amy)
        let program = try Sandbox.customer(
            from: customer, to: stage.crowd.number, suite: stage.suite, place: stage.place)
        let call = try await stage.sees(customer, "talking", within: 40)
        #expect(call["agentID"] as? String == FrontStage.amy)
        return (program, call["callID"] as? String ?? "")
    }

    @Test(.timeLimit(.minutes(4)))
    func `an agent signs in at any telephone with his password, and each of his states is in the timeline`()
        async throws
    {
        let stage = try await FrontStage.shared()
        let customer = "13900005441"
        await #expect(throws: NotSeen.self) {
            try await API.signedIn(FrontStage.bob, to: stage.suite, tenant: stage.crowd.tenant, password: "wrong")
        }
        try await stage.ready()
        let amy = try stage.desk(FrontStage.amy)
        try await stage.desk(FrontStage.bob).insist("POST", "/cti/v1/agents/me/sign-out")
        try await amy.insist("POST", "/cti/v1/agents/me/sign-out")
        #expect(try await stage.status(FrontStage.amy) == "signedOut")
        // At Bob's seat: calls follow her.
        try await amy.insist("POST", "/cti/v1/agents/me/sign-in", ["phone": FrontStage.phones[FrontStage.bob] ?? ""])
        try await amy.insist("POST", "/cti/v1/agents/me/pause", ["reason": "lunch"])
        #expect(try await stage.admin.status(of: FrontStage.amy) == "paused")
        try await amy.insist("POST", "/cti/v1/agents/me/ready")
        let program = try Sandbox.customer(
            from: customer, to: stage.crowd.number, suite: stage.suite, place: stage.place)
        try await FrontStage.hears(program, "660", "Bob's telephone")
        let call = try await stage.sees(customer, "talking")["callID"] as? String ?? ""
        try await stage.act(FrontStage.amy, call, "hold")
        _ = try await stage.sees(customer, "held")
        try await stage.act(FrontStage.amy, call, "retrieve")
        try await stage.act(FrontStage.amy, call, "hang-up")
        _ = try await eventually("Amy being ready again") {
            try await stage.status(FrontStage.amy) == "ready" ? true : nil
        }
        try await amy.insist("POST", "/cti/v1/agents/me/sign-out")
        let wanted = ["signedOut", "paused", "ready", "ringing", "talking", "held", "ready", "signedOut"]
        let seen = try await eventually("her states in the timeline", within: 20) { () -> [String]? in
            let spans = try await stage.admin.items("/reporting/v1/agents/\(FrontStage.amy)/timeline?limit=200")
            let words = spans.map { span in
                span["isOnHold"] as? Bool == true ? "held" : span["status"] as? String ?? ""
            }
            return words.last == "signedOut" && words.contains("held") ? words : nil
        }
        var rest = seen[...]
        for state in wanted {
            let place = try #require(rest.firstIndex(of: state), "\(state) in \(seen)")
            rest = rest[rest.index(after: place)...]
        }
        let spans = try await stage.admin.items("/reporting/v1/agents/\(FrontStage.amy)/timeline?limit=200")
        #expect(spans.contains { $0["pauseReason"] as? String == "lunch" })
        await program.stop()
    }

    @Test(.timeLimit(.minutes(3)))
    func `the screen pops with the customer's record, and what is noted goes with the call`() async throws {
        let stage = try await FrontStage.shared()
        let customer = "13900005442"
        try await stage.admin.ask(
            "POST", "/crm/v1/customers", ["customerID": "pop-1", "name": "Li Lei", "numbers": [customer]])
        let amy = try stage.desk(FrontStage.amy)
        // Any program can listen: curl does.
        let events = try RunningProgram(
            RunningProgram.tied([
                "curl", "-sN", "-H", "Authorization: Bearer \(amy.token)", "\(amy.url)/api/cti/v1/events",
            ]), directory: stage.place, output: stage.place.appendingPathComponent("events.log"))
        _ = try await eventually("the snapshot") { events.words.contains("event: snapshot") ? true : nil }
        let (program, call) = try await talk(customer, stage)
        _ = try await eventually("the offer on her screen, with the record") {
            events.words.contains("event: call.offered") && events.words.contains("Li Lei") ? true : nil
        }
        let mine = try await amy.ask("GET", "/cti/v1/agents/me")["call"] as? [String: Any]
        #expect((mine?["customer"] as? [String: Any])?["name"] as? String == "Li Lei", "\(mine ?? [:])")
        #expect(mine?["customerNumber"] as? String == customer)
        #expect(mine?["accessNumber"] as? String == stage.crowd.number)
        try await amy.insist("PATCH", "/cti/v1/calls/\(call)/data", ["data": ["order": "A-17"]])
        try await stage.act(FrontStage.amy, call, "transfer", ["agent": FrontStage.bob])
        let next = try await eventually("Bob having the call", within: 20) { () -> [String: Any]? in
            let his = try await stage.desk(FrontStage.bob).ask("GET", "/cti/v1/agents/me")["call"] as? [String: Any]
            return his?["phase"] as? String == "talking" ? his : nil
        }
        #expect((next["attributes"] as? [String: String])?["order"] == "A-17", "\(next)")
        try await stage.act(FrontStage.bob, call, "hang-up")
        #expect(try await stage.attributes(customer)["order"] == "A-17")
        await events.stop()
        await program.stop()
    }

    @Test(.timeLimit(.minutes(4)))
    func `an agent dials out, asks a number outside, makes it three, and sends a customer there`() async throws {
        let stage = try await FrontStage.shared()
        let carrier = try Sandbox.carrier(suite: stage.suite, place: stage.place)
        let amy = try stage.desk(FrontStage.amy)
        try await stage.ready()
        let dialled = try await amy.insist(
            "POST", "/cti/v1/calls", ["number": "+8613900005500", "from": stage.crowd.number], within: 20)
        let out = dialled["callID"] as? String ?? ""
        _ = try await stage.sees("+8613900005500", "talking", within: 30)
        let phone = try stage.phone(FrontStage.amy)
        _ = try await eventually("Amy hearing who answered", within: 20) {
            FrontStage.heard(phone).last?.contains("660") == true ? true : nil
        }
        try await stage.act(FrontStage.amy, out, "hang-up")
        let record = try await stage.record("+8613900005500")
        #expect(record["direction"] as? String == "outbound" && record["agentID"] as? String == FrontStage.amy)
        #expect(try await stage.status(FrontStage.amy) == "paused", "what she was before")

        let customer = "13900005443"
        let (program, call) = try await talk(customer, stage)
        try await stage.act(FrontStage.amy, call, "consult", ["number": "+8613900005600"])
        let asked = try await eventually("who is asked having answered", within: 20) { () -> String? in
            let parties = try await stage.admin.ask("GET", "/cti/v1/calls/\(call)")["parties"] as? [[String: Any]]
            let party = parties?.first { $0["number"] as? String == "+8613900005600" && $0["isUp"] as? Bool == true }
            return party?["legID"] as? String
        }
        try await stage.act(FrontStage.amy, call, "join")
        // The carrier's four notes change; Amy's tone stays.
        _ = try await eventually("the customer hearing both", within: 30) {
            FrontStage.heard(program).contains("660,880") ? true : nil
        }
        try await amy.insist("DELETE", "/cti/v1/calls/\(call)/parties/\(asked)")
        try await stage.act(FrontStage.amy, call, "transfer", ["number": "+8613900005700"])
        _ = try await stage.sees(customer, "outside", within: 30)
        #expect(try await stage.status(FrontStage.amy) == "ready", "the agent is free")
        await program.stop()
        let last = try await stage.record(customer)
        #expect(API.kinds(last).last == "talk", "\(last)")
        await carrier.stop()
    }

    @Test(.timeLimit(.minutes(3)))
    func `a call is parked, and another agent picks it up`() async throws {
        let stage = try await FrontStage.shared()
        let customer = "13900005444"
        let (program, call) = try await talk(customer, stage)
        try await stage.act(FrontStage.amy, call, "park")
        _ = try await stage.sees(customer, "parked")
        let parked = try await stage.desk(FrontStage.bob).items("/cti/v1/parked-calls")
        #expect(parked.contains { $0["callID"] as? String == call && API.number($0["parkSlot"]) == 1 }, "\(parked)")
        try await stage.act(FrontStage.bob, call, "pick-up")
        try await FrontStage.hears(program, "660", "Bob has him")
        try await stage.act(FrontStage.bob, call, "hang-up")
        let record = try await stage.record(customer)
        let talkers = (record["segments"] as? [[String: Any]] ?? []).filter { $0["kind"] as? String == "talk" }
            .compactMap { $0["agentID"] as? String }
        #expect(talkers == [FrontStage.amy, FrontStage.bob], "\(record)")
        await program.stop()
    }

    @Test(.timeLimit(.minutes(4)))
    func `a supervisor touches his own group only: release, paused, ready, signed out; seats are shown`()
        async throws
    {
        let stage = try await FrontStage.shared()
        let customer = "13900005445"
        let (amy, sue) = (FrontStage.amy, stage.sue)
        var settings = try await stage.admin.ask("GET", "/cti/v1/desk-settings")
        settings["experts"] = [FrontStage.bob]
        try await stage.admin.insist("PUT", "/cti/v1/desk-settings", settings)
        try await stage.admin.insist(
            "PUT", "/cti/v1/monitor-groups/east",
            ["name": "East", "supervisors": ["sue"], "members": [FrontStage.bob]])
        let (program, _) = try await talk(customer, stage)
        let seen = try await eventually("Sue seeing her group", within: 15) { () -> [String]? in
            let agents = try await sue.items("/cti/v1/supervision/agents")
            return agents.compactMap {
                ($0["agent"] as? [String: Any])?["agentID"] as? String ?? $0["agentID"] as? String
            }
        }
        #expect(seen == [FrontStage.bob])
        await #expect(throws: NotSeen.self) { try await sue.ask("POST", "/cti/v1/supervision/agents/\(amy)/release") }
        #expect(try await stage.calls(of: customer).first?["phase"] as? String == "talking", "nothing has happened")
        try await stage.admin.insist(
            "PUT", "/cti/v1/monitor-groups/east",
            ["name": "East", "supervisors": ["sue"], "members": [FrontStage.bob, amy]])
        try await sue.insist("POST", "/cti/v1/supervision/agents/\(amy)/release")
        let record = try await stage.record(customer)
        #expect(API.kinds(record).last == "talk", "the outside party was dropped: \(record)")
        for (act, body, status) in [
            ("ready", nil, "ready"), ("pause", ["reason": "meeting"], "paused"), ("ready", nil, "ready"),
            ("sign-out", nil, "signedOut"),
        ] as [(String, [String: Any]?, String)] {
            try await sue.insist("POST", "/cti/v1/supervision/agents/\(amy)/\(act)", body)
            _ = try await eventually("Amy being \(status)") { try await stage.status(amy) == status ? true : nil }
        }
        let groups = try await sue.items("/cti/v1/supervision/groups")
        #expect(API.number(groups.first?["members"]) == 2 && API.number(groups.first?["online"]) == 1, "\(groups)")
        let seats = try await stage.desk(FrontStage.bob).items("/cti/v1/colleagues")
        #expect(seats.first { $0["agentID"] as? String == FrontStage.bob }?["seat"] as? String == "expert")
        #expect(seats.first { $0["agentID"] as? String == FrontStage.deaf }?["seat"] as? String == "ordinary")
        try await stage.admin.insist("DELETE", "/cti/v1/monitor-groups/east")
        await program.stop()
    }

    @Test(.timeLimit(.minutes(3)))
    func `a call is declined by one and answered by another with the button`() async throws {
        let stage = try await FrontStage.shared()
        let customer = "13900005446"
        try await stage.admin.insist(
            "POST", "/acd/v1/queues",
            [
                "id": "button", "name": "Button", "ringSeconds": 20, "strategy": "fixedOrder",
                "afterCallWorkSeconds": 0,
                "agentOrder": [FrontStage.deaf, FrontStage.bob],
            ])
        for agent in [FrontStage.deaf, FrontStage.bob] {
            try await stage.admin.insist("PUT", "/acd/v1/queues/button/members/\(agent)")
        }
        let number = "+861088885420"
        try await stage.lead(
            number, to: FrontStage.flow("wait", #""wait": {"type": "queue", "queue": "button"}"#), as: "button")
        try await stage.ready(FrontStage.deaf, FrontStage.bob)
        let first = try stage.call(number, from: customer)
        let offered = try await stage.sees(customer, "offered")
        #expect(offered["agentID"] as? String == FrontStage.deaf)
        let call = offered["callID"] as? String ?? ""
        try await stage.act(FrontStage.deaf, call, "decline", ["reason": "busy"])
        #expect(try await stage.sees(customer, "talking")["agentID"] as? String == FrontStage.bob)
        try await stage.act(FrontStage.bob, call, "hang-up")
        #expect(await first.status() == 0, "\(first.words.suffix(800))")
        let record = try await stage.record(customer)
        #expect(API.kinds(record).filter { $0 == "ring" }.count == 2, "\(record)")

        try await stage.ready(FrontStage.deaf)
        let second = try stage.call(number, from: "13900005447")
        let ringing = try await stage.sees("13900005447", "offered")["callID"] as? String ?? ""
        try await stage.act(FrontStage.deaf, ringing, "answer")
        #expect(try await stage.sees("13900005447", "talking")["agentID"] as? String == FrontStage.deaf)
        try await stage.act(FrontStage.deaf, ringing, "hang-up")
        #expect(await second.status() == 0, "\(second.words.suffix(800))")
    }

    @Test(.timeLimit(.minutes(2)))
    func `each part is a program of its own, which says how it is to be used`() async throws {
        let stage = try await FrontStage.shared()
        let suite = stage.suite
        let services = Set(
            suite.places.processes.keys.compactMap { $0.split(separator: "-").dropLast().joined(separator: "-") })
        #expect(services == ["crm", "cti", "acd", "media-server", "dialer", "reporting"])
        var ids: Set<Int32> = []
        for (process, url) in suite.places.processes {
            ids.insert(try suite.id(of: process))
            let (data, response) = try await URLSession.shared.data(
                from: try #require(URL(string: url + "/openapi.json")))
            #expect((response as? HTTPURLResponse)?.statusCode == 200, "\(process)")
            let document = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
            #expect((document["openapi"] as? String)?.hasPrefix("3.") == true, "\(process)")
            #expect((document["paths"] as? [String: Any])?.count ?? 0 > 3, "\(process)")
        }
        #expect(ids.count == suite.places.processes.count)
    }
}
