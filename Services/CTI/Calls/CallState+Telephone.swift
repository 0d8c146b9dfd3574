import Contracts

/// What an agent does on his telephone instead of on his page.
extension CallState {
    /// The transfer key is the command `transfer`; what may not be is told to the telephone, and the call goes on.
    mutating func transferAsked(_ asked: LegTransferAsked) -> [CallAction] {
        guard let peer, peer.legID == asked.legID, let agent = peer.agentID, asked.consultation == nil else {
            return [.command(asked.legID, [.refuseTransfer(.rejected)])]
        }
        let actions = transfer(by: agent, to: .number(asked.number))
        guard actions.allSatisfy({ if case .refuse = $0 { false } else { true } }) else {
            return [.command(asked.legID, [.refuseTransfer(.rejected)])]
        }
        return actions
    }
}

/// Calls that an agent dials on his telephone: his leg is there before it is answered; all else is as when he calls by the page.
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
        call.ringSeconds = 60
        return call
    }

    /// His telephone hears at once what becomes of it.
    func beginDialled(_ peer: Peer, _ agent: AgentID) -> [CallAction] {
        [
            .command(peer.legID, [.answer]),
            .agent(agent, .foundTalking(callID, phone: nil, isHeld: false, afterCallWorkSeconds: 0)),
        ]
    }
}
