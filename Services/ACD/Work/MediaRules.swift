import Contracts

/// How much an agent can do at once, medium by medium, and what may interrupt what: a tenant's.
struct MediaRules: Codable, Sendable, Equatable {
    /// One medium's rule.
    struct Rule: Codable, Sendable, Equatable {
        let medium: Medium
        /// How many units of an agent one item of it takes: 1 to 100.
        let weight: Int
        /// How many an agent has at once: 0 to 50; of voice 0 or 1.
        let most: Int
        /// What takes an agent away from it if both are too much for him. Nothing interrupts a call.
        let interruptedBy: [Medium]
    }

    /// Units of an agent: 1 to 1000.
    var capacity = 100
    var media: [Rule] = []

    /// Where the tenant says nothing: a call takes all of an agent and interrupts what can wait, but no chat.
    static let usual: [Medium: Rule] = [
        .voice: Rule(medium: .voice, weight: 100, most: 1, interruptedBy: []),
        .chat: Rule(medium: .chat, weight: 30, most: 3, interruptedBy: []),
        .sms: Rule(medium: .sms, weight: 20, most: 5, interruptedBy: [.voice]),
        .mail: Rule(medium: .mail, weight: 20, most: 3, interruptedBy: [.voice, .chat]),
        .ticket: Rule(medium: .ticket, weight: 20, most: 3, interruptedBy: [.voice, .chat]),
    ]

    func rule(_ medium: Medium) -> Rule {
        media.first { $0.medium == medium } ?? Self.usual[medium]
            ?? Rule(medium: medium, weight: 100, most: 1, interruptedBy: [])
    }

    /// Every medium, so that who reads them sees what holds.
    var whole: MediaRules { MediaRules(capacity: capacity, media: Medium.allCases.map(rule)) }

    /// - Throws: `Failure.invalid`
    func checked() throws -> MediaRules {
        let isSound = media.allSatisfy { rule in
            (1...100).contains(rule.weight) && (0...(rule.medium == .voice ? 1 : 50)).contains(rule.most)
                && !rule.interruptedBy.contains(rule.medium)
                && (rule.medium != .voice || rule.interruptedBy.isEmpty)
        }
        guard (1...1000).contains(capacity), Set(media.map(\.medium)).count == media.count, isSound else {
            throw Failure(
                .invalid,
                """
                capacity is 1 to 1000; media: each medium once, weight 1 to 100, most 0 to 50 (voice 0 or 1), and \
                interruptedBy other media; nothing interrupts voice.
                """, code: "mediaRulesInvalid")
        }
        return self
    }
}

extension MediaRules {
    private enum CodingKeys: String, CodingKey { case capacity, media }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            capacity: try container.decodeIfPresent(Int.self, forKey: .capacity) ?? 100,
            media: try container.decodeIfPresent([Rule].self, forKey: .media) ?? [])
    }
}

/// How much one agent can do at once, where it is not what his tenant says.
struct AgentCapacity: Codable, Sendable, Equatable {
    /// How many items of a medium: 0 for one he does not do.
    struct Most: Codable, Sendable, Equatable {
        let medium: Medium
        let most: Int
    }

    /// Units: 1 to 1000.
    var capacity: Int?
    var most: [Most] = []

    private enum CodingKeys: String, CodingKey { case capacity, most }

    init(capacity: Int? = nil, most: [Most] = []) {
        self.capacity = capacity
        self.most = most
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        capacity = try container.decodeIfPresent(Int.self, forKey: .capacity)
        most = try container.decodeIfPresent([Most].self, forKey: .most) ?? []
    }

    /// - Throws: `Failure.invalid`
    func checked() throws -> AgentCapacity {
        guard capacity.map({ (1...1000).contains($0) }) ?? true, Set(most.map(\.medium)).count == most.count,
            most.allSatisfy({ (0...($0.medium == .voice ? 1 : 50)).contains($0.most) })
        else {
            throw Failure(
                .invalid, "capacity is 1 to 1000; most: each medium once, 0 to 50 (voice 0 or 1).",
                code: "mediaRulesInvalid")
        }
        return self
    }
}
