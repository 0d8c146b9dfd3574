import Contracts

/// Which agent a caller of a queue is to have, because the two know each other: rules of the queue, the first that names
/// somebody who can be had counts.
struct PreferredAgentRule: Codable, Sendable, Equatable {
    static let most = 6

    /// How the two know each other.
    enum Reason: String, Codable, Sendable, CaseIterable {
        /// The agent marked the customer's case as not resolved.
        case unresolvedCase
        /// He talked with the customer last.
        case lastAgent
        /// The customer is his (归属坐席).
        case owner
        /// He called the customer last, who perhaps did not answer and now calls back (外呼后回电).
        case calledHim
    }

    /// What is done while he is busy or pauses. Who is signed out is never waited for.
    enum WhenBusy: String, Codable, Sendable, CaseIterable {
        /// The caller waits for him so many seconds; with 0 he is asked only if he is ready. Then any agent will do.
        case otherAgent
        /// The same, but his seat is locked (座席预占) for so long: he is told, it is shown, and counted apart.
        case lockSeat
    }

    let by: Reason
    var whenBusy: WhenBusy?
    /// From when the caller was lined up; 20 if it is left out.
    var seconds: Int?
    /// How long ago they may have talked, for `lastAgent` and `calledHim`; 24 if it is left out.
    var withinHours: Int?

    /// The longest that is looked back.
    static let longestHours = 720

    /// - Throws: `Failure.invalid`
    static func checked(_ rules: [PreferredAgentRule]) throws -> [PreferredAgentRule] {
        let isSound = rules.allSatisfy { rule in
            (rule.seconds.map { (0...3600).contains($0) } ?? true)
                && (rule.withinHours.map { (1...longestHours).contains($0) } ?? true)
                && (rule.whenBusy != .lockSeat || rule.seconds != 0)
        }
        guard rules.count <= most, Set(rules.map(\.by)).count == rules.count, isSound else {
            throw Failure(
                .invalid,
                """
                preferredAgents: each reason once, seconds 0 to 3600 (1 to 3600 for lockSeat), withinHours 1 to \
                \(longestHours).
                """)
        }
        return rules
    }
}

/// What is known of a caller when he is lined up: who among the agents knows him.
struct CallerKnowledge: Sendable, Equatable {
    /// An agent and when the two had to do with each other.
    struct Meeting: Sendable, Equatable {
        let agentID: AgentID
        let at: Timestamp
    }

    /// Who keeps an unresolved case of his, the newest case first.
    var cases: [Meeting] = []
    /// With whom he talked, the last first.
    var talks: [Meeting] = []
    /// Who called him, the last first.
    var calls: [Meeting] = []
    var ownerID: AgentID?

    /// How many of each are read.
    static let most = 10
}

/// An agent whom a call is to have, and how long it waits for him.
struct WantedSeat: Sendable, Equatable {
    let agentID: AgentID
    let until: Timestamp
    /// Asked only if he is ready.
    var isOnlyIfReady = false
    var locksSeat = false
    /// `flow` if the flow named him, else how the two know each other.
    let reason: String
}

extension [PreferredAgentRule] {
    /// Whom a call would have, in the order of the rules; first of all whom the flow named.
    func seats(for call: WaitingCall, knowing known: CallerKnowledge) -> [WantedSeat] {
        var seats: [WantedSeat] = []
        if let wants = call.wants {
            seats.append(
                WantedSeat(
                    agentID: wants.agentID, until: call.enqueuedAt.adding(.seconds(wants.seconds)), reason: "flow"))
        }
        for rule in self {
            let seconds = rule.seconds ?? 20
            let until = call.enqueuedAt.adding(.seconds(seconds))
            let locks = rule.whenBusy == .lockSeat
            for agent in rule.agents(for: call, knowing: known) {
                seats.append(
                    WantedSeat(
                        agentID: agent, until: until, isOnlyIfReady: seconds == 0, locksSeat: locks,
                        reason: rule.by.rawValue))
            }
        }
        return seats
    }
}

extension PreferredAgentRule {
    fileprivate func agents(for call: WaitingCall, knowing known: CallerKnowledge) -> [AgentID] {
        switch by {
        case .unresolvedCase: return known.cases.map(\.agentID)
        case .owner: return [call.ownerID ?? known.ownerID].compactMap { $0 }
        case .lastAgent: return lately(known.talks, before: call)
        case .calledHim: return lately(known.calls, before: call)
        }
    }

    private func lately(_ meetings: [CallerKnowledge.Meeting], before call: WaitingCall) -> [AgentID] {
        let window = Int64(withinHours ?? 24) * 3_600_000_000
        return meetings.filter { call.enqueuedAt.microseconds(since: $0.at) <= window }.map(\.agentID)
    }
}
