import Contracts
import Foundation
import TestSupport
import Testing

@testable import CTI

/// A program of the tenant's leads the caller, step by step.
@Suite struct FlowScriptTests {
    private static let node = FlowNode.Script(
        url: "http://127.0.0.1/hotel", headers: ["Authorization": "Bearer {secret:hotel}"], values: ["shop": "{shop}"],
        timeoutSeconds: 3, mostSteps: 5, exits: ["agent": "sales"], next: "bye", onFailed: "lost")
    private static let flow = Flow(
        schema: 1, name: "Hotel", language: "en", start: "hotel",
        nodes: ["hotel": .script(node), "sales": .queue(.init(queue: "sales")), "bye": .hangUp, "lost": .hangUp])

    private var run = FlowRun(
        flowID: "f", version: 1, caller: "139", called: "400", attributes: ["shop": "7", "said": "{secret:hotel}"])

    @discardableResult
    private mutating func tell(_ input: FlowRun.Input) -> [FlowRun.Step] { run.handle(input, in: Self.flow) }

    /// The program answers the question that is open.
    @discardableResult
    private mutating func answers(_ body: JSONValue, status: Int = 200) -> [FlowRun.Step] {
        tell(.answered(step: run.step, .response(status: status, body: body)))
    }

    /// What the program was told.
    private func question(_ steps: [FlowRun.Step]) throws -> JSONValue {
        for case .ask(.request(let request), _) in steps {
            return try JSONDecoder().decode(JSONValue.self, from: Data((request.body ?? "").utf8))
        }
        throw Failure(.unknown, "nothing was asked: \(steps)")
    }

    @Test mutating func `it is told who calls, what is known of him, and what has happened`() throws {
        let steps = run.handle(.begin, in: FlowScene.of(Self.flow))
        let asked = try question(steps)
        #expect(asked["event"]?["type"]?.string == "begin")
        #expect(asked["caller"]?.string == "139" && asked["called"]?.string == "400")
        #expect(asked["values"]?["shop"]?.string == "7")
        #expect(asked["step"] == 1 && asked["state"] == .null && asked["node"]?.string == "hotel")
        guard case .ask(.request(let request), _)? = steps.first(where: { if case .ask = $0 { true } else { false } })
        else { return #expect(Bool(false)) }
        #expect(request.method == "POST" && request.timeoutSeconds == 3)
        #expect(request.headers == ["Authorization": "Bearer {secret:hotel}"])
        // What a caller said names no secret: only the header does.
        #expect(request.body?.contains("{secret:") == false)
        #expect(asked["attributes"]?["said"]?.string == "{secret:hotel}")
        #expect(steps.contains(.startTimer(step: run.step, seconds: 4)))
    }

    @Test mutating func `it says, asks for keys and is told them, with its own state given back`() throws {
        tell(.begin)
        #expect(
            answers([
                "steps": [
                    ["type": "say", "text": "Room?"], ["type": "collect", "maximumDigits": 3, "attribute": "room"],
                ],
                "state": ["asked": "room"],
            ]) == [.play([.speech("Room?", language: "en")], stopsOnDigit: true)])
        #expect(tell(.playFinished) == [.startTimer(step: run.step, seconds: 5)])
        for key in ["1", "2"] { tell(.digit(key)) }
        let asked = try question(tell(.digit("#")))
        #expect(asked["event"] == ["type": "collected", "digits": "12", "by": "key"])
        #expect(asked["state"] == ["asked": "room"])
        #expect(asked["step"] == 2)
        #expect(run.attributes["room"] == "12")
        answers(["steps": [["type": "collect", "maximumDigits": 1]]])
        #expect(try question(tell(.digit("4")))["event"] == ["type": "collected", "digits": "4", "by": "length"])
        answers(["steps": [["type": "collect", "maximumDigits": 1]]])
        let late = try question(tell(.timeout(step: run.step)))
        #expect(late["event"] == ["type": "collected", "digits": "", "by": "timeout"])
    }

    @Test mutating func `steps are done in turn, and then it is asked again`() throws {
        tell(.begin)
        answers([
            "steps": [
                ["type": "set", "values": ["vip": "yes"]], ["type": "play", "prompts": [["file": "hello"]]],
                ["type": "say", "text": "{vip}", "language": "zh"],
            ]
        ])
        #expect(run.attributes["vip"] == "yes")
        #expect(tell(.playFinished) == [.play([.speech("yes", language: "zh")], stopsOnDigit: true)])
        #expect(try question(tell(.playFinished))["event"]?["type"]?.string == "done")
    }

    @Test mutating func `it names an exit, and the flow goes on there`() {
        tell(.begin)
        answers(["steps": [["type": "exit", "name": "agent"]]])
        #expect(run.node == "sales" && run.waits == .queue && run.script == nil)
        run = FlowRun(flowID: "f", version: 1, caller: "139", called: "400")
        tell(.begin)
        #expect(answers(["steps": [["type": "exit", "name": "next"]]]) == [.hangUp])
        #expect(run.node == "bye")
    }

