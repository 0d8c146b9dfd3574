import Contracts

/// The agent sends the customer away.
extension CallState {
    /// Where a customer goes whom nobody took who was to have him: back to his queue, before all others.
    static let returnPriority = 1000

    /// - Parameter confirms: the customer stays with the agent until the other has answered (转移确认). Only to agents and
    ///   numbers. Else the agent is free at once, and the customer goes on.
    mutating func transfer(by agent: AgentID, to callee: Callee, confirms: Bool = false) -> [CallAction] {
        guard let peer, peer.agentID == agent else { return [.refuse(Self.notYours)] }
        guard phase == .talking || phase == .held else {
            return [
                .refuse(Failure(.conflict, "Only a call that is talked on can be transferred.", code: "notTalking"))
            ]
        }
        if case .flow = callee {} else if let refusal = refusal(of: callee) { return [.refuse(refusal)] }
        guard !isConsulting else { return [.refuse(Self.busyConsulting)] }
        if confirms {
            switch callee {
            case .agent, .number: return ring(callee, as: .target)
            case .queue, .flow:
                return [.refuse(Failure(.invalid, "Only an agent or a number can confirm.", code: "targetInvalid"))]
            }
        }
        guard joined.isEmpty else { return [.refuse(Self.inConference)] }
        return letGo(of: peer, agent) + send(to: callee, from: agent)
    }

    static let inConference = Failure(
        .conflict, "Others talk with the customer: leave the conversation, or remove them first.", code: "inConference")

    /// The agent leaves, with those who supervise him; the customer stays.
    mutating func letGo(of peer: Peer, _ agent: AgentID) -> [CallAction] {
        var actions = dismissAll()
        if let recording { actions.append(.command(customerLeg, [.stopRecording(recording)])) }
        recording = nil
        self.peer = nil
        return actions + [.command(peer.legID, [.hangUp(.local)]), .agent(agent, .callEnded(callID))]
    }

    private mutating func send(to callee: Callee, from agent: AgentID) -> [CallAction] {
        switch callee {
        case .queue(let queue, let priority):
            let wish = QueueWish(
                queueID: queue, priority: min(max(priority, 0), 1000), language: flow?.main.flow.language ?? "en")
            return [transferred(from: agent, toQueue: queue)] + enqueue(wish, isFromFlow: false, because: "transferred")
        case .number(let number):
            return [transferred(from: agent, toNumber: number)]
                + dialOut(number, from: accessNumber, ringSeconds: 60, because: "transferred")
        case .agent(let next, let phone):
            return [transferred(from: agent, toAgent: next)] + callNext(next, phone, because: "transferred")
        case .flow(let program):
            return [transferred(from: agent, toFlow: program.main.flowID)] + enter(program)
        }
    }

    private func transferred(
        from agent: AgentID, toAgent: AgentID? = nil, toQueue: QueueID? = nil, toNumber: String? = nil,
        toFlow: FlowID? = nil
    ) -> CallAction {
        .publish(
            .transferred(
                CallTransferred(
                    callID: callID, kind: .blind, from: agent, toAgent: toAgent, toQueue: toQueue, toNumber: toNumber,
                    toFlow: toFlow, transferredAt: now)))
    }

    /// An agent called by name; the customer hears it ring.
    private mutating func callNext(_ agent: AgentID, _ phone: PhoneID, because reason: String) -> [CallAction] {
        let leg = nextLeg()
        let seconds = 30
        peer = Peer(legID: leg, agentID: agent)
        phase = .transferring
        segments.turn(to: .ring, queueID: queueID, agentID: agent, because: reason, at: now)
        return [
            announce(agent, until: now.adding(.seconds(seconds))),
            .command(customerLeg, [play([.ringback], .music, loop: true)]), callPhone(phone, leg, seconds),
        ]
    }

    /// The customer goes through another flow, with what is known of him.
    private mutating func enter(_ program: FlowProgram) -> [CallAction] {
        run = FlowRun(program, caller: customerNumber, called: accessNumber, attributes: attributes)
        flow = program
        phase = .inFlow
        segments.turn(to: .ivr, because: "transferred", at: now)
        return flowInput(.begin)
    }

    /// The agent who was called by name answered.
    mutating func connectNext(_ agent: AgentID) -> [CallAction] {
        peer?.isUp = true
        phase = .talking
        agentID = agent
        playing = nil
        segments.turn(to: .talk, queueID: queueID, agentID: agent, because: "answered", at: now)
        return [.command(customerLeg, recordAnew())] + ringingEnded(agent, .answered, reason: nil) + [
            .agent(agent, .tookCharge(callID, afterCallWorkSeconds: afterCallWorkSeconds)),
            .publish(.answered(CallAnswered(callID: callID, agentID: agent, queueID: queueID, answeredAt: now))),
        ]
    }

    /// He did not: the customer goes back to the queue he came from, if he came from one.
    mutating func nextFailed(_ agent: AgentID, _ outcome: OfferOutcome, reason: String? = nil) -> [CallAction] {
        var actions = ringingEnded(agent, outcome, reason: reason)
        if let leg = peer?.legID { actions.append(.command(leg, [.hangUp(outcome == .noAnswer ? .noAnswer : .local)])) }
        peer = nil
        guard let queueID else { return actions + end(.noAnswer) }
        let wish = QueueWish(
            queueID: queueID, priority: Self.returnPriority, language: flow?.main.flow.language ?? "en")
        return actions + enqueue(wish, isFromFlow: false, because: outcome.rawValue)
    }

    // MARK: Parking

    /// How long a customer is parked before he goes back to his queue, if he came from one.
    static let parkedFor = Duration.seconds(120)

    /// The agent is free, the customer hears music until somebody takes him back.
    mutating func park(by agent: AgentID, in slot: Int) -> [CallAction] {
        guard let peer, peer.agentID == agent else { return [.refuse(Self.notYours)] }
        guard phase == .talking || phase == .held else { return [.refuse(Self.notTalking)] }
        guard !isConsulting else { return [.refuse(Self.busyConsulting)] }
        guard joined.isEmpty else { return [.refuse(Self.inConference)] }
        let actions = letGo(of: peer, agent)
        entries += 1
        phase = .parked
        parking = Parking(slot: slot, by: agent, entry: entries, since: now)
        segments.turn(to: .hold, queueID: queueID, because: "parked", at: now)
        return actions + [.publish(.parked(CallParked(callID: callID, agentID: agent, slot: slot)))] + parkTimer()
    }

    func parkTimer() -> [CallAction] {
        guard let parking, queueID != nil else { return [] }
        return [.startTimer(.parked(entry: parking.entry), at: parking.since.adding(Self.parkedFor))]
    }

    mutating func pickUp(by agent: AgentID, phone: PhoneID) -> [CallAction] {
        guard phase == .parked else {
            return [.refuse(Failure(.conflict, "The call is not parked.", code: "notParked"))]
        }
        guard parties.isEmpty else {
            return [.refuse(Failure(.conflict, "Somebody takes the call back already.", code: "pickedUp"))]
        }
        return ring(.agent(agent, phone: phone), as: .pickingUp)
    }

    mutating func parkedTooLong(_ entry: Int) -> [CallAction] {
        guard phase == .parked, let parking, parking.entry == entry, let queueID else { return [] }
        let actions = dismissAll()
        self.parking = nil
        let wish = QueueWish(
            queueID: queueID, priority: Self.returnPriority, language: flow?.main.flow.language ?? "en")
        return actions + enqueue(wish, isFromFlow: false, because: "parkedTooLong")
    }
}
