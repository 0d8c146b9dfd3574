import Contracts
import Foundation
import TestSupport
import Testing

@testable import CTI

@Suite struct FlowRunTests {
    var run = FlowRun(flowID: "menu", version: 3, caller: "13900000001", called: "4008000000")
    let flow = Flow.menu

    private mutating func toMenu() {
        _ = run.handle(.begin, in: flow)
        _ = run.handle(.playFinished, in: flow)
    }

    @Test mutating func `a flow begins at its start`() {
        #expect(run.handle(.begin, in: flow) == [.play([.file("welcome")], stopsOnDigit: true)])
        #expect(run.handle(.begin, in: flow) == [])
    }

    @Test mutating func `after a prompt comes the next node`() {
        _ = run.handle(.begin, in: flow)
        let steps = run.handle(.playFinished, in: flow)
        #expect(steps == [.play([.speech("Press 1 for sales", language: "en")], stopsOnDigit: true)])
    }

    @Test mutating func `a key leads where the menu says`() {
        toMenu()
        let steps = run.handle(.digit("1"), in: flow)
        guard case .queue(let wish)? = steps.first else {
            Issue.record("no queue")
            return
        }
        #expect(wish.queueID == "sales")
        #expect(wish.priority == 200)
        #expect(wish.timeoutSeconds == 60)
    }

    @Test mutating func `the agent whom a queue node names is wanted, and none if nobody knows him`() {
        let node = FlowNode.Queue(queue: "sales", agent: "{owner}", agentSeconds: 30)
        #expect(run.wish(node, in: .of(flow)).wants == nil)
        run.remember("owner", "amy")
        #expect(run.wish(node, in: .of(flow)).wants == WantedAgent(agentID: "amy", seconds: 30))
    }

    @Test mutating func `time runs from the end of the prompts`() {
        toMenu()
        let steps = run.handle(.playFinished, in: flow)
        #expect(steps == [.startTimer(step: run.step, seconds: 4)])
    }

    @Test mutating func `no key in time asks again and then gives up`() {
        toMenu()
        _ = run.handle(.playFinished, in: flow)
        let again = run.handle(.timeout(step: run.step), in: flow)
        #expect(
            again == [
                .play(
                    [.speech("Sorry", language: "en"), .speech("Press 1 for sales", language: "en")],
                    stopsOnDigit: true)
            ])
        _ = run.handle(.playFinished, in: flow)
        #expect(run.handle(.timeout(step: run.step), in: flow) == [.hangUp])
    }

    @Test mutating func `a wrong key counts as a try`() {
        toMenu()
        #expect(run.handle(.digit("7"), in: flow).count == 1)
        #expect(run.handle(.digit("7"), in: flow) == [.hangUp])
    }

    @Test mutating func `a late timer does nothing`() {
        toMenu()
        _ = run.handle(.playFinished, in: flow)
        let late = run.step
        _ = run.handle(.digit("2"), in: flow)
        #expect(run.handle(.timeout(step: late), in: flow) == [])
        #expect(run.node == "account")
    }

    @Test mutating func `keys are collected up to the end key`() {
        toMenu()
        _ = run.handle(.digit("2"), in: flow)
        _ = run.handle(.digit("8"), in: flow)
        _ = run.handle(.digit("0"), in: flow)
        let steps = run.handle(.digit("#"), in: flow)
        #expect(run.attributes["account"] == "80")
        #expect(steps == [.play([.speech("Hello 80", language: "en")], stopsOnDigit: true)])
    }

    @Test mutating func `keys are collected up to the longest length`() {
        toMenu()
        for digit in ["2", "1", "2", "3", "4"] { _ = run.handle(.digit(digit), in: flow) }
        #expect(run.attributes["account"] == "1234")
        #expect(run.node == "greet")
    }

    @Test mutating func `too few keys ask again`() {
        toMenu()
        _ = run.handle(.digit("2"), in: flow)
        _ = run.handle(.digit("8"), in: flow)
        let steps = run.handle(.digit("#"), in: flow)
        #expect(steps == [.play([.speech("Your account", language: "en")], stopsOnDigit: true)])
        #expect(run.digits == "")
    }

    @Test mutating func `a condition and a set go on without waiting`() {
        toMenu()
        for digit in ["2", "8", "1", "#"] { _ = run.handle(.digit(digit), in: flow) }
        _ = run.handle(.playFinished, in: flow)
        #expect(run.attributes["vip"] == "yes")
        #expect(run.waits == .queue)
    }

    @Test mutating func `keys typed ahead count for the next menu`() {
        _ = run.handle(.begin, in: flow)
        #expect(run.handle(.digit("1"), in: flow) == [])
        _ = run.handle(.playFinished, in: flow)
        #expect(run.waits == .queue)
    }

    @Test mutating func `a queue left by time goes on in the flow`() {
        toMenu()
        _ = run.handle(.digit("1"), in: flow)
        let steps = run.handle(.leftQueue(.timeout), in: flow)
        #expect(steps == [.transfer(to: "+8613800000000", from: nil, ringSeconds: 30)])
        #expect(run.handle(.transferFailed, in: flow) == [.hangUp])
    }

    @Test mutating func `a queue left without a way hangs up`() {
        toMenu()
        _ = run.handle(.digit("1"), in: flow)
        #expect(run.handle(.leftQueue(.refused), in: flow) == [.hangUp])
    }

    @Test mutating func `a run goes on from its context`() throws {
        toMenu()
        let context = try JSONEncoder().encode(run)
        var again = try JSONDecoder().decode(FlowRun.self, from: context)
        #expect(again == run)
        #expect(again.resume(in: flow) == [.play([.speech("Press 1 for sales", language: "en")], stopsOnDigit: true)])
    }

    @Test mutating func `a circle that never waits comes to an end`() {
        let circle = Flow(
            schema: 1, name: "x", language: "en", start: "a",
            nodes: [
                "a": .set(.init(values: ["n": "{n}1"], next: "b")),
                "b": .condition(.init(attribute: "n", test: .missing, then: "a", else: "a")),
            ])
        #expect(run.handle(.begin, in: circle) == [.hangUp])
    }

    @Test mutating func `numbers compare as numbers`() {
        for (value, way) in [("9", "sales"), ("11", "bye"), ("x", "bye")] {
            var run = FlowRun(flowID: "f", version: 1, caller: "", called: "", attributes: ["n": value])
            let flow = Flow(
                schema: 1, name: "x", language: "en", start: "a",
                nodes: [
                    "a": .condition(.init(attribute: "n", test: .lessThan, value: "10", then: "sales", else: "bye")),
                    "sales": .queue(.init(queue: "sales")), "bye": .hangUp,
                ])
            _ = run.handle(.begin, in: flow)
            #expect(run.node == way)
        }
    }

    @Test mutating func `the language that the caller chose is spoken from then on`() {
        let flow = Flow(
            schema: 1, name: "x", language: "zh", start: "choose",
            nodes: [
                "choose": .set(.init(values: ["language": "en"], next: "hello")),
                "hello": .say(.init(text: "Hello", next: "sales")), "sales": .queue(.init(queue: "sales")),
            ])
        #expect(run.handle(.begin, in: flow) == [.play([.speech("Hello", language: "en")], stopsOnDigit: true)])
        guard case .queue(let wish)? = run.handle(.playFinished, in: flow).first else {
            Issue.record("no queue")
            return
        }
        #expect(wish.language == "en")
    }
}
