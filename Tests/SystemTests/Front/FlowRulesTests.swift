import Foundation
import Testing

/// What flows do with callers, through all processes: each row of the IVR once with a telephone. Each rule's fine print is in
/// CTITests.
@Suite(.serialized) struct FlowRulesTests {
    private static let beep = #"[{"file": "beep"}]"#

    @Test(.timeLimit(.minutes(3)))
    func `menus of two levels by keys, a card number with its checks, the customer's record: the agent sees it all`()
        async throws
    {
        let stage = try await FrontStage.shared()
        let (number, customer) = ("+861088885401", "13900005401")
        try await stage.admin.ask(
            "POST", "/crm/v1/customers",
            ["customerID": "guest-1", "name": "Han Meimei", "numbers": [customer], "isVIP": true])
        let beep = Self.beep
        try await stage.lead(
            number,
            to: FrontStage.flow(
                "first",
                """
                "first": {"type": "menu", "prompts": \(beep), "keys": {"1": "bye", "2": "second"}, "timeoutSeconds": 8},
                "second": {"type": "menu", "prompts": \(beep), "attribute": "choice", "keys": {"3": "card", "4": "bye"},
                    "timeoutSeconds": 8},
                "card": {"type": "collect", "prompts": \(beep), "attribute": "card", "minimumDigits": 4,
                    "maximumDigits": 16, "check": {"luhn": true}, "confirm": true, "next": "who", "onFailed": "bye"},
                "who": {"type": "lookup", "values": {"vip": "isVIP", "guest": "name"}, "next": "sales"},
                "sales": {"type": "queue", "queue": "\(Crowd.queue)"}, "bye": {"type": "hangUp"}
                """), as: "menus")
        try await stage.ready(FrontStage.amy)
        // 1234 has a wrong check digit; 2345 has the right one, and is confirmed.
        let caller = try stage.call(number, from: customer, keys: "231234#2345#1")
        let call = try await stage.sees(customer, "talking", within: 40)
        #expect(call["agentID"] as? String == FrontStage.amy)
        let known = call["attributes"] as? [String: String] ?? [:]
        #expect(known == ["choice": "3", "card": "2345", "vip": "yes", "guest": "Han Meimei"], "\(call)")
        try await stage.act(FrontStage.amy, call["callID"] as? String ?? "", "hang-up")
        #expect(await caller.status() == 0, "\(caller.words.suffix(800))")
        let record = try await stage.record(customer)
        #expect(API.kinds(record).prefix(4) == ["ivr", "queue", "ring", "talk"], "\(record)")
    }

