import Contracts
import ServiceKit

/// How a node looks in JSON, for the OpenAPI document.
extension FlowNode: HasJSONSchema {
    static var jsonSchema: JSONValue { ["oneOf": .array(kindSchemas)] }

    /// One a kind of node. A test holds them against what is read.
    static var kindSchemas: [JSONValue] { leadingSchemas + serviceSchemas }

    private static var leadingSchemas: [JSONValue] {
        [
            node("play", required: ["prompts": prompts, "next": target], ["interruptible": flag]),
            node("say", required: ["text": text, "next": target], ["language": language, "interruptible": flag]),
            node(
                "menu",
                required: ["prompts": prompts, "keys": targets],
                [
                    "attribute": text, "invalidPrompts": prompts, "timeoutSeconds": number(1, 120),
                    "retries": number(0, 10), "onFailed": target,
                ]),
            node(
                "collect",
                required: ["prompts": prompts, "attribute": text, "maximumDigits": number(1, 64), "next": target],
                [
                    "minimumDigits": number(0, 64), "endKey": text, "check": check, "confirm": flag,
                    "invalidPrompts": prompts, "timeoutSeconds": number(1, 120), "retries": number(0, 10),
                    "onFailed": target,
                ]),
            node(
                "set", required: ["values": ["type": "object", "additionalProperties": text], "next": target], [:]),
            node(
                "condition",
                required: ["then": target, "else": target],
                [
                    "attribute": text, "test": choice(Condition.Test.allCases.map(\.rawValue)), "value": text,
                    "values": texts,
                    "expression": ["type": "string", "maxLength": .number(Double(FlowExpression.longest))],
                ]),
            node(
                "calendar", required: calendar,
                [
                    "holidays": texts, "workdays": ["type": "object", "additionalProperties": weekday],
                    "holiday": target,
                ]),
            node("list", required: ["list": text, "then": target, "else": target], ["attribute": text]),
            node("subFlow", required: ["flow": text, "next": target], ["onFailed": target]),
            node("fax", required: ["next": target], ["station": text, "onFailed": target]),
            node(
                "queue", required: ["queue": text],
                [
                    "queueAttribute": text, "priority": number(0, 1000), "skills": texts, "music": prompts,
                    "announcement": prompts, "announceEverySeconds": number(5, 3600),
                    "timeoutSeconds": number(1, 86400), "onTimeout": target, "onNoAgents": target,
                    "agent": text, "agentSeconds": number(0, 3600), "keys": targets, "agentAnnouncement": prompts,
                    "afterTalk": target,
                ]),
            node(
                "transfer", required: [:],
                ["number": text, "numbers": texts, "from": text, "ringSeconds": number(1, 300), "onFailed": target]),
            node("return", required: [:], [:]),
            node("hangUp", required: [:], [:]),
        ]
    }

    /// The fields that a node of this type must have, besides `type`; nil for a type that is not known.
    static func requiredFields(of type: String) -> [String]? {
        let schema = kindSchemas.first { $0["properties"]?["type"]?["const"]?.string == type }
        guard case .array(let fields)? = schema?["required"] else { return nil }
        return fields.compactMap(\.string).filter { $0 != "type" }
    }

    static var text: JSONValue { ["type": "string"] }
    static var texts: JSONValue { ["type": "array", "items": text] }
    private static var weekday: JSONValue { choice(HourSpan.weekdays) }

    private static var calendar: [String: JSONValue] {
        [
            "timeZone": ["type": "string", "description": "Such as Asia/Shanghai."],
            "hours": [
                "type": "object", "propertyNames": weekday,
                "additionalProperties": ["type": "array", "items": ["type": "string", "description": "09:00-17:30"]],
            ],
            "open": target, "closed": target,
        ]
    }

    static var flag: JSONValue { ["type": "boolean"] }
    static var language: JSONValue { choice(["zh", "en"]) }
    /// The name of a node.
    static var target: JSONValue { ["type": "string", "description": "The name of a node."] }

    static var prompts: JSONValue {
        let properties: JSONValue = [
            "file": text, "say": text, "language": language, "music": flag,
        ]
        return ["type": "array", "items": ["type": "object", "properties": properties]]
    }

    static func number(_ least: Double, _ most: Double) -> JSONValue {
        ["type": "integer", "minimum": .number(least), "maximum": .number(most)]
    }

    static func choice(_ words: [String]) -> JSONValue {
        ["type": "string", "enum": .array(words.map { .string($0) })]
    }

    static func node(
        _ type: String, required: [String: JSONValue], _ optional: [String: JSONValue]
    ) -> JSONValue {
        var properties = required.merging(optional) { first, _ in first }
        properties["type"] = ["const": .string(type)]
        return [
            "type": "object", "properties": .object(properties),
            "required": .array((["type"] + required.keys.sorted()).map { .string($0) }),
        ]
    }
}

extension Flow {
    static let requiredFields = ["schema", "name", "language", "start", "nodes"]

    /// The schema of a whole document (JSON Schema 2020-12), served at `/v1/flow-schema`.
    static var documentSchema: JSONValue {
        [
            "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A flow of Carillon",
            "type": "object", "required": .array(requiredFields.map { .string($0) }),
            "properties": [
                "schema": ["const": .number(Double(schema))],
                "name": ["type": "string", "minLength": 1, "maxLength": 100],
                "language": ["type": "string", "enum": ["zh", "en"]],
                "start": ["type": "string", "description": "The name of the node a call begins at."],
                "nodes": [
                    "type": "object", "minProperties": 1, "maxProperties": .number(Double(FlowValidation.mostNodes)),
                    "additionalProperties": FlowNode.jsonSchema,
                ],
                "layout": [
                    "type": "object", "description": "Where each node is drawn: from the left, from the top.",
                    "additionalProperties": [
                        "type": "array", "items": ["type": "number"], "minItems": 2, "maxItems": 2,
                    ],
                ],
            ],
        ]
    }
}
