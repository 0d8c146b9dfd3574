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
        // A second call while one is up would be nobody's: one agent, one call.
        guard agent.callID == nil || agent.status == .afterCallWork else { return refuse(.busy) }
        let number = books[tenant]?.numbers.keys.filter { $0 != TenantBook.anyNumber }.min() ?? phone.rawValue
        return begin(
            .dialled(leg, by: agent.agentID, from: number, tenant: tenant, on: instance, at: time), at: time)
    }
}
