import Contracts

/// Telephones that dial by themselves: a call of the agent who is signed in there.
extension ShardState {
    mutating func dialled(
        _ leg: LegArrived, at phone: PhoneID, _ tenant: TenantID, on instance: InstanceID, at time: Timestamp
    ) -> [ShardAction] {
        let refuse = { (cause: EndCause) in [ShardAction.refuseLeg(leg.legID, cause, tenant: tenant, on: instance)] }
        guard FlowValidation.isDialable(leg.to) else { return refuse(.notFound) }
        guard
            let agent = agents.values.first(where: {
                $0.tenant == tenant && $0.phoneID == phone && $0.isSignedIn
            })
        else { return refuse(.rejected) }
        // One agent, one call: who talks already asks somebody for his customer, or dials for nothing.
        guard agent.callID == nil || agent.status == .afterCallWork else {
            let actions = ask(leg, agent, on: instance, at: time)
            return actions.refusal == nil ? actions : refuse(.busy)
        }
        let number = books[tenant]?.numbers.keys.filter { $0 != TenantBook.anyNumber }.min() ?? phone.rawValue
        return begin(
            .dialled(leg, by: agent.agentID, from: number, tenant: tenant, on: instance, at: time), at: time)
    }

    /// The number of another agent's telephone rings him by name.
    private mutating func ask(
        _ leg: LegArrived, _ agent: AgentState, on instance: InstanceID, at time: Timestamp
    ) -> [ShardAction] {
        guard let callID = agent.callID, calls[callID]?.mediaServer == instance else {
            return [.refuse(CallState.notTalking)]
        }
        let colleague = agents.values.first {
            $0.tenant == agent.tenant && $0.isSignedIn && $0.phoneID?.rawValue == leg.to && $0.agentID != agent.agentID
        }
        guard let colleague, let phone = colleague.phoneID else {
            return tell(callID, .asksByTelephone(leg.legID, by: agent.agentID, .number(leg.to)), at: time)
        }
        return ring(
            AgentKey(tenant: agent.tenant, agentID: colleague.agentID), for: callID,
            .asksByTelephone(leg.legID, by: agent.agentID, .agent(colleague.agentID, phone: phone)), at: time)
    }
}
