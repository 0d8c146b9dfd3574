import Contracts

/// Questions about a shard: they change nothing.
extension ShardState {
    func waiting() -> [WaitingCall] {
        calls.values.filter { $0.phase == .waiting || ($0.enquiry != nil && $0.offer == nil) }.compactMap(\.waitingCall)
            .sorted {
                ($0.enqueuedAt, $0.callID) < ($1.enqueuedAt, $1.callID)
            }
    }

    func offered() -> [OfferedCall] {
        calls.values.filter { $0.phase == .offered || $0.enquiry != nil }.sorted { $0.callID < $1.callID }.flatMap {
            call -> [OfferedCall] in
            guard let waiting = call.waitingCall, let offer = call.offer else { return [] }
            return ([offer] + (call.rivals ?? [])).map {
                OfferedCall(call: waiting, agentID: $0.agentID, offer: $0.number)
            }
        }
    }

    func agents(of tenant: TenantID? = nil) -> [AgentSnapshot] {
        agents.values.filter { tenant == nil || $0.tenant == tenant }.map(\.snapshot).sorted {
            ($0.tenant, $0.agentID) < ($1.tenant, $1.agentID)
        }
    }

    func calls(of tenant: TenantID) -> [CallView] {
        calls.values.filter { $0.tenant == tenant }.map { CallView($0) }.sorted {
            ($0.startedAt, $0.callID) < ($1.startedAt, $1.callID)
        }
    }

    /// An agent with the call he has before him.
    func desk(_ key: AgentKey, at time: Timestamp) -> Desk { desk(of: agent(key, at: time)) }

    private func desk(of agent: AgentState) -> Desk {
        let call = agent.callID.flatMap { calls[$0] }.map { CallView($0) }
        return Desk(agent: agent.snapshot, call: call.flatMap { $0.involves(agent.agentID) ? $0 : nil })
    }

    /// Agents with their calls, in the order of their ids: those named, or all.
    func floor(of tenant: TenantID, among: [AgentID]?) -> [Desk] {
        let wanted = among.map(Set.init)
        return agents.values.filter { $0.tenant == tenant && wanted?.contains($0.agentID) ?? true }
            .sorted { $0.agentID < $1.agentID }.map(desk)
    }
}

/// An agent and the call he has before him: what his screen begins with.
struct Desk: Codable, Sendable, Equatable {
    let agent: AgentSnapshot
    let call: CallView?
}
