import Contracts

/// One step of a flow.
enum FlowNode: Sendable, Equatable {
    case play(Play)
    case say(Say)
    case menu(Menu)
    case collect(Collect)
    case set(SetValues)
    case condition(Condition)
    case queue(Queue)
    case transfer(Transfer)
    case calendar(OpeningHours)
    case list(List)
    case subFlow(SubFlow)
    case record(Record)
    case voicemail(Record)
    case survey(Survey)
    case callback(Callback)
    case request(Request)
    case lookup(Lookup)
    case calledBefore(CalledBefore)
    case fax(Fax)
    case conference(Conference)
    case script(Script)
    case recognize(Recognize)
    /// Back to the flow that led here; in a flow of its own the call is hung up.
    case `return`
    case hangUp

    /// Plays prompts, then goes on.
    struct Play: Codable, Sendable, Equatable {
        var prompts: [FlowPrompt]
        /// Whether a key ends it; the key counts for the menu that follows. Default true.
        var interruptible: Bool?
        var next: String
    }

    /// Speaks a text, then goes on.
    struct Say: Codable, Sendable, Equatable {
        var text: String
        var language: String?
        var interruptible: Bool?
        var next: String
    }

    /// Waits for one key that leads somewhere.
    struct Menu: Codable, Sendable, Equatable {
        var prompts: [FlowPrompt]
        /// Node by key, `0-9*#`.
        var keys: [String: String]
        /// Holds the key.
        var attribute: String?
        /// Heard before the prompts after a wrong key or none.
        var invalidPrompts: [FlowPrompt]?
        /// How long to wait for a key after the prompts. Default 5.
        var timeoutSeconds: Int?
        /// How often the prompts are repeated. Default 2.
        var retries: Int?
        /// Where to after the last try; the call is hung up if there is none.
        var onFailed: String?
    }

    /// Collects several keys into an attribute.
    struct Collect: Codable, Sendable, Equatable {
        var prompts: [FlowPrompt]
        var attribute: String
        /// Default 1.
        var minimumDigits: Int?
        var maximumDigits: Int
        /// Ends the input and is not part of it. Default `#`.
        var endKey: String?
        var check: Check?
        /// Whether it is said again, for the caller to confirm with 1 or to change with 2.
        var confirm: Bool?
        var invalidPrompts: [FlowPrompt]?
        var timeoutSeconds: Int?
        var retries: Int?
        var next: String
        var onFailed: String?
    }

    /// Sets attributes; `{name}` in a value stands for that attribute.
    struct SetValues: Codable, Sendable, Equatable {
        var values: [String: String]
        var next: String
    }

    /// Goes one of two ways.
    struct Condition: Codable, Sendable, Equatable {
        enum Test: String, Codable, Sendable, CaseIterable {
            case equals, differs, exists, missing, beginsWith, contains, oneOf, lessThan, moreThan
        }

        /// Its name, or `caller` and `called` for the numbers.
        var attribute: String?
        var test: Test?
        /// Instead of attribute and test: see ``FlowExpression``.
        var expression: String?
        var value: String?
        /// For `oneOf`.
        var values: [String]?
        var then: String
        var `else`: String
    }

    /// Puts the caller in line. From here an agent takes over.
    struct Queue: Codable, Sendable, Equatable {
        var queue: String
        /// Holds the id of the queue instead, as `earlierQueue`; `queue` if it holds none.
        var queueAttribute: String?
        /// 0 to 1000, higher first. Default 100.
        var priority: Int?
        var skills: [String]?
        /// The id of the agent whom the caller is to have, as in `{owner}`, for `agentSeconds` (20 if not given); then any.
        var agent: String?
        var agentSeconds: Int?
        /// Heard while waiting. Default hold music.
        var music: [FlowPrompt]?
        /// Heard between the music, at the beginning and every `announceEverySeconds`.
        var announcement: [FlowPrompt]?
        var announceEverySeconds: Int?
        /// How long the caller waits at most, if `onTimeout` is given.
        var timeoutSeconds: Int?
        var onTimeout: String?
        /// Where to if nobody is signed in to the queue, or it takes no more callers.
        var onNoAgents: String?
        /// Node by key: where the caller goes who presses it while he waits, as to a `callback` that keeps his place.
        var keys: [String: String]?
        /// What he hears when an agent has answered and before they talk (服务报号), with `{agentNumber}`, `{agentName}` and
        /// `{agent}`; without it what the tenant's desk settings say. None: nothing.
        var agentAnnouncement: [FlowPrompt]?
        /// Where he goes when the agent hangs up, as to a `survey`; without it to the flow of the tenant's desk settings, if
        /// they name one.
        var afterTalk: String?
    }

