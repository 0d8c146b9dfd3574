import Contracts
import Foundation
import TestSupport
import Testing

@testable import CTI

@Suite struct FlowValidationTests {
    private func flow(_ nodes: [String: FlowNode], start: String = "a") -> Flow {
        Flow(schema: 1, name: "Test", language: "en", start: start, nodes: nodes)
    }

    private func messages(_ flow: Flow) -> [String] {
        FlowValidation.problems(of: flow).map { "\($0.node ?? ""): \($0.message)" }
    }

    @Test func `a good flow has no problems`() {
        #expect(FlowValidation.problems(of: .menu) == [])
        #expect(FlowValidation.problems(of: .queueOnly) == [])
    }

    @Test func `a node that nothing leads to is named`() {
        #expect(messages(flow(["a": .hangUp, "b": .hangUp])) == ["b: It cannot be reached."])
    }

    @Test func `a target that does not exist is named with its field`() {
        let problems = messages(flow(["a": .menu(.init(prompts: [.init(say: "One?")], keys: ["1": "nowhere"]))]))
        #expect(problems == ["a: “keys.1” leads to “nowhere”, which is missing."])
    }

    @Test func `a missing start is named`() {
        #expect(messages(flow(["a": .hangUp], start: "b")) == [": There is no node “b” to start at."])
    }

    @Test func `a circle without a way out is named`() {
        let circle = flow([
            "a": .say(.init(text: "one", next: "b")),
            "b": .say(.init(text: "two", next: "a")),
        ])
        #expect(
            messages(circle) == [
                "a: From here there is no exit: no queue, transfer or hangUp.",
                "b: From here there is no exit: no queue, transfer or hangUp.",
            ])
    }

    @Test func `a circle that waits for nothing is named`() {
        let circle = flow([
            "a": .condition(.init(attribute: "x", test: .exists, then: "b", else: "c")),
            "b": .set(.init(values: ["y": "1"], next: "a")), "c": .hangUp,
        ])
        #expect(
            messages(circle) == [
                "a: It comes back to itself without waiting for anything.",
                "b: It comes back to itself without waiting for anything.",
            ])
    }

    @Test func `what a node holds is checked`() {
        let bad = flow([
            "a": .menu(.init(prompts: [.init()], keys: ["12": "a"], timeoutSeconds: 0))
        ])
        #expect(
            messages(bad) == [
                "a: “prompts”: each entry is one of file, say and music.",
                "a: “12” is not a key; keys are 0-9, * and #.",
                "a: “timeoutSeconds” must be 1 to 120.",
            ])
        #expect(messages(flow(["a": .transfer(.init(number: "sip:x"))])).count == 1)
        #expect(messages(flow(["a": .transfer(.init(number: "123", from: "<x>"))])).count == 1)
        #expect(messages(flow(["a": .transfer(.init(number: "{account}", from: "400"))])).isEmpty)
        #expect(
            messages(flow(["a": .play(.init(prompts: [.init(file: "../secret")], next: "b")), "b": .hangUp])).count == 1
        )
    }

    @Test func `a document reads and writes the same`() throws {
        let document = try JSONEncoder().encode(Flow.menu)
        #expect(try Flow.read(document) == .menu)
    }

    @Test func `an unreadable document says where`() {
        func sentence(_ json: String) -> String? {
            do {
                _ = try Flow.read(Data(json.utf8))
                return nil
            } catch { return error.message }
        }
        #expect(sentence("{") == "The flow is not JSON.")
        #expect(sentence("{}") == "The flow lacks “schema”.")
        #expect(
            sentence(#"{"schema":1,"name":"x","language":"en","start":"a","nodes":{"a":{"type":"play","prompts":[]}}}"#)
                == "nodes.a lacks “next”.")
        #expect(
            sentence(#"{"schema":1,"name":"x","language":"en","start":"a","nodes":{"a":{"type":"dance"}}}"#)?
                .hasPrefix("nodes.a.type: a node is one of play, say") == true)
    }

    @Test func `publishing refuses with every problem`() {
        #expect(throws: Failure.self) { try FlowValidation.check(flow(["a": .hangUp, "b": .hangUp])) }
    }

    @Test func `everything that an unfinished document lacks is named with its node`() {
        let reading = FlowReading([
            "schema": 1, "language": "en", "start": "a",
            "nodes": [
                "a": ["type": "menu", "prompts": []], "b": ["type": "dance"], "c": 3, "d": [:],
                "e": ["type": "say", "text": "", "next": "nowhere"], "f": ["type": "say", "text": 5, "next": "e"],
            ],
        ])
        #expect(reading.flow == nil)
        let kinds = FlowNode.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        #expect(
            reading.problems.map { "\($0.node ?? ""): \($0.message)" } == [
                ": The flow lacks “name”.", "a: It lacks “keys”.",
                "b: type: a node is one of \(kinds), not “dance”.", "c: A node must be a JSON object.",
                "d: It lacks “type”.", "f: text has the wrong type.",
                "e: “text” must have 1 to 2000 characters.", "e: “next” leads to “nowhere”, which is missing.",
            ])
        #expect(FlowReading("x").problems.map(\.message) == ["The flow must be a JSON object."])
    }

    @Test func `a finished document reads the same whether it is taken apart or not`() throws {
        let document = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(Flow.menu))
        let reading = FlowReading(document)
        #expect(reading.flow == .menu)
        #expect(reading.problems.isEmpty)
        #expect(try reading.checked() == .menu)
    }

    @Test func `a question without a prompt is named`() {
        let silent = flow([
            "a": .menu(.init(prompts: [], keys: ["1": "b"])),
            "b": .collect(.init(prompts: [], attribute: "x", maximumDigits: 3, next: "c")), "c": .hangUp,
        ])
        #expect(
            messages(silent) == [
                "a: “prompts” must have 1 to 20 entries.", "b: “prompts” must have 1 to 20 entries.",
            ])
    }
}