    @Test mutating func `it transfers, and is told when nobody answers`() throws {
        tell(.begin)
        #expect(
            answers(["steps": [["type": "transfer", "numbers": ["100", "200"], "ringSeconds": 9]]])
                == [.transfer(to: "100", from: nil, ringSeconds: 9)])
        #expect(tell(.transferFailed) == [.transfer(to: "200", from: nil, ringSeconds: 9)])
        #expect(try question(tell(.transferFailed))["event"]?["type"]?.string == "transferFailed")
    }

    private static let wrong: [(what: String, body: JSONValue?, status: Int)] = [
        ("no answer", nil, 0), ("gone", ["x": 1], 410), ("no JSON", nil, 200), ("no steps", .object([:]), 200),
        ("nothing to do", ["steps": .array([])], 200), ("unknown step", ["steps": [["type": "dance"]]], 200),
        ("no such exit", ["steps": [["type": "exit", "name": "cellar"]]], 200),
        ("bad collect", ["steps": [["type": "collect", "maximumDigits": 99]]], 200),
        ("not a list", ["steps": "say"], 200),
    ]

    @Test(arguments: wrong.indices)
    func `whatever is wrong with the program, the caller goes on, and why is known`(index: Int) {
        let (what, body, status) = Self.wrong[index]
        var run = run
        _ = run.handle(.begin, in: Self.flow)
        let answer: FlowAnswer = status == 0 ? .failed : .response(status: status, body: body)
        _ = run.handle(.answered(step: run.step, answer), in: Self.flow)
        #expect(run.node == "lost", "\(what)")
        #expect(run.attributes[FlowRun.scriptProblem]?.isEmpty == false)
    }

    @Test mutating func `who never comes to an end is stopped`() {
        tell(.begin)
        for _ in 0..<10 where run.node == "hotel" { answers(["steps": [["type": "set", "values": ["a": "b"]]]]) }
        #expect(run.node == "lost")
        #expect(run.attributes[FlowRun.scriptProblem]?.contains("5 times") == true)
    }

    @Test mutating func `a state that is too large is refused`() {
        tell(.begin)
        answers(["steps": [["type": "hangUp"]], "state": .string(String(repeating: "x", count: 5000))])
        #expect(run.node == "lost")
    }

    @Test mutating func `a new owner asks the very same again, or does the present step once more`() throws {
        let first = tell(.begin)
        let question = first.filter { if case .ask = $0 { true } else { false } }
        run = try JSONDecoder().decode(FlowRun.self, from: JSONEncoder().encode(run))
        #expect(run.resume(in: Self.flow).filter { if case .ask = $0 { true } else { false } } == question)
        answers(["steps": [["type": "say", "text": "One"], ["type": "say", "text": "Two"]]])
        run = try JSONDecoder().decode(FlowRun.self, from: JSONEncoder().encode(run))
        #expect(run.resume(in: Self.flow) == [.play([.speech("One", language: "en")], stopsOnDigit: true)])
        #expect(tell(.playFinished) == [.play([.speech("Two", language: "en")], stopsOnDigit: true)])
    }

    @Test mutating func `it hears that the caller has hung up`() throws {
        tell(.begin)
        answers(["steps": [["type": "say", "text": "One"]]])
        #expect(try question(tell(.callerGone))["event"]?["type"]?.string == "hungUp")
    }

    @Test func `what cannot be is named with its node, and the program's ways are ways of the flow`() {
        #expect(FlowValidation.contents(of: Self.node).isEmpty)
        let wrong = FlowNode.Script(
            url: "ftp://x/", values: ["a b": "c"], mostSteps: 0, exits: ["next": "bye", "a b": "bye"], next: "bye")
        #expect(FlowValidation.contents(of: wrong).count == 5)
        #expect(FlowNode.script(Self.node).targets.map(\.field) == ["next", "exits.agent", "onFailed"])
        #expect(FlowValidation.problems(of: Self.flow).isEmpty)
    }

    @Test func `it is tried without a telephone and without the program`() {
        let program = FlowProgram(main: PublishedFlow(flowID: "f", version: 1, flow: Self.flow))
        let answers: [FlowSimulation.Answer] = [
            .init(body: ["steps": [["type": "collect", "prompts": [["say": "Room?"]], "maximumDigits": 2]]]),
            .init(body: ["steps": [["type": "collect", "maximumDigits": 1]]]),
            .init(body: ["steps": [["type": "exit", "name": "agent"]]]),
        ]
        let result = FlowSimulation.run(program, .init(keys: ["12", "3"], answers: answers), at: second(0))
        #expect(result.steps.map(\.node) == ["hotel", "sales"])
        #expect(result.steps.first?.keys == "123" && result.steps.first?.exit == "exits.agent")
        #expect(result.end == .agent)
    }
}