    /// Goes one of two ways: whether a number is in one of the tenant's lists.
    struct List: Codable, Sendable, Equatable {
        var list: String
        /// Holds the number; `caller` if there is none.
        var attribute: String?
        var then: String
        var `else`: String
    }

    /// Goes through another flow, and on from its `return`.
    struct SubFlow: Codable, Sendable, Equatable {
        var flow: String
        var next: String
        /// Where to if the flow is not there, or lies too deep; the call is hung up if there is none.
        var onFailed: String?
    }

    /// Connects the caller with a number outside.
    struct Transfer: Codable, Sendable, Equatable {
        static let mostNumbers = 10

        var number: String?
        /// Instead of one number: several, tried in turn until one answers.
        var numbers: [String]?
        /// Number shown; the access number if there is none.
        var from: String?
        /// Default 30.
        var ringSeconds: Int?
        /// Where to if none is answered; the call is hung up if there is none.
        var onFailed: String?

        var inTurn: [String] { Array(((number.map { [$0] } ?? []) + (numbers ?? [])).prefix(Self.mostNumbers)) }
    }

    /// Where it may lead, with the name of the field that says so.
    var targets: [(field: String, node: String)] {
        func some(_ field: String, _ node: String?) -> [(field: String, node: String)] {
            node.map { [(field, $0)] } ?? []
        }
        func keyed(_ field: String, _ nodes: [String: String]?) -> [(field: String, node: String)] {
            (nodes ?? [:]).sorted { $0.key < $1.key }.map { ("\(field).\($0.key)", $0.value) }
        }
        return switch self {
        case .play(let node): [("next", node.next)]
        case .say(let node): [("next", node.next)]
        case .menu(let node):
            keyed("keys", node.keys) + some("onFailed", node.onFailed)
        case .collect(let node): [("next", node.next)] + some("onFailed", node.onFailed)
        case .set(let node): [("next", node.next)]
        case .condition(let node): [("then", node.then), ("else", node.else)]
        case .queue(let node):
            some("onTimeout", node.onTimeout) + some("onNoAgents", node.onNoAgents) + keyed("keys", node.keys)
                + some("afterTalk", node.afterTalk)
        case .transfer(let node): some("onFailed", node.onFailed)
        case .calendar(let node):
            [("open", node.open), ("closed", node.closed)] + some("holiday", node.holiday)
        case .list(let node): [("then", node.then), ("else", node.else)]
        case .subFlow(let node): [("next", node.next)] + some("onFailed", node.onFailed)
        case .record(let node), .voicemail(let node): [("next", node.next)] + some("onFailed", node.onFailed)
        case .survey(let node): [("next", node.next)] + some("onFailed", node.onFailed)
        case .callback(let node): [("next", node.next)] + some("onFailed", node.onFailed)
        case .request(let node):
            [("next", node.next)] + keyed("onStatus", node.onStatus) + some("onFailed", node.onFailed)
        case .lookup(let node):
            [("next", node.next)] + some("onMissing", node.onMissing) + some("onFailed", node.onFailed)
        case .calledBefore(let node): [("then", node.then), ("else", node.else)]
        case .recognize(let node):
            keyed("phrases", node.phrases) + keyed("keys", node.keys) + some("next", node.next)
                + some("onNothing", node.onNothing) + some("onFailed", node.onFailed)
        case .fax(let node): [("next", node.next)] + some("onFailed", node.onFailed)
        case .conference(let node): [("next", node.next)] + some("onFailed", node.onFailed)
        case .script(let node):
            [("next", node.next)] + keyed("exits", node.exits) + some("onFailed", node.onFailed)
        case .return, .hangUp: []
        }
    }

    /// Whether the flow may come to its end here.
    var isExit: Bool {
        switch self {
        // A program may hang up.
        case .queue, .transfer, .script, .return, .hangUp: true
        default: false
        }
    }

    /// Whether it waits for the caller; a circle of nodes that do not would never come to rest.
    var waits: Bool {
        switch self {
        case .set, .condition, .calendar, .list, .subFlow, .callback, .request, .lookup, .calledBefore, .script: false
        default: true
        }
    }
}
