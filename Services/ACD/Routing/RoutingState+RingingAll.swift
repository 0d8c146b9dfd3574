import Contracts

/// Several agents ring for one call at once, where a queue says so (全部振铃). The first of them holds the call's place out of
/// line; if he does not take it, the next of those who ring does. Whoever answers first has the call: that, cti decides.
extension RoutingState {
    /// After a call was offered: as many more as its queue lets ring, by its strategy.
    mutating func ringBeside(_ id: CallID, at now: Timestamp) -> [Action] {
        var actions: [Action] = []
        while let call = calls[id], call.mayRingBeside(mostRinging(for: call)), lines.indices.contains(call.line),
            let agent = lines[call.line].ready.first(where: { !call.refusedBy.contains($0.agentID) })
        {
            actions += offerBeside(call, to: agent, at: now)
        }
        return actions
    }

    /// An agent who became ready and for whom nobody waits rings for a call that rings at too few.
    mutating func joinRinging(_ id: AgentID, _ agent: RoutedAgent, at now: Timestamp) -> [Action] {
        ringing = ringing.filter { calls[$0]?.offer != nil }
        let found = ringing.compactMap { calls[$0] }.filter { call in
            agent.lines.contains(call.line) && !call.refusedBy.contains(id)
                && call.mayRingBeside(mostRinging(for: call))
        }
        guard let call = found.min(by: { $0.place < $1.place }), lines.indices.contains(call.line) else { return [] }
        let rank = lines[call.line].ranking.rank(of: id, agent.work)
        return offerBeside(call, to: IdleAgent(rank: rank, since: agent.idleSince, agentID: id), at: now)
    }

    private func mostRinging(for call: RoutedCall) -> Int { queues[call.call.queueID]?.settings.ringsAtOnce ?? 1 }

    private mutating func offerBeside(_ call: RoutedCall, to agent: IdleAgent, at now: Timestamp) -> [Action] {
        let settings = queues[call.call.queueID]?.settings ?? Queue(id: call.call.queueID, name: "")
        let offer = Offer(callID: call.call.callID, agentID: agent.agentID, number: call.offersMade + 1)
        let decision = decision(offer, for: call, choice: .init(agent: agent, rule: .ringsToo), at: now)
        calls[offer.callID]?.rivals.append(offer)
        calls[offer.callID]?.offersMade = offer.number
        calls[offer.callID]?.changedAt = now
        book(offer, at: now)
        let ring = Duration.seconds(settings.ringSeconds) + Self.offerGrace
        deadlines.add(.offerExpired(offer), at: now.adding(ring))
        return [.offer(offer, in: settings), .record(decision)]
    }

    /// Takes the agent out of the ready ones.
    mutating func book(_ offer: Offer, at now: Timestamp) {
        agents[offer.agentID, default: RoutedAgent()].offer = offer
        agents[offer.agentID]?.isReportUsed = true
        agents[offer.agentID]?.offered = offer.callID
        agents[offer.agentID]?.changedAt = now
        recount(offer.agentID)
    }

    // MARK: - What becomes of them

    /// The call for which this agent rings beside another.
    func ringsBeside(_ offer: Offer) -> RoutedCall? {
        calls[offer.callID].flatMap { $0.rivals.contains(offer) ? $0 : nil }
    }

    /// One of several does not ring any more; the others do.
    /// - Parameter refused: whether he was asked in vain.
    mutating func rivalGone(_ offer: Offer, refused: Bool, at now: Timestamp) -> [Action] {
        calls[offer.callID]?.rivals.removeAll { $0 == offer }
        return leftRinging(offer, refused: refused, at: now)
    }

    /// The first of several does not ring any more: the next holds the call's place.
    mutating func nextLeads(_ call: RoutedCall, refused: Bool, at now: Timestamp) -> [Action] {
        guard let offer = call.offer, let next = call.rivals.first else { return [] }
        calls[offer.callID]?.offer = next
        calls[offer.callID]?.rivals.removeFirst()
        return leftRinging(offer, refused: refused, at: now)
    }

    /// If he did not take it, the next best rings instead of him.
    private mutating func leftRinging(_ offer: Offer, refused: Bool, at now: Timestamp) -> [Action] {
        calls[offer.callID]?.changedAt = now
        guard refused else { return release(offer.agentID, at: now) }
        note(refusal: offer, at: now)
        return release(offer.agentID, at: now) + ringBeside(offer.callID, at: now)
    }

    private mutating func note(refusal offer: Offer, at now: Timestamp) {
        guard let call = calls[offer.callID] else { return }
        calls[offer.callID]?.refusedBy.insert(offer.agentID)
        calls[offer.callID]?.isLastResortOpen = false
        agents[offer.agentID]?.work.passed(at: now)
        deadlines.add(
            .lastResort(offer.callID, offersMade: call.offersMade), at: now.adding(Self.lastResortAfter))
    }

    /// The call is gone or answered: whoever rang for it is free.
    mutating func releaseAll(of call: RoutedCall, at now: Timestamp) -> [Action] {
        let offers = (call.offer.map { [$0] } ?? []) + call.rivals
        // All first, so that none of them is found while another still counts as ringing.
        for offer in offers { agents[offer.agentID]?.offer = nil }
        return offers.flatMap { release($0.agentID, at: now) }
    }
}

extension RoutedCall {
    /// Whether one more may ring for it.
    func mayRingBeside(_ most: Int) -> Bool {
        most > 1 && !ringsAlone && offer != nil && wanted == nil && callback == nil && rivals.count + 1 < most
    }
}
