import Foundation
import Testing

/// More of the rules: telephones that ring together, agents who are drawn, and who would rather be called back.
extension RoutingRulesTests {
    @Test(.timeLimit(.minutes(3)))
    func `all at once: two telephones ring, who answers has the call, the other has missed nothing`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088885325"
        try await stage.queue(
            "together", ["ringsAtOnce": 2], members: [RulesStage.deaf, "agent1002"], number: number)
        // Whose telephone only rings is idle for longest: one after the other, he would be rung alone.
        try await stage.ready(RulesStage.deaf, "agent1002")
        let talk = try await stage.reaches(number, from: "13900004801")
        #expect(talk.agent == "agent1002")
        _ = try await eventually("the other being ready again", within: 15) { () -> Bool? in
            try await stage.status(RulesStage.deaf) == "ready" ? true : nil
        }
        try await stage.ends(talk)
        #expect(try await stage.status(RulesStage.deaf) == "ready", "not paused, as who has missed a call")
        _ = try await eventually("his telephone having rung for that call", within: 20) { () -> Bool? in
            let spans = try await stage.admin.items("/reporting/v1/agents/\(RulesStage.deaf)/timeline?limit=200")
            let rung = spans.contains { $0["status"] as? String == "ringing" && $0["callID"] as? String == talk.call }
            return rung ? true : nil
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `drawn: the seed stands in the decision, and draws the same agent again`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088885326"
        try await stage.queue(
            "lottery", ["strategy": "random"], members: ["agent1001", "agent1002", "agent1003"], number: number)
        try await stage.ready("agent1001", "agent1002", "agent1003")
        for customer in ["13900004811", "13900004812"] {
            let talk = try await stage.reaches(number, from: customer)
            let decision = try await stage.decision(of: talk.call)
            #expect(decision["rule"] as? String == "random" && decision["seed"] is NSNumber, "\(decision)")
            let again = try await stage.admin.ask("POST", "/acd/v1/decisions/\(talk.call)/replay")
            let results = again["items"] as? [[String: Any]] ?? []
            #expect(results.map { $0["verdict"] as? String } == ["same"], "\(results)")
            #expect(results.first?["replayedAgentID"] as? String == talk.agent)
            try await stage.ends(talk)
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `who talked with an agent last waits for him while he talks, and is his before all others`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088885329"
        try await stage.queue(
            "again", ["preferredAgents": [["by": "lastAgent", "seconds": 60, "whenBusy": "lockSeat"]]],
            members: ["agent1001", "agent1002"], number: number)
        try await stage.ready("agent1001")
        #expect(try await stage.order(number, customers: ["13900004841"]) == ["agent1001"])
        // What acd remembers comes by the same facts as the record.
        _ = try await eventually("the first record") { try await stage.admin.record(of: "13900004841") }
        let second = try stage.call(number, from: "13900004842")
        let busy = try await stage.talks("13900004842")
        #expect(busy.agent == "agent1001")
        try await stage.makeReady("agent1002")
        let again = try stage.call(number, from: "13900004841")
        _ = try await stage.sees("13900004841", "waiting")
        let locked = try await eventually("the seat being locked", within: 10) { () -> [String: Any]? in
            let routing = try await stage.admin.ask("GET", "/acd/v1/routing")
            return (routing["agents"] as? [[String: Any]])?.first { $0["lockedFor"] is String }
        }
        #expect(locked["agentID"] as? String == "agent1001", "agent1002 is free: \(locked)")
        try await stage.desk(busy.agent).insist("POST", "/cti/v1/calls/\(busy.call)/hang-up")
        #expect(await second.status() == 0)
        let talk = try await stage.talks("13900004841")
        #expect(talk.agent == "agent1001")
        try await stage.ends(talk)
        #expect(await again.status() == 0)
    }

    @Test(.timeLimit(.minutes(3)))
    func `how long one will wait is learnt from those before, and how wrong that was is told with it`() async throws {
        let stage = try await RulesStage.shared()
        let number = "+861088885328"
        try await stage.queue("guess", members: ["agent1003"], number: number)
        try await stage.ready("agent1003")
        var callers = [try stage.call(number, from: "13900004831")]
        var talk = try await stage.talks("13900004831")
        for customer in ["13900004832", "13900004833", "13900004834"] {
            callers.append(try stage.call(number, from: customer))
            _ = try await stage.sees(customer, "waiting")
        }
        // Nothing has been learnt: three minutes a call, by one agent.
        let first = try await estimates(stage, count: 3)
        #expect((400_000_000...540_000_000).contains(first[2]) && first[0] < first[1], "\(first)")
        for customer in ["13900004832", "13900004833"] {
            try await stage.desk(talk.agent).insist("POST", "/cti/v1/calls/\(talk.call)/hang-up")
            talk = try await stage.talks(customer)
        }
        // Two were answered a moment apart while others waited.
        let learnt = try await estimates(stage, count: 1)
        #expect((1...60_000_000).contains(learnt[0]), "\(learnt)")
        let figures = try await stage.admin.ask("GET", "/acd/v1/queues/guess/figures")
        #expect(API.number(figures["estimateErrorMicroseconds"]) ?? 0 > 0, "\(figures)")
        try await stage.desk(talk.agent).insist("POST", "/cti/v1/calls/\(talk.call)/hang-up")
        try await stage.ends(try await stage.talks("13900004834"))
        for caller in callers { #expect(await caller.status() == 0) }
    }

    /// Of those who wait, in their order.
    private func estimates(_ stage: RulesStage, count: Int) async throws -> [Int64] {
        try await eventually("\(count) waiting with an estimate", within: 15) {
            let waiting = try await stage.admin.ask("GET", "/acd/v1/routing")["waiting"] as? [[String: Any]] ?? []
            let known = waiting.filter { $0["queueID"] as? String == "guess" }
                .sorted { (API.number($0["position"]) ?? 0) < (API.number($1["position"]) ?? 0) }
                .compactMap { API.number($0["estimatedWaitMicroseconds"]) }
            return known.count == count ? known : nil
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `who would rather be called back keeps his place before those who came after him`() async throws {
        let stage = try await RulesStage.shared()
        let (number, first, second) = ("+861088885327", "13900004900", "13900004821")
        let carrier = try Sandbox.carrier(suite: stage.suite, place: try stage.suite.scratch("rather"))
        try await stage.queue(
            "later", members: ["agent1004"], number: number, node: ["keys": ["1": "again"]],
            more: [
                "again": ["type": "callback", "queue": "later", "next": "bye"], "bye": ["type": "hangUp"],
            ])
        try await stage.ready()
        var scenario = SippScenario(calling: number, from: first)
        scenario.send("INVITE", [], "application/sdp", SippScenario.sound("sendrecv", version: 1))
        scenario.mayHear(100, 180, 183)
        scenario.expect(response: 200, opensDialog: true)
        scenario.isInDialog()
        scenario.send("ACK")
        scenario.pause(2_000)
        scenario.send("INFO", [], "application/dtmf-relay", "Signal=1\nDuration=160\n")
        scenario.expect(response: 200)
        scenario.expect(request: "BYE")
        scenario.answer("200 OK")
        let caller = try Sipp.start(
            scenario.text, "rather", calls: number, mediaPort: 16_680, stage.suite,
            try stage.suite.scratch("rules-rather"))
        #expect(await caller.status() == 0, "\(caller.words.suffix(500))")
        let wish = try await eventually("his wish", within: 20) {
            try await stage.admin.items("/acd/v1/callbacks?queue=later&number=\(first)").last
        }
        #expect(wish["source"] as? String == "offered" && wish["state"] as? String == "waiting", "\(wish)")
        let other = try stage.call(number, from: second)
        _ = try await stage.sees(second, "waiting")
        try await stage.makeReady("agent1004")
        let back = try await stage.talks(first, within: 40)
        #expect(back.agent == "agent1004" && back.call.hasPrefix("callback-"), "\(back)")
        // Who came later waits on.
        _ = try await stage.sees(second, "waiting")
        try await stage.desk("agent1004").insist("POST", "/cti/v1/calls/\(back.call)/hang-up")
        let next = try await stage.talks(second, within: 40)
        #expect(next.agent == "agent1004")
        try await stage.ends(next)
        #expect(await other.status() == 0)
        let done = try await eventually("the callback being done", within: 20) { () -> [String: Any]? in
            let found = try await stage.admin.items("/acd/v1/callbacks?queue=later&number=\(first)").last
            return found?["state"] as? String == "done" ? found : nil
        }
        #expect(done["agentID"] as? String == "agent1004", "\(done)")
        await carrier.stop()
    }
}
