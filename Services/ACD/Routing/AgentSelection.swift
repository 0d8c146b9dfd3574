import Contracts

/// Who of the ready and skilled gets the call: the first by the queue's strategy who has not refused it, else the first.
enum AgentSelection {
    /// The choice, and by which rule.
    struct Choice: Equatable {
        let agent: IdleAgent
        let rule: Rule
        /// What the draw was made of, if there was one.
        var seed: Int64?
    }

    /// Why a call went to an agent.
    enum Rule: Equatable, Sendable {
        /// A call came, and of the ready agents he came first.
        case strategy(AgentStrategy)
        /// An agent became ready, and of the calls he may take it came first.
        case firstInLine
        /// The caller waited for him alone.
        case wantedAgent
        /// Everybody who is ready refused the call before.
        case lastResort
        /// The queue lets several ring, and he is one of them.
        case ringsToo

        /// In one word, as decisions show it.
        var word: String {
            switch self {
            case .strategy(let strategy): strategy.rawValue
            case .firstInLine: "firstInLine"
            case .wantedAgent: "wantedAgent"
            case .lastResort: "lastResort"
            case .ringsToo: "ringsToo"
            }
        }
    }

    /// How many candidates a record shows at most.
    static let shown = 20
    /// Why not he, in words that a replay reads again.
    static let lacking = "lacks "
    static let refusedBefore = "did not take this call before"

    static func choose(for call: RoutedCall, among line: Line) -> Choice? {
        guard let first = line.ready.first else { return nil }
        if call.isWanting { return Choice(agent: first, rule: .wantedAgent) }
        let strategy = line.ranking.strategy
        guard strategy != .random else { return draw(for: call, among: line.ready) }
        for agent in line.ready where !call.refusedBy.contains(agent.agentID) {
            return Choice(agent: agent, rule: .strategy(strategy))
        }
        return call.isLastResortOpen ? Choice(agent: first, rule: .lastResort) : nil
    }

    private static func draw(for call: RoutedCall, among ready: SortedLine<IdleAgent>) -> Choice? {
        let seed = Draw.seed(call.call.callID, offer: call.offersMade + 1)
        if call.refusedBy.isEmpty {
            let drawn = ready.element(at: Draw.index(seed, of: ready.count))
            return drawn.map { Choice(agent: $0, rule: .strategy(.random), seed: seed) }
        }
        let fresh = ready.filter { !call.refusedBy.contains($0.agentID) }
        if !fresh.isEmpty {
            return Choice(agent: fresh[Draw.index(seed, of: fresh.count)], rule: .strategy(.random), seed: seed)
        }
        guard call.isLastResortOpen else { return nil }
        return ready.first.map { Choice(agent: $0, rule: .lastResort) }
    }

    /// The chosen one first, then the others of the queue by its strategy, each with the reason why not he.
    static func candidates(
        chosen: IdleAgent, for call: RoutedCall, needing skills: Set<String>, among ready: SortedLine<IdleAgent>,
        ranking: AgentRanking, skillsOf: (AgentID) -> Set<String>
    ) -> [RoutingDecided.Candidate] {
        func candidate(_ agent: IdleAgent, _ passedOver: String?) -> RoutingDecided.Candidate {
            .init(
                agentID: agent.agentID, idleSince: agent.since, measure: ranking.measure(agent.rank),
                passedOver: passedOver)
        }
        var found = [candidate(chosen, nil)]
        for agent in ready where agent.agentID != chosen.agentID {
            guard found.count < shown else { break }
            if call.isWanting {
                found.append(candidate(agent, "another is wanted"))
                continue
            }
            let missing = skills.subtracting(skillsOf(agent.agentID)).sorted()
            if !missing.isEmpty {
                found.append(candidate(agent, lacking + missing.joined(separator: ", ")))
            } else if call.refusedBy.contains(agent.agentID) {
                found.append(candidate(agent, refusedBefore))
            } else {
                found.append(candidate(agent, ranking.reasonAgainst(agent, chosen: chosen)))
            }
        }
        return found
    }
}
