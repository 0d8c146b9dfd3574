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
        let recording = RecordingID(rawValue: "\(callID.rawValue)-r\(recordings.count + 1)")
        self.recording = recording
        recordings.append(recording)
        return [
            .command(
                customerLeg,
                [.bridge(with: peer.legID), .record(recording, of: callID, customer: customerLeg, agent: peer.legID)])
        ] + endOffer(.answered) + [
            .publish(
                .answered(
                    CallAnswered(callID: callID, agentID: agent, queueID: place.wish.queueID, answeredAt: now)))
        ] + counted
    }

    /// Answering by button: the telephone is asked to lift itself.
    mutating func answer(by agent: AgentID) -> [CallAction] {
        guard let peer, peer.agentID == agent else { return [.refuse(Self.notYours)] }
        guard phase == .offered else { return [] }
        return [.command(peer.legID, [.askToAnswer])]
    }

    mutating func hold(by agent: AgentID) -> [CallAction] {
        guard peer?.agentID == agent else { return [.refuse(Self.notYours)] }
        switch phase {
        case .held: return []
        case .talking:
            phase = .held
            segments.turn(to: .hold, queueID: queueID, agentID: agent, because: "held", at: now)
            return [
                .command(customerLeg, [.unbridge, play([.music], .music, loop: true)]),
                .publish(.holdChanged(CallHoldChanged(callID: callID, agentID: agent, isHeld: true))),
                .agent(agent, .holdChanged(callID, isHeld: true)),
            ]
        default: return [.refuse(Failure(.conflict, "Only a call that is talked on can be held.", code: "notTalking"))]
        }
    }

    mutating func retrieve(by agent: AgentID) -> [CallAction] {
        guard let peer, peer.agentID == agent else { return [.refuse(Self.notYours)] }
        switch phase {
        case .talking: return []
        case .held:
            phase = .talking
            playing = nil
            segments.turn(to: .talk, queueID: queueID, agentID: agent, because: "retrieved", at: now)
            return [
                .command(customerLeg, [.bridge(with: peer.legID)]),
                .publish(.holdChanged(CallHoldChanged(callID: callID, agentID: agent, isHeld: false))),
                .agent(agent, .holdChanged(callID, isHeld: false)),
            ]
        default: return [.refuse(Failure(.conflict, "The call is not on hold.", code: "notHeld"))]
        }
    }

    /// Hangs up, or while the telephone still rings: turns the call down.
    mutating func hangUp(by agent: AgentID) -> [CallAction] {
        guard peer?.agentID == agent else { return [.refuse(Self.notYours)] }
        return phase == .offered ? offerFailed(.rejected) : end(.agentHungUp)
    }

    /// Turns down a call that rings, with a word why: it goes to the next best agent, and the customer keeps his place.
    mutating func decline(by agent: AgentID, because reason: String?) -> [CallAction] {
        guard peer?.agentID == agent else { return [.refuse(Self.notYours)] }
        guard phase == .offered else {
            return [.refuse(Failure(.conflict, "Only a call that rings can be declined.", code: "notRinging"))]
        }
        return offerFailed(.rejected, reason: reason)
    }

    /// Blind transfer: the agent is free at once, the customer goes on.
    mutating func transfer(by agent: AgentID, to target: TransferTarget) -> [CallAction] {
        guard let peer, peer.agentID == agent else { return [.refuse(Self.notYours)] }
        guard phase == .talking || phase == .held else {
            return [
                .refuse(Failure(.conflict, "Only a call that is talked on can be transferred.", code: "notTalking"))
            ]
        }
        if case .number(let number) = target, !FlowValidation.isDialable(number) {
            return [.refuse(Failure(.invalid, "A number has 1 to 32 of 0-9, +, * and #.", code: "numberInvalid"))]
        }
        var commands: [LegCommand] = phase == .talking ? [.unbridge] : []
        if let recording { commands.append(.stopRecording(recording)) }
        recording = nil
        self.peer = nil
        var actions: [CallAction] = []
        if !commands.isEmpty { actions.append(.command(customerLeg, commands)) }
        actions += [.command(peer.legID, [.hangUp(.local)]), .agent(agent, .callEnded(callID))]
        switch target {
        case .queue(let queue, let priority):
            let wish = QueueWish(
                queueID: queue, priority: min(max(priority, 0), 1000), language: flow?.main.flow.language ?? "en")
            return actions + enqueue(wish, isFromFlow: false, because: "transferred")
        case .number(let number):
            return actions + dialOut(number, from: accessNumber, ringSeconds: 60, because: "transferred")
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
        guard phase == .transferring, let peer, peer.legID == leg else { return [] }
        playing = nil
        return [.command(customerLeg, [.bridge(with: leg)])]
    }

    mutating func connectOutside() -> [CallAction] {
        guard phase == .transferring, let peer else { return [] }
        let counted = leftFlow(FlowPassage.answered)
        self.peer?.isUp = true
        phase = .outside
        playing = nil
        segments.turn(to: .talk, because: "answered", at: now)
        return [.command(customerLeg, [.bridge(with: peer.legID)])] + counted
    }

    mutating func transferFailed(_ reason: CallEndReason) -> [CallAction] {
        peer = nil
        guard run?.waits == .transfer else { return end(reason) }
        phase = .inFlow
        segments.turn(to: .ivr, because: reason.rawValue, at: now)
        return flowInput(.transferFailed)
    }
}
