import Contracts
import TestSupport
import Testing

@testable import CTI

/// Nodes that do something for the caller, as their author meets them: what is wrong is named, and they are tried.
@Suite struct FlowServiceTrialTests {
    private func flow(_ node: FlowNode) -> Flow {
        Flow(
            schema: 1, name: "Test", language: "en", start: "a",
            nodes: ["a": node, "next": .queue(.init(queue: "sales"))])
    }

    private func problems(_ node: FlowNode) -> [String] {
        FlowValidation.problems(of: flow(node)).filter { $0.node == "a" }.map(\.message)
    }

    @Test func `what cannot be is named with its node`() {
        #expect(
            problems(.voicemail(.init(maximumSeconds: 0, finishKey: "x", queue: "q", agent: "a", next: "next"))).count
                == 3)
        #expect(problems(.survey(.init(prompts: [], scores: ["a": 101], next: "next"))).count == 3)
        #expect(problems(.request(.init(url: "https://{caller}/x", next: "next"))).count == 1)
        #expect(problems(.request(.init(url: "https://user@host/", next: "next"))).count == 1)
        #expect(
            problems(
                .request(
                    .init(
                        method: "TRACE", url: "ftp://x/", headers: ["Host": "y"], values: ["a": "b"],
                        onStatus: ["9xx": "next"], next: "next"))
            ).count == 5)
        #expect(problems(.lookup(.init(values: [:], next: "next"))).count == 1)
        #expect(problems(.callback(.init(queue: "no queue", next: "next"))).count == 1)
        #expect(
            problems(
                .collect(
                    .init(
                        prompts: [.init(say: "x")], attribute: "a", maximumDigits: 4,
                        check: .init(least: 9, most: 1, date: "yyyy"), next: "next"))
            ).count == 2)
        #expect(problems(.queue(.init(queue: "q", keys: ["x": "missing"]))).count == 2)
        #expect(problems(.lookup(.init(values: ["a": "b"], next: "a"))).contains { $0.contains("without waiting") })
        #expect(problems(.survey(.init(prompts: [.init(say: "?")], scores: ["1": 1], next: "next"))).isEmpty)
    }

    @Test func `a whole service is tried without a telephone`() {
        let flow = Flow(
            schema: 1, name: "Service", language: "en", start: "who",
            nodes: [
                "who": .lookup(.init(values: ["vip": "isVIP"], next: "wait")),
                "wait": .queue(
                    .init(
                        queue: "sales", timeoutSeconds: 60, onTimeout: "message", keys: ["1": "back"], afterTalk: "ask")
                ),
                "back": .callback(.init(queue: "sales", next: "bye", onFailed: "message")),
                "message": .voicemail(.init(queue: "sales", next: "bye")),
                "ask": .survey(.init(prompts: [.init(say: "?")], scores: ["1": 5, "2": 1], next: "bye")),
                "bye": .hangUp,
            ])
        #expect(FlowValidation.problems(of: flow).isEmpty)
        let program = FlowProgram(main: PublishedFlow(flowID: "f", version: 1, flow: flow))
        func path(_ script: FlowSimulation.Script) -> FlowSimulation.Result {
            var script = script
            script.caller = "13900000001"
            return FlowSimulation.run(program, script, at: second(0))
        }
        let card = CustomerCard(customerID: "k", name: "Li", numbers: [], isVIP: true, fields: [:])
        let talked = path(.init(keys: ["1"], answers: [.init(customer: card)]))
        #expect(talked.steps.map(\.node) == ["who", "wait", "ask", "bye"])
        #expect(talked.attributes["vip"] == "yes" && talked.queue == "sales")
        #expect(talked.surveys == [.init(question: "satisfaction", score: 5)])
        let left = path(.init(queueKeys: ["1"], recordings: [3], answers: [.init(failed: true), .init(failed: true)]))
        #expect(left.steps.map(\.node) == ["who", "wait", "back", "message", "bye"])
        #expect(left.steps.map(\.exit).prefix(4) == ["onFailed", "keys.1", "onFailed", "next"])
        #expect(left.voicemails == 1)
        let called = path(.init(queueKeys: ["1"]))
        #expect(called.steps.map(\.node) == ["who", "wait", "back", "bye"])
        #expect(path(.init(queues: [.timeout], recordings: [500])).seconds == 60 + 120)
    }
}
