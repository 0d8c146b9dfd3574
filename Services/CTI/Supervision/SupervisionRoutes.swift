import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/supervision`: what a supervisor sees of his agents, and does to them and their calls. Each act is told to all as
/// `supervision.acted`.
struct SupervisionRoutes: Sendable {
    let gate: ControlGate
    let library: FlowLibrary

    struct Pause: Codable, Sendable { let reason: String }

    /// An agent as his supervisor sees him.
    struct FloorAgent: Codable, Sendable {
        let agent: AgentSnapshot
        let seat: SeatKind
        /// Null without one.
        let call: CallView?
    }

    /// A monitor group with its members' states.
    struct GroupFigures: Codable, Sendable, Equatable {
        let id: String
        let name: String
        let members: Int
        let online: Int
        let ready: Int
        let talking: Int
        let paused: Int
    }

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/supervision/agents", "The agents of my groups, with their calls", .callSupervise,
                parameters: .page, use: agents),
            APIRoute(
                .get, "/v1/supervision/groups", "My groups, and how many of them are here and do what", .callSupervise,
                use: groups),
            act("listen", "Hear an agent's call; my telephone rings", .callSupervise, .listen),
            act("whisper", "Be heard by the agent only", .callIntervene, .whisper),
            act("barge", "Talk with both (强插)", .callIntervene, .barge),
            act("take-over", "Talk with the customer instead of the agent (拦截)", .callIntervene, .takeOver),
            act("leave", "End listening, whispering or barging", .callSupervise, .leave),
            act("release", "Drop the customer; the agent is ready (强拆)", .callIntervene, .release),
            act("ready", "Make an agent ready (强制示闲)", .callIntervene, .makeReady),
            act("sign-out", "Sign an agent out, after his call if there is one (强制签出)", .callIntervene, .signOut),
            APIRoute(
                .post, "/v1/supervision/agents/{id}/pause",
                "Pause an agent for a reason, after his call if there is one (强制示忙)", .callIntervene,
                repeats: .harmless, use: pause),
        ]
    }

    @Sendable func agents(_ call: APICall<Nothing>) async throws -> Page<FloorAgent> {
        let tenant = try call.tenant
        let book = library.book(of: tenant)
        let among = scope(of: call, book)
        let page = try await gate.floor(of: tenant, among: among.map { $0.sorted() }, try call.page(limit: 200))
        return Page(
            items: page.items.map {
                FloorAgent(agent: $0.agent, seat: book.seat(of: $0.agent.agentID), call: $0.call)
            }, nextCursor: page.nextCursor)
    }

    @Sendable func groups(_ call: APICall<Nothing>) async throws -> [GroupFigures] {
        let tenant = try call.tenant
        let isAll = seesAll(call)
        let mine = library.book(of: tenant).groups.filter { isAll || $0.supervisors.contains(call.agent) }
        guard !mine.isEmpty else { return [] }
        let members = Set(mine.flatMap(\.members))
        var status: [AgentID: AgentStatus] = [:]
        var page = PageRequest(limit: 1000, after: nil)
        while true {
            let found = try await gate.floor(of: tenant, among: members.sorted(), page)
            for desk in found.items { status[desk.agent.agentID] = desk.agent.status }
            guard found.nextCursor != nil, let last = found.items.last else { break }
            page = PageRequest(limit: 1000, after: [last.agent.agentID.rawValue])
        }
        return mine.map { group in
            let states = group.members.compactMap { status[$0] }
            return GroupFigures(
                id: group.id, name: group.name, members: group.members.count,
                online: states.count { $0 != .signedOut }, ready: states.count { $0 == .ready },
                talking: states.count { $0 == .talking }, paused: states.count { $0 == .paused })
        }
    }

    @Sendable func pause(_ call: APICall<Pause>) async throws -> AgentSnapshot {
        guard (1...64).contains(call.body.reason.count) else {
            throw Failure(.invalid, "The reason has 1 to 64 characters.", code: "reasonInvalid")
        }
        return try await act(.pause(reason: call.body.reason), call)
    }

    private func act(_ verb: String, _ summary: String, _ access: Access, _ wish: SupervisionWish) -> APIRoute {
        APIRoute(.post, "/v1/supervision/agents/{id}/\(verb)", summary, access, repeats: .harmless) {
            (call: APICall<Nothing>) async throws -> AgentSnapshot in
            try await act(wish, call)
        }
    }

    private func act<Body>(_ wish: SupervisionWish, _ call: APICall<Body>) async throws -> AgentSnapshot {
        let (tenant, agent) = (try call.tenant, try call.path("id", as: AgentID.self))
        // Read from memory: no act waits for PostgreSQL.
        if let mine = scope(of: call, library.book(of: tenant)), !mine.contains(agent) {
            throw Failure(.notFound, "There is no agent \(agent) in your groups.", code: "agentNotFound")
        }
        return try await gate.supervise(agent, by: call.agent, wish, tenant: tenant)
    }

    /// Administrators see everybody.
    private func seesAll<Body>(_ call: APICall<Body>) -> Bool { Access.admin.admits(call.identity) }

    private func scope<Body>(of call: APICall<Body>, _ book: TenantBook) -> Set<AgentID>? {
        seesAll(call) ? nil : book.supervised(by: call.agent)
    }
}
