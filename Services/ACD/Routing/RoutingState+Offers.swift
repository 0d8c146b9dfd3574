import Contracts

/// Why cti did not make an offer.
enum OfferRefusal: Equatable, Sendable {
    case agentNotReady, callNotWaiting
    /// cti said no and not why, or could not be reached: what is true must be asked.
    case unclear
}

/// What becomes of an offer. A number that is not the call's present offer matches nothing.
extension RoutingState {
    private func current(_ offer: Offer) -> RoutedCall? {
        guard let call = calls[offer.callID], call.offer == offer else { return nil }
        return call
    }

    mutating func offerConfirmed(_ offer: Offer, at now: Timestamp) -> [Action] {
        guard let call = current(offer) else { return [] }
        if call.callback != nil { return callbackLeft(call, at: now) }
        calls[offer.callID]?.isOfferConfirmed = true
        return []
    }

    mutating func offerRefused(_ offer: Offer, _ refusal: OfferRefusal, at now: Timestamp) -> [Action] {
        if ringsBeside(offer) != nil {
            if refusal == .callNotWaiting {
                agents[offer.agentID]?.isReportUsed = false
                calls[offer.callID]?.ringsAlone = true
            }
            return rivalGone(offer, refused: false, at: now) + (refusal == .unclear ? [.askForSnapshot] : [])
        }
        guard let call = current(offer) else { return [] }
        if call.callback != nil, refusal != .agentNotReady {
            // Nothing came of his readiness; if something did, cti's next report or snapshot says so.
            agents[offer.agentID]?.isReportUsed = refusal == .unclear
            return callbackLeft(call, at: now)
        }
        switch refusal {
        case .agentNotReady:
            return waitAgain(call, refused: false, at: now)
        case .callNotWaiting:
            departed.note(offer.callID, at: now)
            remove(call)
            // Nothing came of his readiness, so it still holds, unless a newer report says otherwise.
            agents[offer.agentID]?.isReportUsed = false
            return releaseAll(of: call, at: now)
        case .unclear:
            // Both stay reserved until the snapshot says what is true; at the latest the offer expires.
            calls[offer.callID]?.isOfferConfirmed = true
            return [.askForSnapshot]
        }
    }

    mutating func offerEnded(_ offer: Offer, _ outcome: OfferOutcome, at now: Timestamp) -> [Action] {
        guard let call = current(offer) ?? ringsBeside(offer) else { return [] }
        let isRival = call.offer != offer
        switch outcome {
        case .callerGone where isRival: return rivalGone(offer, refused: false, at: now)
        case .answered, .callerGone:
            if outcome == .answered { learn(from: call, at: now) }
            let closed = outcome == .answered ? closeCallback(of: call) : []
            departed.note(offer.callID, at: now)
            remove(call)
            return closed + releaseAll(of: call, at: now)
        case .agentGone, .answeredElsewhere:
            return isRival ? rivalGone(offer, refused: false, at: now) : waitAgain(call, refused: false, at: now)
        case .noAnswer, .rejected, .busy, .failed:
            return isRival ? rivalGone(offer, refused: true, at: now) : waitAgain(call, refused: true, at: now)
        }
    }

    /// cti should have said long ago what became of it.
    mutating func offerExpired(_ offer: Offer, at now: Timestamp) -> [Action] {
        if ringsBeside(offer) != nil { return rivalGone(offer, refused: true, at: now) + [.askForSnapshot] }
        guard let call = current(offer) else { return [] }
        if call.callback != nil { return callbackLeft(call, at: now) + [.askForSnapshot] }
        return waitAgain(call, refused: true, at: now) + [.askForSnapshot]
    }

    /// Back in line at the old place, and on to the next best agent.
    private mutating func waitAgain(_ call: RoutedCall, refused: Bool, at now: Timestamp) -> [Action] {
        guard let agentID = call.offer?.agentID else { return [] }
        if !call.rivals.isEmpty { return nextLeads(call, refused: refused, at: now) }
        standAgain(call, refused: refused, at: now)
        recount(agentID)
        // Both may find a partner now; whichever call comes first in line goes first.
        if isRebuilt, let agent = agents[agentID], agent.standing == .ready, let first = firstCall(for: agentID, agent),
            first.place < call.place
        {
            return findCall(for: agentID, at: now) + findAgent(for: call.call.callID, at: now)
        }
        return findAgent(for: call.call.callID, at: now) + findCall(for: agentID, at: now)
    }

    /// Puts the call back in line and takes it off the agent, without looking for anybody.
    mutating func standAgain(_ call: RoutedCall, refused: Bool, at now: Timestamp) {
        guard let offer = call.offer else { return }
        var call = call
        call.offer = nil
        for rival in call.rivals { agents[rival.agentID]?.offer = nil }
        call.rivals = []
        call.changedAt = now
        if refused {
            call.refusedBy.insert(offer.agentID)
            call.isLastResortOpen = false
            // He was asked, so others may be.
            call.wanted = nil
            call.line = line(of: call.call, in: call.servedIn, widened: call.widened)
            agents[offer.agentID]?.work.passed(at: now)
        }
        // After an offer that came to nothing as well: the moment set by the one before does not count any more.
        if !call.isLastResortOpen {
            let due = Deadlines.Due.lastResort(call.call.callID, offersMade: call.offersMade)
            deadlines.add(due, at: now.adding(Self.lastResortAfter))
        }
        calls[call.call.callID] = call
        queues[call.servedIn]?.offered -= 1
        agents[offer.agentID]?.offer = nil
        agents[offer.agentID]?.changedAt = now
        standInLine(call.call.callID, at: now)
    }
}
