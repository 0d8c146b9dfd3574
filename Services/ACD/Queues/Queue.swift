import Contracts
import ServiceKit

/// A line that callers wait in, as a supervisor set it up.
struct Queue: Codable, Sendable, Equatable {
    let id: QueueID
    var name: String
    /// How long an agent's telephone rings before the call goes to the next agent.
    var ringSeconds = 15
    var afterCallWorkSeconds = 30
    /// An agent needs all of them to get a call of this queue.
    var requiredSkills: [String] = []
    /// What is asked for less, the longer a caller waits; by `afterSeconds`.
    var widening: [WideningStep] = []
    var strategy = AgentStrategy.longestIdle
    /// Who comes first, second, … with `fixedOrder`.
    var agentOrder: [AgentID] = []
    /// When a caller is told his place first.
    var announcePositionAfter = 10
    /// How often he is told again; 0 for never at all.
    var announcePositionEvery = 0
    /// Whether he is told with it how long he will wait.
    var announceEstimate = false
    var overflow = OverflowRules()
    /// Whether he hears a ring-back tone instead of music while an agent's telephone rings.
    var ringBack = false
    var priority = PriorityRules()
    /// Whom a caller is to have because the two know each other; the first who can be had.
    var preferredAgents: [PreferredAgentRule] = []
    /// What is done for those who gave up, or want to be called back.
    var callbacks = CallbackRules()
    /// How it is counted whether callers are answered soon enough.
    var serviceLevel = ServiceLevelRule()
    /// How many agents ring for one call at once; the first who answers has it.
    var ringsAtOnce = 1
}

/// A queue and the agents who work in it.
struct StaffedQueue: Sendable, Equatable {
    var queue: Queue
    var members: Set<AgentID>
    /// When those work in it who do not always.
    var hours: [AgentID: MemberHours] = [:]
}

/// What is asked for when a queue is made or changed; what is left out stays, or is as usual.
struct QueueWish: Codable, Sendable, Equatable {
    /// Only when a queue is made; one is made up if it is left out.
    var id: QueueID?
    var name: String?
    var ringSeconds: Int?
    var afterCallWorkSeconds: Int?
    var requiredSkills: [String]?
    var widening: [WideningStep]?
    var strategy: AgentStrategy?
    var agentOrder: [AgentID]?
    var announcePositionAfter: Int?
    var announcePositionEvery: Int?
    var announceEstimate: Bool?
    /// Replaces all rules of before.
    var overflow: OverflowRules?
    var ringBack: Bool?
    /// Replaces all rules of before.
    var priority: PriorityRules?
    /// Replaces all rules of before; in the order in which they count.
    var preferredAgents: [PreferredAgentRule]?
    /// Replaces all rules of before.
    var callbacks: CallbackRules?
    /// Replaces the rule of before.
    var serviceLevel: ServiceLevelRule?
    var ringsAtOnce: Int?

    /// - Throws: `Failure.invalid` with the sentence that says what is allowed.
    func checked() throws -> QueueWish {
        if let id, !QueueID.isAcceptable(id.rawValue) {
            throw Failure(
                .invalid, "A queue's id is 1 to 128 letters, digits or . _ : @ + * - /.", code: "queueIDInvalid")
        }
        if let name, !name.isName(1...100) {
            throw Failure(.invalid, "A queue's name has 1 to 100 letters.", code: "queueNameInvalid")
        }
        try Self.check(ringSeconds, 3...300, "ringSeconds")
        try Self.check(afterCallWorkSeconds, 0...3600, "afterCallWorkSeconds")
        try Self.check(ringsAtOnce, 1...10, "ringsAtOnce")
        try Self.check(announcePositionAfter, 0...3600, "announcePositionAfter")
        if announcePositionEvery != 0 { try Self.check(announcePositionEvery, 10...3600, "announcePositionEvery") }
        if let agentOrder {
            let isListOfAgents = agentOrder.allSatisfy { AgentID.isAcceptable($0.rawValue) }
            guard agentOrder.count <= 5000, isListOfAgents, Set(agentOrder).count == agentOrder.count else {
                throw Failure(.invalid, "agentOrder lists at most 5000 agents, each once.", code: "agentOrderInvalid")
            }
        }
        var wish = self
        wish.requiredSkills = try requiredSkills.map { try Skills.checked($0) }
        wish.overflow = try overflow?.checked()
        wish.priority = try priority?.checked()
        wish.serviceLevel = try serviceLevel?.checked()
        wish.callbacks = try callbacks?.checked()
        wish.preferredAgents = try preferredAgents.map(PreferredAgentRule.checked)
        wish.widening = try widening.map(Self.checked)
        return wish
    }

