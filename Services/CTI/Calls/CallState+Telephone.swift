import Contracts

/// What an agent does on his telephone instead of on his page.
extension CallState {
    /// The transfer key is the command `transfer`; what may not be is told to the telephone, and the call goes on.
    mutating func transferAsked(_ asked: LegTransferAsked) -> [CallAction] {
        guard let peer, let agent = peer.agentID else { return [.command(asked.legID, [.refuseTransfer(.rejected)])] }
        let actions: [CallAction]
        if let consultation = asked.consultation {
            // Telephones ask on either of their two legs.
            let lines = [peer.legID, consulted?.line]
            guard lines.contains(asked.legID), lines.contains(consultation), asked.legID != consultation else {
                return [.command(asked.legID, [.refuseTransfer(.rejected)])]
            }
            actions = complete(by: agent)
        } else {
            guard asked.legID == peer.legID else { return [.command(asked.legID, [.refuseTransfer(.rejected)])] }
            actions = transfer(by: agent, to: .number(asked.number))
        }
        guard actions.allSatisfy({ if case .refuse = $0 { false } else { true } }) else {
            return [.command(asked.legID, [.refuseTransfer(.rejected)])]
        }
        return actions
    }
}

/// An agent whose telephone takes another line to ask somebody: the customer waits, and whoever is asked is heard on that line.
extension CallState {
    mutating func askByTelephone(_ line: LegID, by agent: AgentID, _ callee: Callee) -> [CallAction] {
        let actions = consult(by: agent, callee)
        guard actions.refusal == nil, let index = parties.firstIndex(where: { $0.role == .consulted }) else {
            return actions
        }
        parties[index].line = line
        return [.command(line, [.answer])] + actions
    }

    /// Somebody besides customer and agent is gone, or the line by which the agent asks; then he is with the customer again, to
    /// whom his telephone has a line of its own.
    mutating func otherGone(_ leg: LegID, _ outcome: OfferOutcome) -> [CallAction] {
        guard let asked = consulted, let line = asked.line, leg == line || leg == asked.legID else {
            return partyGone(leg, outcome)
        }
        let actions = partyGone(asked.legID, leg == line ? .callerGone : outcome)
        guard phase == .held, let agent = peer?.agentID else { return actions }
        return actions + backToTalk(agent, because: "retrieved")
    }
}

/// Calls that an agent dials on his telephone: his leg is there first, the customer's follows.
extension CallState {
    /// - Parameter number: what the called sees as the caller.
    static func dialled(
        _ leg: LegArrived, by agent: AgentID, from number: String, tenant: TenantID, on mediaServer: InstanceID,
        at time: Timestamp
    ) -> CallState {
        var call = CallState(
            tenant: tenant, callID: CallID(rawValue: leg.legID.rawValue), direction: .outbound,
            customerNumber: leg.to, accessNumber: number, campaignID: nil, attemptID: nil, startedAt: time,
            mediaServer: mediaServer, customerLeg: LegID(rawValue: "\(leg.legID.rawValue)-0"), phase: .calling,
            now: time, segments: SegmentLine(.dial, at: time), run: nil, attributes: [:])
        call.peer = Peer(legID: leg.legID, agentID: agent)
        call.agentID = agent
        call.ringSeconds = 60
        return call
    }

    /// He is there already; his telephone hears at once what becomes of it.
    mutating func beginDialled(_ peer: Peer, _ agent: AgentID) -> [CallAction] {
        isCustomerAsked = true
        return [
            .command(peer.legID, [.answer]),
            .agent(agent, .foundTalking(callID, phone: nil, isHeld: false, afterCallWorkSeconds: afterCallWorkSeconds)),
            .findCustomer(number: customerNumber),
        ]
    }
}
