import Contracts
import TestSupport
import Testing

@testable import CTI

/// Nodes that choose a way by the clock, by lists, by expressions, or through other flows.
@Suite struct FlowNodesTests {
    private func flow(_ nodes: [String: FlowNode], start: String = "a") -> Flow {
        Flow(schema: 1, name: "Test", language: "en", start: start, nodes: nodes)
    }

    private func begin(
        _ flow: Flow, parts: [FlowID: Flow] = [:], lists: [String: Set<String>] = [:], caller: String = "139",
        attributes: [String: String] = [:], at time: Timestamp = second(0)
    ) -> (run: FlowRun, steps: [FlowRun.Step]) {
        let book = TenantBook(
            flows: parts.reduce(into: [:]) {
                $0[$1.key] = PublishedFlow(flowID: $1.key, version: 7, flow: $1.value)
            }, lists: lists)
        let program = book.program(PublishedFlow(flowID: "main", version: 1, flow: flow))
        var run = FlowRun(program, caller: caller, called: "400", attributes: attributes)
        let steps = run.handle(.begin, in: FlowScene(program: program, now: time))
        return (run, steps)
    }

    @Test func `a calendar goes by the time of the call`() {
        let hours = flow([
            "a": .calendar(
                .init(
                    timeZone: "UTC", hours: ["tue": ["09:00-23:00"]], open: "day", closed: "night")),
            "day": .queue(.init(queue: "sales")), "night": .hangUp,
        ])
        // The tests' time begins on a Tuesday, 22:13.
        #expect(begin(hours).run.node == "day")
        #expect(begin(hours, at: second(3600)).run.node == "night")
    }

    @Test func `a blacklisted caller is turned away`() {
        let guarded = flow([
            "a": .list(.init(list: "black", then: "out", else: "in")), "in": .queue(.init(queue: "sales")),
            "out": .hangUp,
        ])
        #expect(begin(guarded, lists: ["black": ["139"]]).run.node == "out")
        #expect(begin(guarded, lists: ["black": ["138"]]).run.node == "in")
        #expect(begin(guarded).run.node == "in", "a list that is gone holds nobody")
        let card = flow([
            "a": .list(.init(list: "vip", attribute: "card", then: "in", else: "out")),
            "in": .queue(.init(queue: "vip")), "out": .hangUp,
        ])
        #expect(begin(card, lists: ["vip": ["77"]], attributes: ["card": "77"]).run.node == "in")
    }

    @Test func `a condition may be an expression`() {
        let asking = flow([
            "a": .condition(.init(expression: "begins(caller, '13') and level > 2", then: "in", else: "out")),
            "in": .queue(.init(queue: "sales")), "out": .hangUp,
        ])
        #expect(begin(asking, attributes: ["level": "10"]).run.node == "in")
        #expect(begin(asking, attributes: ["level": "2"]).run.node == "out")
    }

