import Bus
import Contracts
import ServiceKit

/// The way from HTTP to whoever owns the tenant, this instance included.
struct ControlGate: Sendable {
    /// Longer than a change of owner takes.
    static let patience = Duration.seconds(5)

    let bus: any Bus

    func command(_ agent: AgentID, _ wish: AgentWish, tenant: TenantID) async throws -> AgentSnapshot {
        try await ask(CommandAgent(agentID: agent, wish: wish), tenant)
    }

    func command(_ call: CallID, by agent: AgentID, _ wish: CallWish, tenant: TenantID) async throws {
        _ = try await ask(CommandCall(callID: call, agentID: agent, wish: wish), tenant)
    }

    func desk(
        of agent: AgentID, tenant: TenantID, deadline: Duration = patience
    ) async throws -> DeskSnapshot {
        try await ask(ReadDesk(agentID: agent), tenant, deadline)
    }

    /// In the order of their ids.
    func agents(of tenant: TenantID, _ page: PageRequest = PageRequest()) async throws -> Page<AgentSnapshot> {
        let after = try page.key(0).map { AgentID(rawValue: $0) }
        let rows = try await ask(ReadAgents(after: after, limit: page.limit + 1), tenant)
        return Page(rows: rows, request: page) { [$0.agentID.rawValue] }
    }

    func supervise(
        _ agent: AgentID, by supervisor: AgentID, _ wish: SupervisionWish, tenant: TenantID
    ) async throws -> AgentSnapshot {
        try await ask(SuperviseAgent(agentID: agent, supervisor: supervisor, wish: wish), tenant)
    }

    func dial(_ request: DialNumber, tenant: TenantID) async throws -> CallView { try await ask(request, tenant) }

    /// Agents with their calls, in the order of their ids: those named, or all.
    func floor(of tenant: TenantID, among: [AgentID]?, _ page: PageRequest) async throws -> Page<Desk> {
        let after = try page.key(0).map { AgentID(rawValue: $0) }
        let rows = try await ask(ReadFloor(among: among, after: after, limit: page.limit + 1), tenant)
        return Page(rows: rows, request: page) { [$0.agent.agentID.rawValue] }
    }

    /// By their slots.
    func parked(of tenant: TenantID) async throws -> [CallView] { try await ask(ReadParked(), tenant) }

    /// Oldest first.
    /// - Parameter agents: whose calls, besides those that nobody has yet; nil for all.
    func calls(
        of tenant: TenantID, among agents: Set<AgentID>? = nil, _ page: PageRequest = PageRequest()
    ) async throws -> Page<CallView> {
        let request = ReadCalls(
            after: try ReadCalls.Place(page), limit: page.limit + 1, among: agents.map { $0.sorted() })
        let rows = try await ask(request, tenant)
        return Page(rows: rows, request: page) { ["\($0.startedAt.microseconds)", $0.callID.rawValue] }
    }

    /// - Throws: `Failure.notFound`
    func call(_ callID: CallID, tenant: TenantID) async throws -> CallView {
        guard let call = try await ask(ReadCall(callID: callID), tenant) else {
            throw Failure(.notFound, "There is no call \(callID) now.", code: "callNotFound")
        }
        return call
    }

    func members(of conference: String, tenant: TenantID) async throws -> [ConferenceMember] {
        try await ask(ReadConference(number: conference), tenant)
    }

    func dismiss(_ call: CallID, from conference: String, tenant: TenantID) async throws {
        _ = try await ask(LeaveConference(number: conference, callID: call), tenant)
    }

    private func ask<Request: BusRequest>(
        _ request: Request, _ tenant: TenantID, _ deadline: Duration = patience
    ) async throws -> Request.Reply {
        try await bus.request(request, to: .shard(.cti, tenant), tenant: tenant, deadline: deadline)
    }
}

extension ReadCalls.Place {
    /// Nil for the first page.
    /// - Throws: `Failure.invalid` if the cursor was made for another list.
    init?(_ page: PageRequest) throws {
        guard let began = try page.key(0), let call = try page.key(1) else { return nil }
        guard let microseconds = Int64(began) else { throw Failure(.invalid, "The cursor is of another list.") }
        self.init(startedAt: Timestamp(microseconds: microseconds), callID: CallID(rawValue: call))
    }
}
