import Contracts

/// A supervisor comes into an agent's call, and changes what he is there.
extension CallState {
    /// - Parameter phone: where the supervisor is rung, if he is not in the call yet.
    mutating func supervise(
        _ agent: AgentID, by supervisor: AgentID, as role: CallPartyRole, phone: PhoneID?
    ) -> [CallAction] {
        guard peer?.agentID == agent, peer?.isUp == true, phase == .talking || phase == .held else {
            return [.refuse(Failure(.conflict, "\(agent) talks to nobody.", code: "agentNotTalking"))]
        }
        guard let index = parties.firstIndex(where: { $0.agentID == supervisor }) else {
            guard let phone else { return [.refuse(Self.notYours)] }
            let callee = Callee.agent(supervisor, phone: phone)
            if let refusal = refusal(of: callee) { return [.refuse(refusal)] }
            return ring(callee, as: role)
        }
        guard parties[index].role.isWatching || parties[index].role == .takingOver else {
            return [.refuse(Failure(.conflict, "You are in the call already.", code: "agentInCall"))]
        }
        guard role == .takingOver, parties[index].isUp else {
            parties[index].role = role
            return []
        }
        return handOver(to: parties[index], .takenOver)
    }

    /// Ends listening, whispering, barging.
    mutating func stopSupervising(_ agent: AgentID, by supervisor: AgentID) -> [CallAction] {
        guard peer?.agentID == agent, let party = party(of: supervisor),
            party.role.isWatching || party.role == .takingOver
        else { return [.refuse(Failure(.conflict, "You do not supervise \(agent) now.", code: "notSupervising"))] }
        return partyGone(party.legID, .callerGone)
    }

    /// Forced release (强拆): the customer is dropped, the agent is ready.
    mutating func release(_ agent: AgentID) -> [CallAction] {
        guard peer?.agentID == agent, phase == .talking || phase == .held else {
            return [.refuse(Failure(.conflict, "\(agent) talks to nobody.", code: "agentNotTalking"))]
        }
        return end(.agentHungUp, because: "released") + [.agent(agent, .forced(.ready))]
    }
}
