import Contracts

/// What passes between a script node and its program, as JSON schemas, served at `/v1/flow-script-schema`.
enum FlowScriptSchema {
    static var document: JSONValue {
        [
            "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "The script API of Carillon's flows",
            "$defs": ["question": question, "answer": answer],
        ]
    }

    static var question: JSONValue {
        let properties: JSONValue = [
            "api": ["const": 1], "call": FlowNode.text, "flow": FlowNode.text, "node": FlowNode.text,
            "step": FlowNode.number(1, 1000), "caller": FlowNode.text, "called": FlowNode.text,
            "language": FlowNode.choice(["zh", "en"]), "attributes": texts, "values": texts,
            "event": ["oneOf": events], "state": ["description": "What the program answered last; null at first."],
        ]
        return ["type": "object", "properties": properties]
    }

    static var answer: JSONValue {
        [
            "type": "object", "required": ["steps"],
            "properties": [
                "steps": [
                    "type": "array", "minItems": 1, "maxItems": .number(Double(ScriptAnswer.mostSteps)),
                    "items": ["oneOf": .array(steps)],
                ],
                "state": ["description": "Given back with the next question; at most 4000 bytes of JSON."],
            ],
        ]
    }

    /// One a kind of step. A test holds them against what is read.
    static var steps: [JSONValue] {
        [
            FlowNode.node("play", required: ["prompts": FlowNode.prompts], ["interruptible": FlowNode.flag]),
            FlowNode.node(
                "say", required: ["text": FlowNode.text],
                ["language": FlowNode.choice(["zh", "en"]), "interruptible": FlowNode.flag]),
            FlowNode.node(
                "collect", required: ["maximumDigits": FlowNode.number(1, 64)],
                [
                    "prompts": FlowNode.prompts, "endKey": FlowNode.text, "timeoutSeconds": FlowNode.number(1, 120),
                    "attribute": FlowNode.text,
                ]),
            FlowNode.node("set", required: ["values": texts], [:]),
            FlowNode.node(
                "transfer", required: [:],
                [
                    "number": FlowNode.text, "numbers": FlowNode.texts, "from": FlowNode.text,
                    "ringSeconds": FlowNode.number(1, 300),
                ]),
            FlowNode.node("exit", required: ["name": FlowNode.text], [:]),
            FlowNode.node("hangUp", required: [:], [:]),
        ]
    }

    private static var events: JSONValue {
        let plain = ["begin", "done", "transferFailed", "hungUp"].map { FlowNode.node($0, required: [:], [:]) }
        let collected = FlowNode.node(
            "collected",
            required: [
                "digits": FlowNode.text, "by": FlowNode.choice(ScriptEvent.Ending.allCases.map(\.rawValue)),
            ], [:])
        return .array(plain + [collected])
    }

    private static var texts: JSONValue { ["type": "object", "additionalProperties": FlowNode.text] }
}
