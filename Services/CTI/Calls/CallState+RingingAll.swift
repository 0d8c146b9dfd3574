import Contracts

/// Several agents' telephones ring for one call (全部振铃): the first who answers has it. The one who was offered it first is
/// the call's peer; the others are parties with offers of their own. The call itself decides who was first.
extension CallState {
    mutating func offeredBeside(_ request: OfferCall, phone: PhoneID) -> [CallAction] {
        if rivals?.contains(where: { $0.number == request.offer && $0.agentID == request.agentID }) == true {
            return []
        }
        guard let place, place.wish.queueID == request.queueID, !agentIDs.contains(request.agentID),
            parties.count < Self.mostParties
        else {
            return [.refuse(Failure(.conflict, "The call does not wait in this queue.", code: "callNotWaiting"))]
        }
        let ringSeconds = min(max(request.ringSeconds, 1), 300)
        let expiresAt = now.adding(.seconds(ringSeconds))
        let rival = Offer(
            number: request.offer, agentID: request.agentID, expiresAt: expiresAt,
            afterCallWorkSeconds: min(max(request.afterCallWorkSeconds, 0), 3600))
        rivals = (rivals ?? []) + [rival]
        return ring(.agent(request.agentID, phone: phone), as: .offered, seconds: ringSeconds)
            + [.startTimer(.offer(number: request.offer), at: expiresAt)]
    }

    /// He was the first: the call is his, and whoever rang before him loses it.
    mutating func rivalAnswered(_ party: Party) -> [CallAction] {
        guard phase == .offered, let agent = party.agentID, let won = takeRival(of: agent) else { return [] }
        parties.removeAll { $0.legID == party.legID }
        var actions: [CallAction] = []
        if let peer, let offer {
            actions.append(.command(peer.legID, [.hangUp(.local)]))
            actions += ended(offer, .answeredElsewhere, reason: nil)
        }
        leads(won, on: party.legID, because: OfferOutcome.answeredElsewhere.rawValue)
        return actions + connect()
    }

    /// All who still ring, once somebody has answered.
    mutating func rivalsLose() -> [CallAction] {
        parties.filter { $0.role == .offered }.flatMap { partyGone($0.legID, .answeredElsewhere) }
    }

    /// The one who was offered the call first did not take it: the next of those who ring stands for all.
    /// - Returns: false if nobody else rings.
    mutating func nextLeads(because reason: String) -> Bool {
        guard let party = parties.first(where: { $0.role == .offered }), let agent = party.agentID,
            let rival = takeRival(of: agent)
        else { return false }
        parties.removeAll { $0.legID == party.legID }
        leads(rival, on: party.legID, because: reason)
        return true
    }

    /// One of those who ring did not take it, or is not to any more.
    mutating func rivalGone(_ agent: AgentID, _ outcome: OfferOutcome, reason: String?) -> [CallAction] {
        guard let rival = takeRival(of: agent) else { return [] }
        let refuses = outcome != .callerGone && outcome != .answeredElsewhere && outcome != .agentGone
        if refuses, let place, !place.refusedBy.contains(agent), place.refusedBy.count < 100 {
            self.place?.refusedBy.append(agent)
        }
        return ended(rival, outcome, reason: reason)
    }

    private mutating func leads(_ offer: Offer, on leg: LegID, because reason: String) {
        peer = Peer(legID: leg, agentID: offer.agentID)
        self.offer = offer
        afterCallWorkSeconds = offer.afterCallWorkSeconds
        segments.turn(to: .ring, queueID: queueID, agentID: offer.agentID, because: reason, at: now)
    }

    private mutating func takeRival(of agent: AgentID) -> Offer? {
        guard let found = rivals?.first(where: { $0.agentID == agent }) else { return nil }
        let left = rivals?.filter { $0 != found } ?? []
        rivals = left.isEmpty ? nil : left
        return found
    }

    private func ended(_ offer: Offer, _ outcome: OfferOutcome, reason: String?) -> [CallAction] {
        [
            .publish(
                .offerEnded(
                    CallOfferEnded(callID: callID, agentID: offer.agentID, outcome: outcome, reason: reason))),
            .agent(offer.agentID, .offerEnded(callID, outcome)),
            .offerEnded(offer.agentID, offer: offer.number, outcome),
        ]
    }
}
