import Contracts

/// Decides again from what was recorded, and says whether the same comes out. Pure.
enum DecisionReplay {
    enum Verdict: String, Codable, Sendable, CaseIterable {
        case same, other
        /// Not all who were looked at were recorded, or none was chosen among: an agent became free, and took the first call.
        case notReplayable
    }

    /// What came of deciding again.
    struct Result: Codable, Sendable, Equatable {
        let offer: Int
        let rule: String
        /// Who was chosen then, and now.
        let agentID: AgentID
        let replayedAgentID: AgentID?
        let verdict: Verdict
    }

    static func replay(_ decided: RoutingDecided) -> Result {
        let chosen = choose(decided)
        let verdict: Verdict = chosen.map { $0 == decided.agentID ? .same : .other } ?? .notReplayable
        return Result(
            offer: decided.offer, rule: decided.rule, agentID: decided.agentID, replayedAgentID: chosen,
            verdict: verdict)
    }

    private static func choose(_ decided: RoutingDecided) -> AgentID? {
        guard decided.candidates.count < AgentSelection.shown else { return nil }
        let call = WaitingCall(
            tenant: TenantID(rawValue: ""), callID: decided.callID, queueID: decided.queueID, priority: 0,
            enqueuedAt: Timestamp(microseconds: 0), skills: [])
        var routed = RoutedCall(call, line: 0, at: Timestamp(microseconds: 0))
        routed.offersMade = decided.offer - 1
        switch decided.rule {
        case AgentSelection.Rule.firstInLine.word: return nil
        case AgentSelection.Rule.wantedAgent.word:
            routed.wanted = WantedSeat(
                agentID: decided.agentID, until: Timestamp(microseconds: 0), reason: decided.rule)
            return AgentSelection.choose(for: routed, among: line(decided, .longestIdle, only: decided.agentID))?.agent
                .agentID
        case AgentSelection.Rule.lastResort.word:
            routed.refusedBy = Set(decided.candidates.map(\.agentID))
            routed.isLastResortOpen = true
            return AgentSelection.choose(for: routed, among: line(decided, strategy(decided)))?.agent.agentID
        default:
            guard let strategy = AgentStrategy(rawValue: decided.rule) else { return nil }
            // Of a draw that was recorded, the seed is made anew as well.
            if let seed = decided.seed, seed != Draw.seed(decided.callID, offer: decided.offer) { return nil }
            routed.isLastResortOpen = false
            routed.refusedBy = Set(
                decided.candidates.filter { $0.passedOver == AgentSelection.refusedBefore }.map(\.agentID))
            return AgentSelection.choose(for: routed, among: line(decided, strategy))?.agent.agentID
        }
    }

    /// Whoever was compared by something had a strategy that compares; which one makes no difference to the order.
    private static func strategy(_ decided: RoutingDecided) -> AgentStrategy {
        decided.candidates.contains { $0.measure != nil } ? .fewestCalls : .longestIdle
    }

    /// The ready agents with the skills, as they were counted.
    private static func line(_ decided: RoutingDecided, _ strategy: AgentStrategy, only: AgentID? = nil) -> Line {
        var ranking = AgentRanking()
        ranking.strategy = strategy
        var line = Line(queueID: decided.queueID, skills: [], ranking: ranking, only: only)
        for candidate in decided.candidates
        where only.map({ $0 == candidate.agentID }) ?? true
            && candidate.passedOver?.hasPrefix(AgentSelection.lacking) != true
        {
            let unlisted: Int64 = strategy == .fixedOrder ? .max : 0
            line.ready.insert(
                IdleAgent(
                    rank: candidate.measure ?? unlisted, since: candidate.idleSince, agentID: candidate.agentID))
        }
        return line
    }
}
