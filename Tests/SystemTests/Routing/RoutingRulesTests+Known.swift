import Foundation
import Testing

/// Callers whom an agent knows, and what else of the rules ends at a telephone.
extension RoutingRulesTests {
    @Test(.timeLimit(.minutes(3)))
    func `a customer's own agent has him, and who talked with him last before that if the queue says so`() async throws
    {
        let stage = try await RulesStage.shared()
        let number = "+861088885317"
        try await stage.admin.insist(
            "PUT", "/crm/v1/customers/rules-k1",
            ["name": "Li", "numbers": ["13900004101"], "ownerID": "agent1003"])
        try await stage.queue(
            "owned", ["preferredAgents": [["by": "owner", "seconds": 10]]], members: RulesStage.agents, number: number)
        try await stage.ready("agent1001", "agent1002", "agent1003")
        #expect(try await stage.order(number, customers: ["13900004101"]) == ["agent1003"])
        // Whoever is nobody's customer gets who is idle for longest.
        #expect(try await stage.order(number, customers: ["13900004102"]) == ["agent1001"])
        try await stage.admin.insist(
            "PATCH", "/acd/v1/queues/owned",
            ["preferredAgents": [["by": "lastAgent", "seconds": 10], ["by": "owner", "seconds": 10]]])
        // Nobody else can have him, until his talks are remembered.
        try await stage.ready("agent1001")
        _ = try await eventually("the last agent being remembered", within: 20) { () -> Bool? in
            let talk = try await stage.reaches(number, from: "13900004102")
            try await stage.ends(talk)
            return try await stage.decision(of: talk.call)["rule"] as? String == "wantedAgent" ? true : nil
        }
        // Now others are idle for longer.
        try await stage.ready("agent1002", "agent1003", "agent1001")
        let talk = try await stage.reaches(number, from: "13900004102")
        #expect(talk.agent == "agent1001")
        #expect(try await stage.decision(of: talk.call)["rule"] as? String == "wantedAgent")
        try await stage.ends(talk)
    }

    @Test(.timeLimit(.minutes(3)))
    func `a case that is not resolved leads to the agent who keeps it; his seat is locked while he talks`() async throws
    {
        let stage = try await RulesStage.shared()
        let number = "+861088885318"
        try await stage.queue(
            "cases", ["preferredAgents": [["by": "unresolvedCase", "seconds": 60, "whenBusy": "lockSeat"]]],
            members: ["agent1001", "agent1002"], number: number)
        try await stage.ready("agent1001", "agent1002")
        let marked = try await stage.desk("agent1002").insist(
            "POST", "/acd/v1/unresolved-cases", ["number": "13900004201", "kind": "complaint"])
        // Somebody else has him for the moment; another agent is free.
        let first = try stage.call(number, from: "13900004202")
        let other = try await stage.talks("13900004202")
        #expect(other.agent == "agent1001")
        try await stage.ends(other)
        #expect(await first.status() == 0)
        let second = try stage.call(number, from: "13900004203")
        let busy = try await stage.talks("13900004203")
        #expect(busy.agent == "agent1002")

        let caller = try stage.call(number, from: "13900004201")
        _ = try await stage.sees("13900004201", "waiting")
        let locked = try await eventually("the seat being locked", within: 10) { () -> [String: Any]? in
            let routing = try await stage.admin.ask("GET", "/acd/v1/routing")
            return (routing["agents"] as? [[String: Any]])?.first { $0["lockedFor"] is String }
        }
        #expect(locked["agentID"] as? String == "agent1002", "agent1001 is free, and it is not his case")
        try await stage.desk(busy.agent).insist("POST", "/cti/v1/calls/\(busy.call)/hang-up")
        #expect(await second.status() == 0)
        let talk = try await stage.talks("13900004201")
        #expect(talk.agent == "agent1002")
        try await stage.ends(talk)
        #expect(await caller.status() == 0)
        let id = try #require(marked["id"] as? String)
        try await stage.desk("agent1002").insist("POST", "/acd/v1/unresolved-cases/\(id)/resolve")
        try await stage.ready("agent1001", "agent1002")
        #expect(try await stage.order(number, customers: ["13900004201"]) == ["agent1001"])
    }

