import Contracts

/// Who of the ready and skilled gets the call: the longest idle who has not refused it, else the longest idle of all.
enum AgentSelection {
    /// The choice, and by which rule.
    struct Choice: Equatable {
        let agent: IdleAgent
        let rule: Rule
    }

    /// Why a call went to an agent, in one word.
    enum Rule: String, Sendable {
        /// A call came, and of the ready agents he was idle longest.
        case longestIdle
        /// An agent became ready, and of the calls he may take it came first.
        case firstInLine
        /// Everybody who is ready refused the call before.
        case lastResort
    }

    /// How many candidates a record shows at most.
    static let shown = 20

    static func choose(for call: RoutedCall, among ready: SortedLine<IdleAgent>) -> Choice? {
        guard let longest = ready.first else { return nil }
        guard !call.refusedBy.isEmpty else { return Choice(agent: longest, rule: .longestIdle) }
        for agent in ready where !call.refusedBy.contains(agent.agentID) {
            return Choice(agent: agent, rule: .longestIdle)
        }
        return call.isLastResortOpen ? Choice(agent: longest, rule: .lastResort) : nil
    }

    /// The chosen one first, then the longest idle of the queue, each with the reason why not he.
    static func candidates(
        chosen: IdleAgent, for call: RoutedCall, needing skills: Set<String>, among ready: SortedLine<IdleAgent>,
        skillsOf: (AgentID) -> Set<String>
    ) -> [RoutingDecided.Candidate] {
        var found = [RoutingDecided.Candidate(agentID: chosen.agentID, idleSince: chosen.since, passedOver: nil)]
        for agent in ready where agent.agentID != chosen.agentID {
            guard found.count < shown else { break }
            let missing = skills.subtracting(skillsOf(agent.agentID)).sorted()
            let reason =
                if !missing.isEmpty {
                    "lacks " + missing.joined(separator: ", ")
                } else if call.refusedBy.contains(agent.agentID) {
                    "did not take this call before"
                } else {
                    "idle for less time"
                }
            found.append(.init(agentID: agent.agentID, idleSince: agent.since, passedOver: reason))
        }
        return found
    }
}
