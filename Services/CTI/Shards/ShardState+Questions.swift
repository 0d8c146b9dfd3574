import Contracts

/// Questions about a shard: they change nothing.
extension ShardState {
    func waiting() -> [WaitingCall] {
        calls.values.filter { $0.phase == .waiting }.compactMap(\.waitingCall).sorted {
            ($0.enqueuedAt, $0.callID) < ($1.enqueuedAt, $1.callID)
        }
    }

    func offered() -> [OfferedCall] {
        calls.values.filter { $0.phase == .offered }.sorted { $0.callID < $1.callID }.compactMap { call in
            guard let waiting = call.waitingCall, let offer = call.offer else { return nil }
            return OfferedCall(call: waiting, agentID: offer.agentID, offer: offer.number)
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
    func desk(_ key: AgentKey, at time: Timestamp) -> Desk {
        let agent = agent(key, at: time)
        let call = agent.callID.flatMap { calls[$0] }.flatMap { $0.peer?.agentID == key.agentID ? CallView($0) : nil }
        return Desk(agent: agent.snapshot, call: call)
    }
}

/// An agent and the call he has before him: what his screen begins with.
struct Desk: Codable, Sendable, Equatable {
    let agent: AgentSnapshot
    let call: CallView?
}
