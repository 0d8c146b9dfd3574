import Bus
import Contracts

/// The way from HTTP to whoever owns the tenant, this instance included.
struct ControlGate: Sendable {
    let bus: any Bus

    func command(_ agent: AgentID, _ wish: AgentWish, tenant: TenantID) async throws -> AgentSnapshot {
        try await ask(CommandAgent(agentID: agent, wish: wish), tenant)
    }

    func command(_ call: CallID, by agent: AgentID, _ wish: CallWish, tenant: TenantID) async throws {
        _ = try await ask(CommandCall(callID: call, agentID: agent, wish: wish), tenant)
    }

    func desk(of agent: AgentID, tenant: TenantID) async throws -> DeskSnapshot {
        try await ask(ReadDesk(agentID: agent), tenant)
    }

    func agents(of tenant: TenantID) async throws -> [AgentSnapshot] { try await ask(ReadAgents(), tenant) }

    func calls(of tenant: TenantID) async throws -> [CallView] { try await ask(ReadCalls(callID: nil), tenant) }

    /// - Throws: `Failure.notFound`
    func call(_ callID: CallID, tenant: TenantID) async throws -> CallView {
        guard let call = try await ask(ReadCalls(callID: callID), tenant).first else {
            throw Failure(.notFound, "There is no call \(callID) now.", code: "callNotFound")
        }
        return call
    }

    private func ask<Request: BusRequest>(_ request: Request, _ tenant: TenantID) async throws -> Request.Reply {
        try await bus.request(request, to: .shard(.cti, tenant), tenant: tenant, deadline: .seconds(5))
    }
}
