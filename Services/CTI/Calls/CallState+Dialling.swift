import Contracts

/// An agent calls somebody: his telephone rings and, since he asked for it, lifts itself; then the number is called.
extension CallState {
    mutating func legRinging(_ leg: LegID) -> [CallAction] {
        guard phase == .calling, let peer, peer.legID == leg, isLiftedByHand != true else { return [] }
        return [.command(leg, [.askToAnswer])]
    }

    /// Nil while only the agent's own telephone rang.
    var calledFor: CalledFor? {
        guard direction == .outbound, phase != .calling else { return nil }
        return CalledFor(agentID: calledBy, queueID: queueID ?? onAnswer?.queueID)
    }

    /// The agent is there: he hears it ring.
    mutating func dialForAgent() -> [CallAction] {
        guard phase == .calling, let peer, let agent = peer.agentID else { return [] }
        self.peer?.isUp = true
        phase = .dialling
        plays += 1
        let ringback = LegCommand.play(playID: plays, prompts: [.ringback], loop: true, stopsOnDigit: false)
        // Who dials on his telephone was not rung.
        let answered = dialPhone == nil ? [] : ringingEnded(agent, .answered, reason: nil)
        return answered + [
            .originate(
                customerLeg, .number(customerNumber), from: accessNumber, displayName: nil, ringSeconds: ringSeconds),
            .command(peer.legID, [ringback]),
        ]
    }

    mutating func connectDialled() -> [CallAction] {
        guard phase == .dialling, let peer, let agent = peer.agentID, peer.isUp else { return [] }
        phase = .talking
        agentID = agent
        segments.turn(to: .talk, queueID: queueID, agentID: agent, because: "answered", at: now)
        var actions: [CallAction] = [
            .command(customerLeg, recordAnew()),
            .publish(.answered(CallAnswered(callID: callID, agentID: agent, queueID: queueID, answeredAt: now))),
        ]
        if !isCustomerAsked {
            isCustomerAsked = true
            actions.append(.findCustomer(number: customerNumber))
        }
        return actions
    }
}
