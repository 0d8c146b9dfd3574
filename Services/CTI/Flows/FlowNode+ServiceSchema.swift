import Contracts

/// How the nodes that do something for the caller look in JSON.
extension FlowNode {
    static var serviceSchemas: [JSONValue] {
        [
            node("record", required: ["next": target], recording),
            node("voicemail", required: ["next": target], recording),
            node(
                "survey",
                required: [
                    "prompts": prompts, "next": target,
                    "scores": ["type": "object", "additionalProperties": number(0, 100)],
                ],
                [
                    "question": text, "invalidPrompts": prompts, "timeoutSeconds": number(1, 120),
                    "retries": number(0, 10), "onFailed": target,
                ]),
            node(
                "recognize", required: ["prompts": prompts],
                [
                    "phrases": targets, "minimumDigits": number(1, 32), "maximumDigits": number(1, 32),
                    "language": language, "keys": targets, "attribute": text, "minimumConfidence": number(0, 100),
                    "invalidPrompts": prompts, "timeoutSeconds": number(1, 60), "retries": number(0, 10),
                    "next": target, "onNothing": target, "onFailed": target,
                ]),
            node(
                "callback", required: ["queue": text, "next": target],
                ["attribute": text, "priority": number(0, 1000), "skills": texts, "onFailed": target]),
            node(
                "request", required: ["url": text, "next": target],
                [
                    "method": choice(Request.methods), "headers": named, "body": text,
                    "timeoutSeconds": number(1, 30), "values": named, "statusAttribute": text, "onStatus": targets,
                    "onFailed": target,
                ]),
            node(
                "conference", required: ["number": text, "next": target],
                ["pin": text, "name": text, "attribute": text, "music": prompts, "leaveKey": text, "onFailed": target]),
            node(
                "script", required: ["url": text, "next": target],
                [
                    "headers": named, "values": named, "timeoutSeconds": number(1, 30), "mostSteps": number(1, 1000),
                    "exits": targets, "onFailed": target,
                ]),
            node(
                "lookup", required: ["values": named, "next": target],
                ["attribute": text, "onMissing": target, "onFailed": target]),
            node(
                "calledBefore", required: ["then": target, "else": target],
                ["attribute": text, "withinHours": number(1, Double(CalledBefore.longestHours))]),
        ]
    }

    /// Nodes by key.
    static var targets: JSONValue { ["type": "object", "additionalProperties": target] }

    static var check: JSONValue {
        [
            "type": "object",
            "properties": [
                "lengths": ["type": "array", "items": number(1, 64)], "luhn": flag, "least": number(0, 1_000_000_000),
                "most": number(0, 1_000_000_000), "date": choice(CollectedDigits.dateFormats),
            ],
        ]
    }

    private static var named: JSONValue { ["type": "object", "additionalProperties": text] }

    private static var recording: [String: JSONValue] {
        [
            "prompts": prompts, "beep": flag, "attribute": text, "maximumSeconds": number(1, 3600),
            "minimumSeconds": number(0, 60), "silenceSeconds": number(1, 60), "finishKey": text, "review": flag,
            "queue": text, "agent": text, "onFailed": target,
        ]
    }
}
