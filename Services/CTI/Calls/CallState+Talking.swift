import Contracts

/// Customer and agent talk: what the agent may do, and how a call leaves him.
extension CallState {
    /// The agent answered: bridge, and record from the first word.
    mutating func connect() -> [CallAction] {
        guard phase == .offered, let peer, let agent = peer.agentID, let place else { return [] }
        let counted = leftFlow(FlowPassage.answered)
        self.peer?.isUp = true
        phase = .talking
        agentID = agent
        playing = nil
        self.place = nil
        segments.turn(to: .talk, queueID: place.wish.queueID, agentID: agent, because: "answered", at: now)
        let recorded = recordTalk(with: peer)
        let lost = rivalsLose()
        let announced = announceAgent(agent, of: place)
        return (recorded.isEmpty ? [] : [.command(customerLeg, recorded)]) + lost + announced + endOffer(.answered) + [
            .publish(
                .answered(
                    CallAnswered(callID: callID, agentID: agent, queueID: place.wish.queueID, answeredAt: now)))
        ] + recordingTold() + counted
    }

    /// Answering by button: the telephone is asked to lift itself.
    mutating func answer(by agent: AgentID) -> [CallAction] {
        if let party = party(of: agent) { return party.isUp ? [] : [.command(party.legID, [.askToAnswer])] }
        guard let peer, peer.agentID == agent else { return [.refuse(Self.notYours)] }
        guard phase == .offered || phase == .transferring || phase == .calling else { return [] }
        return [.command(peer.legID, [.askToAnswer])]
    }

    mutating func hold(by agent: AgentID) -> [CallAction] {
        guard peer?.agentID == agent else { return [.refuse(Self.notYours)] }
        switch phase {
        case .held: return []
        case .talking:
            phase = .held
            // Those who are joined talk on with the customer.
            segments.turn(
                to: joined.isEmpty ? .hold : .talk, queueID: queueID, agentID: agent, because: "held", at: now)
            return [
                .publish(.holdChanged(CallHoldChanged(callID: callID, agentID: agent, isHeld: true))),
                .agent(agent, .holdChanged(callID, isHeld: true)),
            ]
        default: return [.refuse(Failure(.conflict, "Only a call that is talked on can be held.", code: "notTalking"))]
        }
    }

    mutating func retrieve(by agent: AgentID) -> [CallAction] {
        guard peer?.agentID == agent else { return [.refuse(Self.notYours)] }
        switch phase {
        case .talking: return []
        case .held: return backToTalk(agent, because: "retrieved")
        default: return [.refuse(Failure(.conflict, "The call is not on hold.", code: "notHeld"))]
        }
    }

    mutating func backToTalk(_ agent: AgentID, because reason: String) -> [CallAction] {
        phase = .talking
        segments.turn(to: .talk, queueID: queueID, agentID: agent, because: reason, at: now)
        return [
            .publish(.holdChanged(CallHoldChanged(callID: callID, agentID: agent, isHeld: false))),
            .agent(agent, .holdChanged(callID, isHeld: false)),
        ]
    }

    /// Hangs up, or while the telephone still rings: turns the call down. Who is not the call's own agent leaves it.
    mutating func hangUp(by agent: AgentID) -> [CallAction] {
        if let party = party(of: agent) { return partyGone(party.legID, party.isUp ? .callerGone : .rejected) }
        guard peer?.agentID == agent else { return [.refuse(Self.notYours)] }
        switch phase {
        case .offered: return offerFailed(.rejected)
        case .transferring: return nextFailed(agent, .rejected)
        default: return agentLeaves(.agentHungUp)
        }
    }

    /// Turns down a call that rings, with a word why: it goes to the next best agent, and the customer keeps his place.
    mutating func decline(by agent: AgentID, because reason: String?) -> [CallAction] {
        if let party = party(of: agent), !party.isUp { return partyGone(party.legID, .rejected, reason: reason) }
        guard peer?.agentID == agent || party(of: agent) != nil else { return [.refuse(Self.notYours)] }
        switch phase {
        case .offered: return offerFailed(.rejected, reason: reason)
        case .transferring: return nextFailed(agent, .rejected, reason: reason)
        case .calling: return end(.agentHungUp)
        default: return [.refuse(Failure(.conflict, "Only a call that rings can be declined.", code: "notRinging"))]
        }
    }

    // MARK: Numbers outside

    mutating func dialOut(_ number: String, from: String, ringSeconds: Int, because reason: String) -> [CallAction] {
        let leg = nextLeg()
        peer = Peer(legID: leg, agentID: nil)
        phase = .transferring
        segments.turn(to: .ring, because: reason, at: now)
        return [
            .command(customerLeg, [play([.ringback], .music, loop: true)]),
            .originate(leg, .number(number), from: from, displayName: nil, ringSeconds: ringSeconds),
        ]
    }

    /// What the called number sounds like before it answers replaces our own ring-back tone: it may say why it does not.
    mutating func listenOutside(_ leg: LegID) -> [CallAction] {
        if phase == .dialling, leg == customerLeg, let peer, peer.isUp {
            return [.command(peer.legID, [.bridge(with: leg)])]
        }
        guard phase == .transferring, let peer, peer.legID == leg, peer.agentID == nil else { return partyHeard(leg) }
        playing = nil
        return [.command(customerLeg, [.bridge(with: leg)])]
    }

    mutating func connectOutside() -> [CallAction] {
        guard phase == .transferring, peer != nil else { return [] }
        let counted = leftFlow(FlowPassage.answered)
        self.peer?.isUp = true
        phase = .outside
        playing = nil
        segments.turn(to: .talk, because: "answered", at: now)
        return counted
    }

    mutating func transferFailed(_ reason: CallEndReason) -> [CallAction] {
        peer = nil
        guard run?.waits == .transfer else { return end(reason) }
        phase = .inFlow
        segments.turn(to: .ivr, because: reason.rawValue, at: now)
        return flowInput(.transferFailed)
    }
}
