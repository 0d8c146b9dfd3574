import Contracts

/// Records of campaigns that agents look at before they are dialled.
extension ShardState {
    /// Who would look at a record now, in the order of their ids.
    func ready(among agentIDs: [AgentID], of tenant: TenantID) -> [AgentID] {
        agentIDs.sorted().filter { agentID in
            guard let agent = agents[AgentKey(tenant: tenant, agentID: agentID)] else { return false }
            return agent.status == .ready && agent.phoneID != nil
        }
    }

    /// Rings the agent who is kept for the record, and then its number. Asked again, it is not done again.
    mutating func dialRecord(
        _ request: DialRecord, _ tenant: TenantID, on instance: InstanceID, at time: Timestamp
    ) -> [ShardAction] {
        let key = AgentKey(tenant: tenant, agentID: request.agentID)
        if let answer = answerIfKnown(request.callID, key) { return answer }
        guard var agent = agents[key], let phone = agent.phoneID else { return [.refuse(AgentState.notReady)] }
        let input = AgentState.Input.dialsRecord(
            request.previewID, request.callID, afterCallWorkSeconds: request.afterCallWorkSeconds)
        let actions = agent.handle(input, rules: rules(of: tenant), at: time)
        for case .refuse(let failure) in actions { return [.refuse(failure)] }
        let call = CallState.previewed(request, at: phone, tenant: tenant, on: instance, at: time)
        return keep(agent, actions) + begin(call, at: time)
    }
}
