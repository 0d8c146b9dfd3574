import Contracts
import Foundation

extension FlowNode {
    /// Hands the caller over to a program of the tenant's own, which is asked over HTTP what to do next, step by step, until
    /// it names an exit: see docs/flow-scripts.md.
    struct Script: Codable, Sendable, Equatable {
        var url: String
        /// `{secret:name}` stands for what only the server knows.
        var headers: [String: String]?
        /// Told to the program, as `{"shop": "{shop}"}`.
        var values: [String: String]?
        /// For each answer. Default 5.
        var timeoutSeconds: Int?
        /// How often the program is asked at most. Default 100.
        var mostSteps: Int?
        /// Where to by the exit that the program names.
        var exits: [String: String]?
        /// Where to by the exit `next`.
        var next: String
        /// Where to if the program does not answer, or nothing that can be done; the call is hung up if there is none.
        var onFailed: String?
    }
}

/// One thing that a program wants done.
enum ScriptStep: Codable, Sendable, Equatable {
    struct Collect: Codable, Sendable, Equatable {
        var prompts: [FlowPrompt]?
        var maximumDigits: Int
        /// Default `#`.
        var endKey: String?
        /// Default 5.
        var timeoutSeconds: Int?
        /// Holds what was typed, besides that the program is told.
        var attribute: String?
    }

    struct Play: Codable, Sendable, Equatable {
        var prompts: [FlowPrompt]
        var interruptible: Bool?
    }

    struct Say: Codable, Sendable, Equatable {
        var text: String
        var language: String?
        var interruptible: Bool?
    }

    struct SetValues: Codable, Sendable, Equatable { var values: [String: String] }

    struct Exit: Codable, Sendable, Equatable { var name: String }

    case play(Play)
    case say(Say)
    case collect(Collect)
    case set(SetValues)
    case transfer(FlowNode.Transfer)
    case exit(Exit)
    case hangUp

    enum Kind: String, Codable, CaseIterable { case play, say, collect, set, transfer, exit, hangUp }

    private enum CodingKeys: String, CodingKey { case type }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let word = try container.decode(String.self, forKey: .type)
        guard let kind = Kind(rawValue: word) else {
            let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container, debugDescription: "a step is one of \(known), not “\(word.prefix(40))”.")
        }
        self =
            switch kind {
            case .play: .play(try Play(from: decoder))
            case .say: .say(try Say(from: decoder))
            case .collect: .collect(try Collect(from: decoder))
            case .set: .set(try SetValues(from: decoder))
            case .transfer: .transfer(try FlowNode.Transfer(from: decoder))
            case .exit: .exit(try Exit(from: decoder))
            case .hangUp: .hangUp
            }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .type)
        switch self {
        case .play(let step): try step.encode(to: encoder)
        case .say(let step): try step.encode(to: encoder)
        case .collect(let step): try step.encode(to: encoder)
        case .set(let step): try step.encode(to: encoder)
        case .transfer(let step): try step.encode(to: encoder)
        case .exit(let step): try step.encode(to: encoder)
        case .hangUp: break
        }
    }

    private var kind: Kind {
        switch self {
        case .play: .play
        case .say: .say
        case .collect: .collect
        case .set: .set
        case .transfer: .transfer
        case .exit: .exit
        case .hangUp: .hangUp
        }
    }

    /// What keeps it from being done.
    var problems: [String] {
        switch self {
        case .play(let play):
            FlowValidation.contents(
                of: .play(.init(prompts: play.prompts, interruptible: play.interruptible, next: "")))
        case .say(let say):
            FlowValidation.contents(
                of: .say(.init(text: say.text, language: say.language, interruptible: say.interruptible, next: "")))
        case .collect(let collect): Self.problems(of: collect)
        case .set(let set): FlowValidation.contents(of: .set(.init(values: set.values, next: "")))
        case .transfer(let transfer): FlowValidation.contents(of: .transfer(transfer))
        case .exit, .hangUp: []
        }
    }

    private static func problems(of collect: Collect) -> [String] {
        FlowValidation.prompts(collect.prompts, "prompts")
            + FlowValidation.number(collect.maximumDigits, "maximumDigits", 1...64)
            + (collect.endKey.map(FlowValidation.isKey) ?? true
                ? [] : ["“endKey” is not a key; keys are 0-9, * and #."])
            + FlowValidation.number(collect.timeoutSeconds, "timeoutSeconds", 1...120)
            + (collect.attribute.map { FlowValidation.name($0, "attribute") } ?? [])
    }
}

/// What a program answers.
struct ScriptAnswer: Codable, Sendable, Equatable {
    static let mostSteps = 50
    static let longestState = 4_000

    /// Done one after the other; behind the last the program is asked again.
    var steps: [ScriptStep]
    /// Given back to the program with the next question, so that it need not remember calls.
    var state: JSONValue?

    /// - Throws: `Failure.invalid` with a sentence for the program's author.
    static func read(_ body: JSONValue) throws(Failure) -> ScriptAnswer {
        let answer: ScriptAnswer
        do {
            answer = try JSONDecoder().decode(ScriptAnswer.self, from: JSONEncoder().encode(body))
        } catch let error as DecodingError {
            throw wrong(Flow.sentence(error, about: "The answer"))
        } catch {
            throw wrong("The answer cannot be read.")
        }
        guard (1...mostSteps).contains(answer.steps.count) else {
            throw wrong("An answer has 1 to \(mostSteps) steps.")
        }
        for (index, step) in answer.steps.enumerated() {
            if let problem = step.problems.first { throw wrong("steps.\(index): \(problem)") }
        }
        guard let state = answer.state else { return answer }
        guard let written = try? JSONEncoder().encode(state), written.count <= longestState else {
            throw wrong("“state” has at most \(longestState) bytes.")
        }
        return answer
    }

    private static func wrong(_ sentence: String) -> Failure { Failure(.invalid, sentence, code: "scriptInvalid") }
}

/// What has happened since a program was asked last.
enum ScriptEvent: Codable, Sendable, Equatable {
    enum Ending: String, Codable, Sendable, CaseIterable { case key, length, timeout }

    /// The caller has come to the program.
    case begin
    /// All steps were done.
    case done
    case collected(digits: String, by: Ending)
    /// None of the numbers answered.
    case transferFailed
    /// The caller has hung up; what is answered is not done.
    case hungUp

    var json: JSONValue {
        switch self {
        case .begin: ["type": "begin"]
        case .done: ["type": "done"]
        case .collected(let digits, let ending):
            ["type": "collected", "digits": .string(digits), "by": .string(ending.rawValue)]
        case .transferFailed: ["type": "transferFailed"]
        case .hungUp: ["type": "hungUp"]
        }
    }
}

/// How far a caller is with a program: a part of what his call carries, so that a new owner asks the very same again.
struct ScriptRun: Codable, Sendable, Equatable {
    /// What the program was told last.
    var event = ScriptEvent.begin
    /// How often it was asked.
    var asked = 0
    /// Of its last answer: what is being done, and what is still to be.
    var doing: ScriptStep?
    var todo: [ScriptStep] = []
    var state: JSONValue?
}