    /// A queue made of the wish, over what was there before.
    func applied(to queue: Queue) -> Queue {
        var queue = queue
        queue.name = name ?? queue.name
        queue.ringSeconds = ringSeconds ?? queue.ringSeconds
        queue.afterCallWorkSeconds = afterCallWorkSeconds ?? queue.afterCallWorkSeconds
        queue.requiredSkills = requiredSkills ?? queue.requiredSkills
        queue.announceEstimate = announceEstimate ?? queue.announceEstimate
        queue.overflow = overflow ?? queue.overflow
        queue.ringBack = ringBack ?? queue.ringBack
        queue.priority = priority ?? queue.priority
        queue.ringsAtOnce = ringsAtOnce ?? queue.ringsAtOnce
        queue.serviceLevel = serviceLevel ?? queue.serviceLevel
        queue.callbacks = callbacks ?? queue.callbacks
        queue.preferredAgents = preferredAgents ?? queue.preferredAgents
        queue.widening = widening ?? queue.widening
        queue.strategy = strategy ?? queue.strategy
        queue.agentOrder = agentOrder ?? queue.agentOrder
        queue.announcePositionAfter = announcePositionAfter ?? queue.announcePositionAfter
        queue.announcePositionEvery = announcePositionEvery ?? queue.announcePositionEvery
        return queue
    }

    private static func checked(_ steps: [WideningStep]) throws -> [WideningStep] {
        guard steps.count <= Widening.most, Set(steps.map(\.afterSeconds)).count == steps.count else {
            throw Failure(
                .invalid, "widening has at most \(Widening.most) steps, each at a time of its own.",
                code: "wideningInvalid")
        }
        for step in steps { try check(step.afterSeconds, 1...86_400, "afterSeconds") }
        return try steps.sorted { $0.afterSeconds < $1.afterSeconds }.map { step in
            let skills = try Skills.checked(step.skills, levels: 0...9)
            guard skills.allSatisfy({ Skill($0).level != nil }) else {
                throw Failure(
                    .invalid, "A step of widening says to which level: english:2, or english:0 for not at all.",
                    code: "wideningInvalid")
            }
            return WideningStep(afterSeconds: step.afterSeconds, skills: skills)
        }
    }

    private static func check(_ value: Int?, _ range: ClosedRange<Int>, _ name: String) throws {
        guard let value, !range.contains(value) else { return }
        throw Failure(.invalid, "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound).")
    }
}

/// Skills are words of the tenant's own, with or without a level.
enum Skills {
    static let most = 64

    /// Each once, in order.
    /// - Throws: `Failure.invalid`
    static func checked(_ skills: [String], levels: ClosedRange<Int> = 1...9) throws -> [String] {
        guard skills.count <= most, skills.allSatisfy({ $0.isName(1...64) }) else {
            throw Failure(.invalid, "At most \(most) skills, each of 1 to 64 letters.", code: "skillsInvalid")
        }
        guard skills.allSatisfy({ levels.contains(Skill($0).level ?? levels.upperBound) }) else {
            throw Failure(
                .invalid, "A skill's level is from \(levels.lowerBound) to \(levels.upperBound), as in english:3.",
                code: "skillsInvalid")
        }
        return Set(skills).sorted()
    }
}