    @Test(.timeLimit(.minutes(3)))
    func `a call out is a turn in round robin, as one that came in`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088885319"
        let carrier = try Sandbox.carrier(suite: stage.suite, place: try stage.suite.scratch("turns"))
        try await stage.queue(
            "turns", ["strategy": "roundRobin"], members: ["agent1001", "agent1002"], number: number)
        try await stage.ready("agent1001", "agent1002")
        let first = try await stage.order(number, customers: ["13900004301", "13900004302"])
        // It would be the first one's turn again; but he calls somebody himself, who answers.
        let desk = try stage.desk(first[0])
        let made = try await desk.insist("POST", "/cti/v1/calls", ["number": "13900004300", "from": number])
        let call = try #require(made["callID"] as? String)
        _ = try await stage.sees("13900004300", "talking")
        try await desk.insist("POST", "/cti/v1/calls/\(call)/hang-up")
        await carrier.stop()
        try await stage.ready("agent1001", "agent1002")
        #expect(try await stage.order(number, customers: ["13900004303"]) == [first[1]])
    }

    @Test(.timeLimit(.minutes(3)))
    func `an agent gets calls of a queue at his hours there, and of others meanwhile`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088885320"
        try await stage.queue("always", members: ["agent1001"], number: "+861088885321")
        try await stage.queue("evening", members: ["agent1001", "agent1002"], number: number)
        let never: [String: Any] = ["timeZone": "UTC", "hours": [String: [String]]()]
        try await stage.admin.insist("PUT", "/acd/v1/queues/evening/members/agent1001/hours", never)
        _ = try await eventually("the hours holding", within: 10) { () -> Bool? in
            let figures = try await stage.admin.ask("GET", "/acd/v1/queues/evening/figures")
            let known = ["agentsReady", "agentsBusy", "agentsPaused"].compactMap { API.number(figures[$0]) }
            return known.reduce(0, +) == 1 ? true : nil
        }
        try await stage.ready("agent1001", "agent1002")
        #expect(try await stage.order(number, customers: ["13900004401"]) == ["agent1002"])
        #expect(try await stage.order("+861088885321", customers: ["13900004402"]) == ["agent1001"])
    }

    @Test(.timeLimit(.minutes(3)))
    func `out of hours numbers outside are tried in turn until one answers`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088885322"
        let carrier = try Sandbox.carrier(suite: stage.suite, place: try stage.suite.scratch("forward"))
        try await stage.lead(
            number,
            to: [
                "schema": 1, "name": "Closed", "language": "en", "start": "hours",
                "nodes": [
                    "hours": [
                        "type": "calendar", "timeZone": "UTC", "hours": ["mon": ["00:00-00:01"]],
                        "holidays": [], "open": "bye", "closed": "outside",
                    ],
                    // The first is busy, the second does not exist, the third talks.
                    "outside": [
                        "type": "transfer", "numbers": ["13900004501", "13900004505", "13900004500"], "ringSeconds": 10,
                        "onFailed": "bye",
                    ],
                    "bye": ["type": "hangUp"],
                ],
            ], as: "closed")
        let caller = try stage.call(number, from: "13900004510")
        // Only the third answers, and only who has answered is talked with.
        _ = try await stage.sees("13900004510", "outside", within: 30)
        await carrier.stop()
        caller.interrupt()
        _ = await caller.status()
    }

    @Test(.timeLimit(.minutes(3)))
    func `whom a campaign reaches is given to the best agent who is free`() async throws {
        let stage = try await RulesStage.shared()
        let carrier = try Sandbox.carrier(suite: stage.suite, place: try stage.suite.scratch("reaching"))
        try await stage.queue("reaching", members: ["agent1003", "agent1004"], number: "+861088885323")
        try await stage.ready("agent1004", "agent1003")
        let made = try await stage.admin.insist(
            "POST", "/dialer/v1/campaigns",
            [
                "name": "Reaching", "queueID": "reaching", "fromNumber": "+861088885323", "maxAttempts": 1,
                "hours": ["timeZone": "UTC", "from": "00:00", "until": "24:00", "days": [1, 2, 3, 4, 5, 6, 7]],
            ])
        let campaign = try #require(made["id"] as? String)
        try await stage.admin.insist(
            "POST", "/dialer/v1/campaigns/\(campaign)/numbers", ["numbers": [["number": "13900004600"]]])
        try await stage.admin.insist("POST", "/dialer/v1/campaigns/\(campaign)/start")
        let talk = try await stage.talks("13900004600", within: 40)
        #expect(talk.agent == "agent1004", "idle for longer")
        try await stage.ends(talk)
        try await stage.admin.insist("POST", "/dialer/v1/campaigns/\(campaign)/pause")
        await carrier.stop()
    }

    @Test(.timeLimit(.minutes(3)))
    func `who gives up while he waits stands in the list of losses, with when he came and how long he waited`()
        async throws
    {
        let stage = try await RulesStage.shared()
        let number = "+861088885324"
        try await stage.queue("lost", members: ["agent1001"], number: number)
        try await stage.ready()
        var scenario = SippScenario(calling: number, from: "13900004701")
        scenario.send("INVITE", [], "application/sdp", SippScenario.sound("sendrecv", version: 1))
        scenario.mayHear(100, 180, 183)
        scenario.expect(response: 200, opensDialog: true)
        scenario.isInDialog()
        scenario.send("ACK")
        scenario.pause(2_500)
        scenario.send("BYE")
        scenario.expect(response: 200)
        let caller = try Sipp.start(
            scenario.text, "gives-up", calls: number, mediaPort: 16_690, stage.suite,
            try stage.suite.scratch("rules-gives-up"))
        #expect(await caller.status() == 0, "\(caller.words.suffix(500))")
        let lost = try await eventually("the loss being listed", within: 20) { () -> [String: Any]? in
            try await stage.admin.items("/reporting/v1/contacts?lost=true&queue=lost").first {
                $0["customerNumber"] as? String == "13900004701"
            }
        }
        #expect(lost["lostIn"] as? String == "queue", "\(lost)")
        let waited = try #require(
            (lost["segments"] as? [[String: Any]])?.first { $0["kind"] as? String == "queue" })
        let from = try #require(API.number(waited["startedAt"]))
        let to = try #require(API.number(waited["endedAt"]))
        #expect((2_000_000...10_000_000).contains(to - from), "\(waited)")
    }
}
