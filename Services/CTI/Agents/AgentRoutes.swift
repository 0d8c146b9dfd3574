import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/agents` and `/v1/events`: what agents do, and what they are told.
struct AgentRoutes: Sendable {
    let gate: ControlGate
    let desks: DeskFeed
    let library: FlowLibrary

    struct SignIn: Codable, Sendable { let phone: PhoneID }
    struct Pause: Codable, Sendable { let reason: String }
    /// What became of the call, at most 200 characters, and what else there is to say, at most 2000.
    struct Finish: Codable, Sendable {
        let disposition: String?
        let note: String?
    }

    /// An agent as his colleagues see him.
    struct Colleague: Codable, Sendable, Equatable {
        let agentID: AgentID
        let status: AgentStatus
        let seat: SeatKind
    }

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/agents/me", "What I am doing", .agent, use: me),
            APIRoute(.post, "/v1/agents/me/sign-in", "Sign in at a telephone", .agent, repeats: .harmless, use: signIn),
            APIRoute(
                .post, "/v1/agents/me/sign-out", "Sign out, after the call if there is one", .agent,
                repeats: .harmless, use: signOut),
            APIRoute(.post, "/v1/agents/me/ready", "Take calls", .agent, repeats: .harmless, use: ready),
            APIRoute(
                .post, "/v1/agents/me/pause", "Take no calls, for a reason; after the call if there is one",
                .agent, repeats: .harmless, use: pause),
            APIRoute(
                .post, "/v1/agents/me/after-call-work/end", "End after-call work, with what became of the call",
                .agent, repeats: .harmless, use: endAfterCallWork),
            APIRoute(
                .post, "/v1/agents/me/after-call-work/extend",
                "Make timed after-call work longer, as far as the tenant "
                    + "allows", .agent, repeats: .harmless, use: extendAfterCallWork),
            APIRoute(
                .get, "/v1/colleagues", "Agents who are signed in, to be asked or to be given a call", .agent,
                parameters: .page, use: colleagues),
            APIRoute(
                .get, "/v1/agents",
                "All agents who ever signed in, or those of my monitor groups, and what they are doing", .callSupervise,
                parameters: .page, use: list),
            .events(
                "/v1/events",
                "My events: what came after Last-Event-ID if all of it is still known, else a snapshot first; then all "
                    + "about me and my call", .agent, use: events),
        ]
    }

    @Sendable func me(_ call: APICall<Nothing>) async throws -> Desk {
        try await gate.desk(of: call.agent, tenant: try call.tenant).desk
    }

    @Sendable func signIn(_ call: APICall<SignIn>) async throws -> AgentSnapshot {
        guard PhoneID.isAcceptable(call.body.phone.rawValue) else {
            throw Failure(.invalid, "That is not the number of a telephone.", code: "phoneInvalid")
        }
        guard !call.body.phone.isBrowser || call.body.phone == .browser(of: call.agent) else {
            throw Failure(.forbidden, "That is the telephone in another agent's browser.", code: "phoneNotYours")
        }
        let name = call.identity.name
        return try await gate.command(
            call.agent, .signIn(call.body.phone, name: name.isEmpty ? nil : String(name.prefix(100))),
            tenant: try call.tenant)
    }

    @Sendable func signOut(_ call: APICall<Nothing>) async throws -> AgentSnapshot {
        try await gate.command(call.agent, .signOut, tenant: try call.tenant)
    }

    @Sendable func ready(_ call: APICall<Nothing>) async throws -> AgentSnapshot {
        try await gate.command(call.agent, .ready, tenant: try call.tenant)
    }

    @Sendable func pause(_ call: APICall<Pause>) async throws -> AgentSnapshot {
        guard (1...64).contains(call.body.reason.count) else {
            throw Failure(.invalid, "The reason has 1 to 64 characters.", code: "reasonInvalid")
        }
        return try await gate.command(call.agent, .pause(reason: call.body.reason), tenant: try call.tenant)
    }

    @Sendable func endAfterCallWork(_ call: APICall<Finish>) async throws -> AgentSnapshot {
        guard call.body.disposition?.count ?? 0 <= 200 else {
            throw Failure(.invalid, "The disposition has at most 200 characters.", code: "dispositionInvalid")
        }
        guard call.body.note?.count ?? 0 <= 2000 else {
            throw Failure(.invalid, "The note has at most 2000 characters.", code: "noteInvalid")
        }
        let wish = AgentWish.endAfterCallWork(disposition: call.body.disposition, note: call.body.note)
        return try await gate.command(call.agent, wish, tenant: try call.tenant)
    }

    @Sendable func extendAfterCallWork(_ call: APICall<Nothing>) async throws -> AgentSnapshot {
        try await gate.command(call.agent, .extendAfterCallWork, tenant: try call.tenant)
    }

    @Sendable func colleagues(_ call: APICall<Nothing>) async throws -> Page<Colleague> {
        let tenant = try call.tenant
        let book = library.book(of: tenant)
        let page = try await gate.agents(of: tenant, try call.page(limit: 200))
        return Page(
            items: page.items.filter { $0.status != .signedOut }.map {
                Colleague(agentID: $0.agentID, status: $0.status, seat: book.seat(of: $0.agentID))
            }, nextCursor: page.nextCursor)
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<AgentSnapshot> {
        let tenant = try call.tenant
        guard !Access.admin.admits(call.identity), let mine = library.book(of: tenant).supervised(by: call.agent) else {
            return try await gate.agents(of: tenant, try call.page())
        }
        let page = try await gate.floor(of: tenant, among: mine.sorted(), try call.page())
        return Page(items: page.items.map(\.agent), nextCursor: page.nextCursor)
    }

    @Sendable func events(_ call: APICall<Nothing>) async throws -> AsyncStream<ServerEvent> {
        try await desks.events(
            of: AgentKey(tenant: try call.tenant, agentID: call.agent), after: call.lastEventID)
    }
}

extension APICall {
    /// The one who asks, as an agent.
    var agent: AgentID { AgentID(identity.user) }
}