    @Test func `a sub-flow is gone through and returns`() {
        let inner = flow(["a": .set(.init(values: ["seen": "yes"], next: "back")), "back": .return])
        let outer = flow([
            "a": .subFlow(.init(flow: "inner", next: "in")), "in": .queue(.init(queue: "sales")),
        ])
        let (run, steps) = begin(outer, parts: ["inner": inner])
        #expect(run.node == "in")
        #expect(run.part == nil)
        #expect(run.attributes["seen"] == "yes")
        #expect(run.versions == ["main": 1, "inner": 7])
        guard case .passed(let passages)? = steps.first else {
            Issue.record("nothing counted")
            return
        }
        #expect(
            passages.map { "\($0.flowID).\($0.version).\($0.node) \($0.exit ?? "")" } == [
                "main.1.a ", "inner.7.a ", "inner.7.a next", "inner.7.back ", "inner.7.back return", "main.1.a next",
                "main.1.in ",
            ])
    }

    @Test func `inside a sub-flow the caller is heard`() {
        let inner = flow([
            "a": .menu(.init(prompts: [.init(say: "One?")], keys: ["1": "back"])), "back": .return,
        ])
        let outer = flow([
            "a": .subFlow(.init(flow: "inner", next: "in")), "in": .queue(.init(queue: "sales")),
        ])
        let book = TenantBook(flows: ["inner": PublishedFlow(flowID: "inner", version: 1, flow: inner)])
        let scene = FlowScene(
            program: book.program(PublishedFlow(flowID: "main", version: 1, flow: outer)), now: second(0))
        var run = FlowRun(scene.program, caller: "1", called: "2")
        _ = run.handle(.begin, in: scene)
        #expect(run.part == "inner")
        #expect(run.resume(in: scene) == [.play([.speech("One?", language: "en")], stopsOnDigit: true)])
        _ = run.handle(.digit("1"), in: scene)
        #expect(run.waits == .queue)
        #expect(run.part == nil)
    }

    @Test func `a sub-flow that is not there, or lies too deep, leads on where the node says`() {
        let missing = flow([
            "a": .subFlow(.init(flow: "none", next: "bye", onFailed: "in")), "in": .queue(.init(queue: "sales")),
            "bye": .hangUp,
        ])
        #expect(begin(missing).run.node == "in")
        let deep = flow(["a": .subFlow(.init(flow: "deep", next: "b")), "b": .return])
        let (run, steps) = begin(
            flow(["a": .subFlow(.init(flow: "deep", next: "b")), "b": .hangUp]), parts: ["deep": deep])
        #expect(steps.last == .hangUp)
        #expect(run.returns?.count == FlowRun.deepest)
    }

    @Test func `a return outside of a sub-flow hangs up`() {
        #expect(begin(flow(["a": .return])).steps.last == .hangUp)
    }

    @Test func `numbers are tried in turn, and what is no number is passed over`() {
        let scene = FlowScene.of(
            flow([
                "a": .transfer(.init(numbers: ["100", "{mobile}", "{nobody}", "300"], ringSeconds: 9, onFailed: "b")),
                "b": .queue(.init(queue: "sales")),
            ]))
        var run = FlowRun(scene.program, caller: "1", called: "2", attributes: ["mobile": "200"])
        var dialled: [String] = []
        var steps = run.handle(.begin, in: scene)
        while case .transfer(let number, _, let seconds)? = steps.last {
            dialled.append(number)
            #expect(seconds == 9)
            steps = run.handle(.transferFailed, in: scene)
        }
        #expect(dialled == ["100", "200", "300"])
        #expect(run.node == "b")
    }

    @Test func `each way out of a node is counted once`() {
        let scene = FlowScene(program: .menu, now: second(0))
        var run = FlowRun(scene.program, caller: "1", called: "2")
        var passages: [FlowPassage] = []
        for input: FlowRun.Input in [.begin, .playFinished, .digit("7"), .digit("1"), .leftQueue(.timeout)] {
            for case .passed(let more) in run.handle(input, in: scene) { passages += more }
        }
        #expect(
            passages.map { "\($0.node) \($0.exit ?? "")" } == [
                "welcome ", "welcome next", "menu ", "menu keys.1", "sales ", "sales onTimeout", "outside ",
            ])
    }

    @Test func `what the new nodes hold is checked`() {
        let bad = flow([
            "a": .list(.init(list: "b l", then: "b", else: "c")),
            "b": .condition(.init(expression: "vip ==", then: "c", else: "c")),
            "c": .condition(.init(then: "d", else: "d")),
            "d": .subFlow(.init(flow: "b l", next: "e")), "e": .transfer(.init(onFailed: "f")),
            "f": .transfer(.init(number: "1", numbers: ["x"])),
        ])
        #expect(
            FlowValidation.problems(of: bad).map { "\($0.node ?? ""): \($0.message)" } == [
                "a: “list”: “b l” is not a name.", "b: “expression”: It ends where a value is expected.",
                "c: Either “expression” or “attribute” and “test” is needed.", "d: “flow” is not the id of a flow.",
                "e: Either “number” or “numbers” is needed.", "f: Either “number” or “numbers” is needed.",
                "f: “numbers”: “x” is not 1 to 32 of 0-9, +, * and #, nor one {attribute}.",
            ])
    }

    @Test func `flows and lists that are not there are named, and flows that lead back`() {
        let asking = flow([
            "a": .list(.init(list: "black", then: "b", else: "b")), "b": .subFlow(.init(flow: "other", next: "c")),
            "c": .hangUp,
        ])
        func problems(_ book: TenantBook) -> [String] {
            FlowValidation.references(of: asking, as: "main", in: book).map { "\($0.node ?? ""): \($0.message)" }
        }
        #expect(
            problems(TenantBook()) == [
                "a: “list”: there is no list “black”.", "b: “flow”: there is no published flow “other”.",
            ])
        let back = flow(["a": .subFlow(.init(flow: "main", next: "b")), "b": .return])
        let other = PublishedFlow(flowID: "other", version: 1, flow: back)
        #expect(
            problems(TenantBook(flows: ["other": other], lists: ["black": []])) == [
                "b: “flow”: “other” leads back into this flow."
            ])
        let fine = PublishedFlow(flowID: "other", version: 1, flow: flow(["a": .return]))
        #expect(problems(TenantBook(flows: ["other": fine], lists: ["black": []])) == [])
    }
}
