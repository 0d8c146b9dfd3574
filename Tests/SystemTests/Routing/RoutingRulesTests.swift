import Foundation
import Testing

/// The rules by which calls meet agents, through all processes: customers and telephones are sipp's. Each rule's fine print is
/// in ACDTests; here is shown that it holds from the queue's setting to the telephone that rings.
@Suite(.serialized) struct RoutingRulesTests {
    @Test(.timeLimit(.minutes(3)))
    func `longest idle: whoever is ready for the longest time, and then the next`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088889711"
        try await stage.queue("idle", members: RulesStage.agents, number: number)
        try await stage.ready("agent1002", "agent1003", "agent1001")
        let order = try await stage.order(
            number, customers: ["13900001101", "13900001102", "13900001103", "13900001104"])
        #expect(order == ["agent1002", "agent1003", "agent1001", "agent1002"])
    }

    @Test(.timeLimit(.minutes(3)))
    func `round robin: a pause costs no turn, a call does`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088889712"
        try await stage.queue(
            "rounds", ["strategy": "roundRobin"], members: ["agent1001", "agent1002"], number: number)
        try await stage.ready("agent1001", "agent1002")
        let first = try await stage.order(number, customers: ["13900001201", "13900001202"])
        #expect(Set(first) == ["agent1001", "agent1002"])
        // Ready anew in the other order: whose turn it is has not changed.
        try await stage.ready(first[1], first[0])
        #expect(try await stage.order(number, customers: ["13900001203", "13900001204"]) == first)
    }

    @Test(.timeLimit(.minutes(3)))
    func `fixed order: the first of the list whenever he is ready`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088889713"
        try await stage.queue(
            "order", ["strategy": "fixedOrder", "agentOrder": ["agent1003", "agent1001"]],
            members: ["agent1001", "agent1002", "agent1003"], number: number)
        try await stage.ready("agent1002", "agent1001", "agent1003")
        #expect(
            try await stage.order(number, customers: ["13900001301", "13900001302"]) == ["agent1003", "agent1003"])
        try await stage.ready("agent1002", "agent1001")
        #expect(try await stage.order(number, customers: ["13900001303"]) == ["agent1001"])
    }

    @Test(.timeLimit(.minutes(3)), arguments: ["fewestCalls", "leastTalkTime"])
    func `average traffic: whoever answered least, and whoever talked least`(strategy: String) async throws {
        let stage = try await RulesStage.shared()
        let digit = strategy == "fewestCalls" ? 4 : 5
        let number = "+86108888971\(digit)"
        try await stage.queue(
            strategy, ["strategy": strategy], members: ["agent1003", "agent1004"], number: number)
        try await stage.ready("agent1003", "agent1004")
        let customers = (1...4).map { "1390000\(digit)4\($0)0" }
        // Whoever is behind gets the next one, so that after an even number both are level.
        let order = try await stage.order(number, customers: customers)
        let decision = try await stage.decision(of: try await lastCall(of: customers[3], stage))
        let candidates = try #require(decision["candidates"] as? [[String: Any]])
        let measures = candidates.compactMap { API.number($0["measure"]) }
        #expect(measures == measures.sorted(), "the chosen one has the least: \(candidates)")
        #expect(decision["rule"] as? String == strategy)
        #expect(candidates.first?["agentID"] as? String == order[3])
    }

    @Test(.timeLimit(.minutes(3)))
    func `nobody answers: the call goes to the next best and keeps its place`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088889716"
        try await stage.queue("deaf", members: [RulesStage.deaf, "agent1001"], number: number)
        try await stage.ready(RulesStage.deaf, "agent1001")
        let sipp = try stage.call(number, from: "13900001601")
        let ringing = try await stage.sees("13900001601", "offered")
        #expect(ringing["agentID"] as? String == RulesStage.deaf)
        let talk = try await stage.talks("13900001601")
        #expect(talk.agent == "agent1001")
        try await stage.ends(talk)
        #expect(await sipp.status() == 0)
        let record = try await eventually("the record") { try await stage.admin.record(of: "13900001601") }
        #expect(API.addsUp(record), "\(record)")
        #expect(API.kinds(record).filter { $0 == "ring" }.count == 2, "\(record)")
    }

    @Test(.timeLimit(.minutes(3)))
    func `who waits is taken by priority, then by time: an important customer first`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088889717"
        try await stage.queue(
            "important",
            [
                "priority": [
                    "rules": [["attribute": "caller", "test": "beginsWith", "values": ["139000017"], "add": 50]]
                ]
            ],
            members: ["agent1002"], number: number)
        try await stage.ready()
        let customers = ["13800001701", "13800001702", "13900001703"]
        var callers: [RunningProgram] = []
        for customer in customers {
            callers.append(try stage.call(number, from: customer))
            _ = try await stage.sees(customer, "waiting")
        }
        try await stage.makeReady("agent1002")
        var order: [String] = []
        for _ in customers {
            let call = try await eventually("somebody talking", within: 20) { () -> [String: Any]? in
                try await stage.admin.items("/cti/v1/calls?limit=100").first {
                    customers.contains($0["customerNumber"] as? String ?? "") && $0["phase"] as? String == "talking"
                        && !order.contains($0["customerNumber"] as? String ?? "")
                }
            }
            order.append(call["customerNumber"] as? String ?? "")
            try await stage.desk("agent1002").insist(
                "POST", "/cti/v1/calls/\(call["callID"] as? String ?? "")/hang-up")
        }
        #expect(order == ["13900001703", "13800001701", "13800001702"])
        for caller in callers { #expect(await caller.status() == 0) }
    }

    @Test(.timeLimit(.minutes(3)))
    func `skills: only who can; and the longer one waits, the less is asked for`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088889718"
        // agent1001 has english:2, agent1002 english:5.
        try await stage.queue(
            "english", ["widening": [["afterSeconds": 3, "skills": ["english:2"]]]],
            members: ["agent1001", "agent1002", "agent1003"], number: number, node: ["skills": ["english:4"]])
        try await stage.ready("agent1003", "agent1001", "agent1002")
        #expect(try await stage.order(number, customers: ["13900001801"]) == ["agent1002"])
        // He who can better is away: after three seconds less will do; who cannot at all is never rung.
        try await stage.ready("agent1003", "agent1001")
        let sipp = try stage.call(number, from: "13900001802")
        let talk = try await stage.talks("13900001802")
        #expect(talk.agent == "agent1001")
        try await stage.ends(talk)
        #expect(await sipp.status() == 0)
        let decision = try await stage.decision(of: talk.call)
        #expect(API.number(decision["widened"]) == 1, "\(decision)")
    }

    @Test(.timeLimit(.minutes(3)))
    func `a full queue's callers are taken by another queue's agents`() async throws {
        let stage = try await RulesStage.shared()
        try await stage.queue("help", members: ["agent1004"], number: "+861088889719")
        let number = "+861088889720"
        try await stage.queue(
            "full", ["overflow": ["ifNobodySignedIn": true, "mostWaiting": 1, "queue": "help"]],
            members: [RulesStage.deaf], number: number)
        try await stage.ready()
        let first = try stage.call(number, from: "13900002001")
        _ = try await stage.sees("13900002001", "waiting")
        try await stage.makeReady("agent1004")
        let second = try stage.call(number, from: "13900002002")
        let talk = try await stage.talks("13900002002")
        #expect(talk.agent == "agent1004")
        let decision = try await stage.decision(of: talk.call)
        #expect(decision["overflowReason"] as? String == "queueFull", "\(decision)")
        try await stage.ends(talk)
        #expect(await second.status() == 0)
        first.interrupt()
        _ = await first.status()
        _ = try await eventually("the first caller having gone", within: 40) { () -> Bool? in
            let calls = try await stage.admin.items("/cti/v1/calls?limit=100")
            return calls.contains { $0["customerNumber"] as? String == "13900002001" } ? nil : true
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `whoever waits for too long is led on by the flow, and nobody signed in is another way`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088889721"
        try await stage.queue("second", members: ["agent1003"], number: "+861088889722")
        try await stage.queue(
            "patience", members: [RulesStage.deaf], number: number,
            node: ["timeoutSeconds": 2, "onTimeout": "next", "onNoAgents": "next"],
            more: ["next": ["type": "queue", "queue": "second"]])
        try await stage.ready("agent1003")
        let talk = try await stage.reaches(number, from: "13900002101")
        #expect(talk.agent == "agent1003")
        try await stage.ends(talk)
        let record = try await eventually("the record") { try await stage.admin.record(of: "13900002101") }
        #expect(API.addsUp(record), "\(record)")
        #expect(API.kinds(record).filter { $0 == "queue" }.count == 2, "\(record)")
    }

    @Test(.timeLimit(.minutes(3)))
    func `one agent in many queues gets the calls of each in one order`() async throws {
        let stage = try await RulesStage.shared()
        try await stage.queue("left", members: ["agent1001"], number: "+861088889723")
        try await stage.queue("right", members: ["agent1001"], number: "+861088889724")
        try await stage.ready()
        let numbers = ["+861088889723", "+861088889724", "+861088889723"]
        var callers: [RunningProgram] = []
        for (index, number) in numbers.enumerated() {
            callers.append(try stage.call(number, from: "1390000230\(index)"))
            _ = try await stage.sees("1390000230\(index)", "waiting")
        }
        try await stage.makeReady("agent1001")
        for index in numbers.indices {
            let talk = try await stage.talks("1390000230\(index)")
            #expect(talk.agent == "agent1001")
            try await stage.desk(talk.agent).insist("POST", "/cti/v1/calls/\(talk.call)/hang-up")
        }
        for caller in callers { #expect(await caller.status() == 0) }
    }

    @Test(.timeLimit(.minutes(3)))
    func `one agent is wanted: his own callers reach him, not who is idle longer`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088889725"
        try await stage.queue(
            "own", members: RulesStage.agents, number: number, node: ["agent": "agent1004", "agentSeconds": 5])
        try await stage.ready("agent1001", "agent1002", "agent1004")
        let talk = try await stage.reaches(number, from: "13900002501")
        #expect(talk.agent == "agent1004")
        #expect(try await stage.decision(of: talk.call)["rule"] as? String == "wantedAgent")
        try await stage.ends(talk)
        try await stage.ready("agent1001", "agent1002")
        // He pauses: after five seconds any will do.
        let other = try await stage.reaches(number, from: "13900002502")
        #expect(other.agent == "agent1001")
        try await stage.ends(other)
    }

    private func lastCall(of customer: String, _ stage: RulesStage) async throws -> String {
        let record = try await eventually("the record of \(customer)") { try await stage.admin.record(of: customer) }
        return record["callID"] as? String ?? ""
    }
}
