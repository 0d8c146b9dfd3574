import Contracts

/// Calls whose record is known before they are dialled: a customer's (记录拨号), or one that an agent has looked at (预先拨号).
extension CallState {
    /// A record of a campaign that the agent has looked at: first his own telephone rings.
    static func previewed(
        _ request: DialRecord, at phone: PhoneID, tenant: TenantID, on mediaServer: InstanceID, at time: Timestamp
    ) -> CallState {
        var call = CallState(
            tenant: tenant, callID: request.callID, direction: .outbound, customerNumber: request.number,
            accessNumber: request.from, campaignID: request.campaignID, attemptID: request.attemptID, startedAt: time,
            mediaServer: mediaServer, customerLeg: LegID(rawValue: "\(request.callID.rawValue)-0"), phase: .calling,
            now: time, segments: SegmentLine(.dial, at: time), run: nil, attributes: bounded(request.attributes),
            ringSeconds: min(max(request.ringSeconds, 5), 300), dialPhone: phone)
        call.callFirst(request.agentID)
        call.isOf(request.customer)
        call.queueID = request.queueID
        call.afterCallWorkSeconds = min(max(request.afterCallWorkSeconds, 0), 3600)
        // Nobody is called while the agent is away from his telephone.
        call.isLiftedByHand = request.isByTime ? true : nil
        return call
    }

    /// The agent whose telephone rings first.
    mutating func callFirst(_ agent: AgentID) {
        peer = Peer(legID: nextLeg(), agentID: agent)
        calledBy = agent
    }

    /// Whose call it is, from its first second; nobody is asked again.
    mutating func isOf(_ card: CustomerCard?) {
        guard let card else { return }
        customer = card
        isCustomerAsked = true
    }
}

extension CustomerCard {
    /// The first of his numbers that can be dialled, as it is dialled.
    var diallable: String? {
        numbers.lazy.map { $0.filter { !" -./()\u{a0}\t".contains($0) } }.first(where: FlowValidation.isDialable)
    }
}