    @Test(.timeLimit(.minutes(2)))
    func `who is on the blacklist is refused, and nobody else`() async throws {
        let stage = try await FrontStage.shared()
        let number = "+861088885402"
        try await stage.admin.ask("PUT", "/cti/v1/number-lists/black", ["name": "Black"])
        try await stage.admin.ask("PUT", "/cti/v1/number-lists/black/numbers/13900005402", ["note": "spam"])
        try await stage.lead(
            number,
            to: FrontStage.flow(
                "filter",
                """
                "filter": {"type": "list", "list": "black", "then": "refused", "else": "welcome"},
                "refused": {"type": "set", "values": {"blocked": "yes"}, "next": "bye"},
                "welcome": {"type": "set", "values": {"blocked": "no"}, "next": "bye"}, "bye": {"type": "hangUp"}
                """), as: "filter")
        for (customer, blocked) in [("13900005402", "yes"), ("13900005403", "no")] {
            let caller = try stage.call(number, from: customer)
            #expect(await caller.status() == 0, "\(caller.words.suffix(800))")
            #expect(try await stage.attributes(customer)["blocked"] == blocked)
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `out of hours, numbers outside are tried in turn until one answers`() async throws {
        let stage = try await FrontStage.shared()
        let (number, customer) = ("+861088885404", "13900005404")
        let carrier = try Sandbox.carrier(suite: stage.suite, place: stage.place)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "Asia/Shanghai"))
        let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        // Open in three days' time only.
        let open = days[(calendar.component(.weekday, from: Date()) - 1 + 3) % 7]
        try await stage.lead(
            number,
            to: FrontStage.flow(
                "hours",
                """
                "hours": {"type": "calendar", "timeZone": "Asia/Shanghai", "hours": {"\(open)": ["00:00-24:00"]},
                    "open": "bye", "closed": "mark"},
                "mark": {"type": "set", "values": {"closed": "yes"}, "next": "outside"},
                "outside": {"type": "transfer", "numbers": ["+8613900005401", "+8613900005403", "+8613900005400"],
                    "ringSeconds": 10, "onFailed": "bye"},
                "bye": {"type": "hangUp"}
                """), as: "hours")
        let caller = try Sandbox.customer(from: customer, to: number, suite: stage.suite, place: stage.place)
        _ = try await stage.sees(customer, "outside", within: 30)
        // The carrier's third number sings.
        _ = try await eventually("the caller hearing who answered", within: 20) {
            FrontStage.heard(caller).contains { $0.contains("660") } ? true : nil
        }
        await caller.stop()
        let record = try await stage.record(customer)
        #expect(API.kinds(record).filter { $0 == "ring" }.count == 3, "busy, refused, answered: \(record)")
        #expect(API.kinds(record).last == "talk")
        #expect((record["attributes"] as? [String: String])?["closed"] == "yes")
        await carrier.stop()
    }

