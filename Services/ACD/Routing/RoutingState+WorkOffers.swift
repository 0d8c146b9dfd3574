import Contracts

/// What becomes of offers of work. What is decided here holds once it is stored.
extension RoutingState {
    /// Notes a decision that is to be stored.
    mutating func decide(_ id: WorkID, _ kind: WorkDecision.Kind) -> Action {
        work.items[id]?.unstored += 1
        return .workDecided(WorkDecision(workID: id, kind: kind))
    }

    mutating func offer(_ waiting: RoutedWork, to choice: AgentSelection.Choice, at now: Timestamp) -> [Action] {
        let id = waiting.item.id
        let agentID = choice.agent.agentID
        let seconds = queues[waiting.item.queueID]?.settings.ringSeconds ?? 15
        let until = now.adding(.seconds(seconds))
        let number = waiting.item.offers + 1
        chargeIdle(agentID, for: waiting.item.medium, at: now)
        work.leaveLine(id)
        work.items[id]?.item.state = .offered
        work.items[id]?.item.agentID = agentID
        work.items[id]?.item.offers = number
        work.items[id]?.item.offeredUntil = until
        work.hold(id, by: agentID)
        agents[agentID]?.work.passed(at: now)
        deadlines.add(.workOfferExpired(id, number: number), at: until.adding(Self.offerGrace))
        let decided = decide(id, .offered(agentID, number: number, until: until))
        let record = record(waiting, choice, number, at: now)
        let settled = settleLoad(of: agentID, at: now)
        recount(agentID)
        return [decided, .record(record)] + settled
    }

    /// Why he, and why not the others who work in the queue.
    private func record(
        _ waiting: RoutedWork, _ choice: AgentSelection.Choice, _ number: Int, at now: Timestamp
    ) -> RoutingDecided {
        let queue = queues[waiting.item.queueID]
        let others = (queue?.members ?? []).subtracting([choice.agent.agentID]).sorted()
            .prefix(AgentSelection.shown * 4)
        let passedOver = others.compactMap { id -> RoutingDecided.Candidate? in
            guard let agent = agents[id], agent.status != .signedOut, agent.status != .paused else { return nil }
            return RoutingDecided.Candidate(
                agentID: id, idleSince: agent.idleSince, measure: nil,
                passedOver: reason(against: id, agent, waiting.item, choice, queue))
        }
        let chosen = RoutingDecided.Candidate(
            agentID: choice.agent.agentID, idleSince: choice.agent.since, measure: nil, passedOver: nil)
        return RoutingDecided(
            callID: RoutedWork.callID(waiting.item.id), queueID: waiting.item.queueID, agentID: choice.agent.agentID,
            offer: number, rule: choice.rule.word, seed: choice.seed, widened: 0, overflowQueueID: nil,
            overflowReason: nil, waitedMicroseconds: now.microseconds(since: waiting.item.enteredAt),
            candidates: [chosen] + passedOver.prefix(AgentSelection.shown - 1))
    }

    private func reason(
        against id: AgentID, _ agent: RoutedAgent, _ item: WorkItem, _ choice: AgentSelection.Choice,
        _ queue: LinedQueue?
    ) -> String {
        let needed = Set(item.skills).union(queue?.settings.requiredSkills ?? [])
        let missing = needed.subtracting(agent.can).sorted()
        if !missing.isEmpty { return AgentSelection.lacking + missing.joined(separator: ", ") }
        if item.refusedBy.contains(id) { return AgentSelection.refusedBefore }
        guard fits(item.medium, id, agent) else { return "has no room for \(item.medium.rawValue)" }
        guard let ranking = queue?.ranking else { return "idle for less time" }
        let rank = ranking.rank(of: id, agent.work)
        return ranking.reasonAgainst(
            IdleAgent(rank: rank, since: agent.idleSince, agentID: id), chosen: choice.agent)
    }

    /// He did not say in time whether he takes it.
    mutating func workOfferExpired(_ id: WorkID, number: Int, at now: Timestamp) -> [Action] {
        guard let offered = work.items[id], offered.item.state == .offered, offered.item.offers == number,
            let agent = offered.item.agentID
        else { return [] }
        let ended = endWorkOffer(offered, .noAnswer, isRefusal: true, at: now)
        return ended + settleLoad(of: agent, at: now) + findCall(for: agent, at: now) + findAgent(forWork: id, at: now)
    }

    mutating func workLastResort(_ id: WorkID, offersMade: Int, at now: Timestamp) -> [Action] {
        guard work.items[id]?.item.offers == offersMade else { return [] }
        work.items[id]?.isLastResortOpen = true
        return findAgent(forWork: id, at: now)
    }

    /// Back in line at its old place. Nobody is looked for: the caller does that.
    mutating func endWorkOffer(
        _ offered: RoutedWork, _ outcome: OfferOutcome, isRefusal: Bool, at now: Timestamp
    ) -> [Action] {
        let id = offered.item.id
        guard let agent = offered.item.agentID else { return [] }
        work.letGo(id, by: agent)
        work.items[id]?.item.state = .waiting
        work.items[id]?.item.agentID = nil
        work.items[id]?.item.offeredUntil = nil
        if isRefusal {
            if !offered.item.refusedBy.contains(agent) { work.items[id]?.item.refusedBy.append(agent) }
            work.items[id]?.isLastResortOpen = false
            deadlines.add(
                .workLastResort(id, offersMade: offered.item.offers), at: now.adding(Self.lastResortAfter))
        }
        work.standInLine(id)
        return [
            decide(id, .offerEnded(agent, number: offered.item.offers, outcome, isRefusal: isRefusal))
        ]
    }

    /// The agent is gone: what he had, and what he was asked, waits for others at its old place.
    mutating func giveBack(_ held: RoutedWork, at now: Timestamp) -> [Action] {
        let id = held.item.id
        guard let agent = held.item.agentID else { return [] }
        if held.item.state == .offered {
            return endWorkOffer(held, .agentGone, isRefusal: false, at: now) + findAgent(forWork: id, at: now)
        }
        work.letGo(id, by: agent)
        work.items[id]?.item.state = .waiting
        work.items[id]?.item.agentID = nil
        work.items[id]?.item.acceptedAt = nil
        work.standInLine(id)
        return [decide(id, .givenBack(agent))] + findAgent(forWork: id, at: now)
    }
}
