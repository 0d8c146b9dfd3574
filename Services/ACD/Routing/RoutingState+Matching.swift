import Contracts

/// How calls and agents meet: each input can make one new pair at most, which is found at the heads of the lines.
extension RoutingState {
    /// The best agent for a call that waits.
    mutating func findAgent(for id: CallID, at now: Timestamp) -> [Action] {
        guard isRebuilt, let call = calls[id], call.offer == nil, lines.indices.contains(call.line),
            let choice = AgentSelection.choose(for: call, among: lines[call.line])
        else { return [] }
        return offer(call, to: choice, at: now)
    }

    /// The best call for an agent who may have become ready; without one he is listed as what he is.
    mutating func findCall(for id: AgentID, at now: Timestamp) -> [Action] {
        if isRebuilt, let agent = agents[id], agent.standing == .ready, let call = firstCall(for: id, agent) {
            if !work.isEmpty, let taken = workBefore(call.place, for: id, at: now) {
                return taken + findCall(for: id, at: now)
            }
            let rank = lines[call.line].ranking.rank(of: id, agent.work)
            let chosen = IdleAgent(rank: rank, since: agent.idleSince, agentID: id)
            let rule: AgentSelection.Rule =
                if call.isWanting { .wantedAgent } else if call.refusedBy.contains(id) { .lastResort } else {
                    .firstInLine
                }
            return offer(call, to: .init(agent: chosen, rule: rule), at: now)
        }
        recount(id)
        if isRebuilt, !ringing.isEmpty, let agent = agents[id], agent.standing == .ready {
            let joined = joinRinging(id, agent, at: now)
            if !joined.isEmpty { return joined }
        }
        return work.isEmpty ? [] : findWork(for: id, at: now)
    }

    /// Of all calls in the agent's lines, the first he may be offered.
    func firstCall(for id: AgentID, _ agent: RoutedAgent) -> RoutedCall? {
        var best: Place?
        for index in agent.lines {
            guard let head = lines[index].waiting.first else { continue }
            if let best, best < head { continue }
            guard head.wasRefused else {
                best = head
                continue
            }
            for place in lines[index].waiting {
                if let best, best < place { break }
                guard let call = calls[place.callID], call.mayBeOffered(to: id) else { continue }
                best = place
                break
            }
        }
        return best.flatMap { calls[$0.callID] }
    }

    /// Pairs whoever can be paired, call by call in their order. Needed after changes to many at once.
    mutating func matchAll(at now: Timestamp) -> [Action] {
        guard isRebuilt else { return [] }
        var actions: [Action] = []
        while let (call, choice) = firstPair() { actions += offer(call, to: choice, at: now) }
        return actions
    }

    private func firstPair() -> (RoutedCall, AgentSelection.Choice)? {
        var best: (call: RoutedCall, choice: AgentSelection.Choice)?
        for line in lines where !line.ready.isEmpty && !line.waiting.isEmpty {
            for place in line.waiting {
                if let best, best.call.place < place { break }
                guard let call = calls[place.callID],
                    let choice = AgentSelection.choose(for: call, among: line)
                else { continue }
                best = (call, choice)
                break
            }
        }
        return best.map { ($0.call, $0.choice) }
    }

    private mutating func offer(_ call: RoutedCall, to choice: AgentSelection.Choice, at now: Timestamp) -> [Action] {
        // Its own queue may be gone while another's agents take it.
        let settings = queues[call.call.queueID]?.settings ?? Queue(id: call.call.queueID, name: "")
        let offer = Offer(callID: call.call.callID, agentID: choice.agent.agentID, number: call.offersMade + 1)
        let decision = decision(offer, for: call, choice: choice, at: now)
        reserve(offer, for: call, at: now)
        let ring = Duration.seconds(settings.ringSeconds) + Self.offerGrace
        deadlines.add(.offerExpired(offer), at: now.adding(ring))
        if let callback = call.callback { return [.dialBack(offer, callback, in: settings), .record(decision)] }
        if settings.ringsAtOnce > 1 { ringing.insert(offer.callID) }
        return [.offer(offer, in: settings), .record(decision)] + ringBeside(offer.callID, at: now)
    }

    /// Takes the call out of the line and the agent out of the ready ones.
    mutating func reserve(_ offer: Offer, for call: RoutedCall, at now: Timestamp) {
        leaveLine(call)
        var call = call
        call.offer = offer
        call.isOfferConfirmed = false
        call.offersMade = offer.number
        call.changedAt = now
        calls[offer.callID] = call
        queues[call.servedIn]?.offered += 1
        book(offer, at: now)
    }

    func decision(
        _ offer: Offer, for call: RoutedCall, choice: AgentSelection.Choice, at now: Timestamp
    ) -> RoutingDecided {
        let all = queues[call.servedIn]?.membersLine ?? -1
        let ready = lines.indices.contains(all) ? lines[all].ready : SortedLine()
        let ranking = queues[call.servedIn]?.ranking ?? AgentRanking()
        let skills = lines.indices.contains(call.line) ? lines[call.line].skills : []
        return RoutingDecided(
            callID: offer.callID, queueID: call.call.queueID, agentID: offer.agentID, offer: offer.number,
            rule: choice.rule.word, seed: choice.seed, widened: call.widened,
            overflowQueueID: call.overflow?.queue, overflowReason: call.overflow?.reason,
            waitedMicroseconds: now.microseconds(since: call.call.enqueuedAt),
            candidates: AgentSelection.candidates(
                chosen: choice.agent, for: call, needing: skills, among: ready, ranking: ranking,
                skillsOf: { agents[$0]?.can ?? [] }))
    }
}