    @Test(.timeLimit(.minutes(4)))
    func `the house's own ring-back tone while it rings, its music while he waits and while he is held`() async throws {
        let stage = try await FrontStage.shared()
        let (number, customer) = ("+861088885405", "13900005405")
        try await stage.prompt("house-music", of: 1_000)
        try await stage.admin.ask(
            "PUT", "/media/v1/sound-settings",
            [
                "music": "house-music",
                "ringback": ["frequencies": [1_320], "onMilliseconds": 4_000, "offMilliseconds": 0],
            ])
        try await stage.admin.insist(
            "POST", "/acd/v1/queues",
            ["id": "tones", "name": "Tones", "ringSeconds": 5, "ringBack": true, "afterCallWorkSeconds": 0])
        for agent in [FrontStage.deaf, FrontStage.amy] {
            try await stage.admin.insist("PUT", "/acd/v1/queues/tones/members/\(agent)")
        }
        try await stage.lead(
            number, to: FrontStage.flow("wait", #""wait": {"type": "queue", "queue": "tones"}"#), as: "tones")
        try await stage.ready(FrontStage.deaf)
        let caller = try Sandbox.customer(from: customer, to: number, suite: stage.suite, place: stage.place)
        try await FrontStage.hears(caller, "1320", "it rings")
        try await FrontStage.hears(caller, "1000", "nobody has answered")
        try await stage.desk(FrontStage.amy).insist("POST", "/cti/v1/agents/me/ready")
        let call = try await stage.sees(customer, "talking")["callID"] as? String ?? ""
        try await FrontStage.hears(caller, "880", "they talk")
        try await stage.act(FrontStage.amy, call, "hold")
        try await FrontStage.hears(caller, "1000", "held")
        try await stage.act(FrontStage.amy, call, "retrieve")
        try await FrontStage.hears(caller, "880", "they talk again")
        try await stage.act(FrontStage.amy, call, "hang-up")
        let record = try await stage.record(customer)
        #expect(API.kinds(record).contains("hold"), "\(record)")
        await caller.stop()
    }

    @Test(.timeLimit(.minutes(3)))
    func `who gives up in the queue is a lost call, with what he had chosen`() async throws {
        let stage = try await FrontStage.shared()
        let (number, customer) = ("+861088885406", "13900005406")
        try await stage.admin.insist("POST", "/acd/v1/queues", ["id": "empty", "name": "Empty"])
        try await stage.lead(
            number,
            to: FrontStage.flow(
                "menu",
                """
                "menu": {"type": "menu", "prompts": \(Self.beep), "attribute": "choice", "keys": {"7": "wait"}},
                "wait": {"type": "queue", "queue": "empty"}
                """), as: "lost")
        let caller = try stage.call(number, from: customer, keys: "7", leavesAfter: 2_000)
        #expect(await caller.status() == 0, "\(caller.words.suffix(800))")
        let record = try await stage.record(customer)
        #expect(record["lostIn"] as? String == "queue", "\(record)")
        #expect((record["attributes"] as? [String: String])?["choice"] == "7")
        let lost = try await stage.admin.items("/reporting/v1/contacts?lost=true&queue=empty&number=\(customer)")
        #expect(lost.count == 1)
    }

    @Test(.timeLimit(.minutes(4)))
    func `a flow is published while a caller is in it and acd is away: he goes on as he began, the next one anew`()
        async throws
    {
        let stage = try await FrontStage.shared()
        let number = "+861088885407"
        func version(_ version: Int) -> String {
            FrontStage.flow(
                "menu",
                """
                "menu": {"type": "menu", "prompts": \(Self.beep), "keys": {"1": "mark"}, "timeoutSeconds": 30},
                "mark": {"type": "set", "values": {"version": "\(version)"}, "next": "bye"}, "bye": {"type": "hangUp"}
                """)
        }
        try await stage.lead(number, to: version(1), as: "live")
        let first = try stage.call(number, from: "13900005407", keys: "1", first: 6_000)
        _ = try await stage.sees("13900005407", "inFlow")
        for process in ["acd-1", "acd-2"] { try stage.suite.kill(process) }
        try await stage.lead(number, to: version(2), as: "live")
        #expect(await first.status() == 0, "\(first.words.suffix(800))")
        let second = try stage.call(number, from: "13900005408", keys: "1")
        #expect(await second.status() == 0, "\(second.words.suffix(800))")
        #expect(try await stage.attributes("13900005407")["version"] == "1")
        #expect(try await stage.attributes("13900005408")["version"] == "2")
        let tried = try await stage.admin.ask("POST", "/cti/v1/flows/live/simulate", ["keys": ["1"]])
        #expect((tried["attributes"] as? [String: String])?["version"] == "2", "\(tried)")
        _ = try await eventually("the counters of version 1", within: 15) { () -> Bool? in
            let counts = try await stage.admin.bytes("GET", "/cti/v1/flows/live/counters?version=1")
            return String(decoding: counts, as: UTF8.self).contains("keys.1") ? true : nil
        }
        for process in ["acd-1", "acd-2"] {
            _ = try await eventually("\(process) being there again", within: 40) { () -> Bool? in
                await stage.suite.isReady(process) ? true : nil
            }
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `a message is heard by who left it before it is kept`() async throws {
        let stage = try await FrontStage.shared()
        let (number, customer) = ("+861088885409", "13900005409")
        try await stage.lead(
            number,
            to: FrontStage.flow(
                "message",
                """
                "message": {"type": "voicemail", "prompts": \(Self.beep), "review": true, "maximumSeconds": 30,
                    "next": "bye"},
                "bye": {"type": "hangUp"}
                """), as: "message")
        // He speaks for four seconds; 3 plays what he has said, 1 keeps it.
        let caller = try Sandbox.member(
            from: customer, to: number, tone: 880, keys: "#,3,,1", after: 5, ports: 33_240, suite: stage.suite,
            place: stage.place)
        let message = try await eventually("the message", within: 50) { () -> [String: Any]? in
            try await stage.admin.items("/media/v1/voicemails?number=\(customer)").first
        }
        #expect((API.number(message["durationMicroseconds"]) ?? 0) > 2_000_000, "\(message)")
        #expect(FrontStage.heard(caller).contains("880"), "his own voice: \(FrontStage.heard(caller))")
        await caller.stop()
    }
}
