import Contracts

/// acd found an agent for somebody who is to be called back.
extension ShardState {
    /// What a request to make this call for an agent is answered where it needs no call made: it is made already, or cannot be.
    func answerIfKnown(_ callID: CallID, _ key: AgentKey) -> [ShardAction]? {
        if let known = calls[callID] {
            return known.tenant == key.tenant && known.peer?.agentID == key.agentID
                ? [] : [.refuse(Failure(.conflict, "The call's id is taken.", code: "callTaken"))]
        }
        guard recentlyEnded.contains(callID) else { return nil }
        return [.refuse(Failure(.conflict, "The call has ended already.", code: "callOver"))]
    }

    /// Rings the agent, and then the customer. Asked again, it is not done again.
    mutating func callBack(
        _ request: CallBack, _ tenant: TenantID, on instance: InstanceID, at time: Timestamp
    ) -> [ShardAction] {
        let key = AgentKey(tenant: tenant, agentID: request.agentID)
        if let answer = answerIfKnown(request.callID, key) { return answer }
        guard var agent = agents[key], let phone = agent.phoneID, !request.mustBeReady || agent.status == .ready else {
            return [.refuse(Failure(.conflict, "The agent is not ready.", code: "agentNotReady"))]
        }
        let actions = agent.handle(.called(request.callID), rules: rules(of: tenant), at: time)
        for case .refuse(let failure) in actions {
            return [.refuse(Failure(.conflict, failure.message, code: "agentNotReady"))]
        }
        let work = min(max(request.afterCallWorkSeconds, 0), 3600)
        _ = agent.handle(.tookCharge(request.callID, afterCallWorkSeconds: work), rules: rules(of: tenant), at: time)
        return keep(agent, actions) + begin(.calledBack(request, phone, work, tenant, on: instance, at: time), at: time)
    }
}

extension CallState {
    fileprivate static func calledBack(
        _ request: CallBack, _ phone: PhoneID, _ afterCallWorkSeconds: Int, _ tenant: TenantID,
        on instance: InstanceID, at time: Timestamp
    ) -> CallState {
        var call = CallState.dialled(
            request.number, from: request.from, by: request.agentID, at: phone, as: request.callID, tenant: tenant,
            on: instance, at: time)
        call.queueID = request.queueID
        call.attributes = bounded(request.attributes)
        call.afterCallWorkSeconds = afterCallWorkSeconds
        call.ringSeconds = min(max(request.ringSeconds, 5), 300)
        // Nobody is called while the agent is away from his telephone; who took it himself asked for it.
        call.isLiftedByHand = request.mustBeReady ? true : nil
        return call
    }
}
