import Contracts

/// One step of a flow.
enum FlowNode: Codable, Sendable, Equatable {
    case play(Play)
    case say(Say)
    case menu(Menu)
    case collect(Collect)
    case set(SetValues)
    case condition(Condition)
    case queue(Queue)
    case transfer(Transfer)
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
        var attribute: String
        var test: Test
        var value: String?
        /// For `oneOf`.
        var values: [String]?
        var then: String
        var `else`: String
    }

    /// Puts the caller in line. From here an agent takes over.
    struct Queue: Codable, Sendable, Equatable {
        var queue: String
        /// 0 to 1000, higher first. Default 100.
        var priority: Int?
        var skills: [String]?
        /// Heard while waiting. Default hold music.
        var music: [FlowPrompt]?
        /// Heard between the music, at the beginning and every `announceEverySeconds`.
        var announcement: [FlowPrompt]?
        var announceEverySeconds: Int?
        /// How long the caller waits at most, if `onTimeout` is given.
        var timeoutSeconds: Int?
        var onTimeout: String?
        /// Where to if nobody is signed in to the queue.
        var onNoAgents: String?
    }

    /// Connects the caller with a number outside.
    struct Transfer: Codable, Sendable, Equatable {
        var number: String
        /// Number shown; the access number if there is none.
        var from: String?
        /// Default 30.
        var ringSeconds: Int?
        /// Where to if it is not answered; the call is hung up if there is none.
        var onFailed: String?
    }

    private enum CodingKeys: String, CodingKey { case type }

    enum Kind: String, Codable, CaseIterable {
        case play, say, menu, collect, set, condition, queue, transfer, hangUp
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let word = try container.decode(String.self, forKey: .type)
        guard let kind = Kind(rawValue: word) else {
            let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container, debugDescription: "a node is one of \(known), not “\(word)”.")
        }
        self =
            switch kind {
            case .play: .play(try Play(from: decoder))
            case .say: .say(try Say(from: decoder))
            case .menu: .menu(try Menu(from: decoder))
            case .collect: .collect(try Collect(from: decoder))
            case .set: .set(try SetValues(from: decoder))
            case .condition: .condition(try Condition(from: decoder))
            case .queue: .queue(try Queue(from: decoder))
            case .transfer: .transfer(try Transfer(from: decoder))
            case .hangUp: .hangUp
            }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .type)
        switch self {
        case .play(let node): try node.encode(to: encoder)
        case .say(let node): try node.encode(to: encoder)
        case .menu(let node): try node.encode(to: encoder)
        case .collect(let node): try node.encode(to: encoder)
        case .set(let node): try node.encode(to: encoder)
        case .condition(let node): try node.encode(to: encoder)
        case .queue(let node): try node.encode(to: encoder)
        case .transfer(let node): try node.encode(to: encoder)
        case .hangUp: break
        }
    }

    private var kind: Kind {
        switch self {
        case .play: .play
        case .say: .say
        case .menu: .menu
        case .collect: .collect
        case .set: .set
        case .condition: .condition
        case .queue: .queue
        case .transfer: .transfer
        case .hangUp: .hangUp
        }
    }

    /// Where it may lead, with the name of the field that says so.
    var targets: [(field: String, node: String)] {
        func some(_ field: String, _ node: String?) -> [(field: String, node: String)] {
            node.map { [(field, $0)] } ?? []
        }
        return switch self {
        case .play(let node): [("next", node.next)]
        case .say(let node): [("next", node.next)]
        case .menu(let node):
            node.keys.sorted { $0.key < $1.key }.map { ("keys.\($0.key)", $0.value) } + some("onFailed", node.onFailed)
        case .collect(let node): [("next", node.next)] + some("onFailed", node.onFailed)
        case .set(let node): [("next", node.next)]
        case .condition(let node): [("then", node.then), ("else", node.else)]
        case .queue(let node): some("onTimeout", node.onTimeout) + some("onNoAgents", node.onNoAgents)
        case .transfer(let node): some("onFailed", node.onFailed)
        case .hangUp: []
        }
    }

    /// Whether the flow may come to its end here.
    var isExit: Bool {
        switch self {
        case .queue, .transfer, .hangUp: true
        default: false
        }
    }

    /// Whether it waits for something; a circle of nodes that do not would never come to rest.
    var waits: Bool {
        switch self {
        case .set, .condition: false
        default: true
        }
    }
}
