import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/unresolved-cases`: customers whose next call goes to the agent who knows their case.
struct UnresolvedCaseRoutes: Sendable {
    let cases: UnresolvedCaseStore

    /// Whether a case is still to be worked on.
    enum Progress: String, CaseIterable { case open, resolved }

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/unresolved-cases", "Cases that could not be closed in one call, the newest first", .agent,
                parameters: [
                    .text("number", "Of this telephone number."), .text("agent", "Of this agent."),
                    .choice("progress", Progress.self, "Only these."),
                ] + .page, use: list),
            APIRoute(
                .post, "/v1/unresolved-cases",
                "Mark a customer's case as not resolved: his next call goes to me. One number has one open case of a kind",
                .agent, use: mark),
            APIRoute(
                .patch, "/v1/unresolved-cases/{id}", "Say how far a case has come, or whose it is", .agent, use: change),
            APIRoute(
                .post, "/v1/unresolved-cases/{id}/resolve", "The case is closed: the customer's calls go to anybody",
                .agent, use: resolve),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<UnresolvedCase> {
        try await cases.list(
            number: call.query("number"), agent: call.query("agent", as: AgentID.self),
            isOpen: call.query("progress", as: Progress.self).map { $0 == .open }, call.page(), of: call.tenant)
    }

    @Sendable func mark(_ call: APICall<UnresolvedMark>) async throws -> UnresolvedCase {
        let mark = try call.body.checked()
        let me = AgentID(call.identity.user)
        guard (mark.agentID ?? me) == me || Access.supervisor.admits(call.identity) else { throw Self.notYours }
        return try await cases.mark(mark, by: me, of: call.tenant)
    }

    @Sendable func change(_ call: APICall<CaseChange>) async throws -> UnresolvedCase {
        let change = try call.body.checked()
        let found = try await admitted(call)
        return try await cases.change(found.id, change, of: call.tenant)
    }

    @Sendable func resolve(_ call: APICall<Nothing>) async throws -> UnresolvedCase {
        let found = try await admitted(call)
        return try await cases.resolve(found.id, of: call.tenant)
    }

    /// The case, if it is the agent's own or he leads.
    private func admitted<Body>(_ call: APICall<Body>) async throws -> UnresolvedCase {
        let found = try await cases.find(call.path("id"), of: call.tenant)
        guard found.agentID == AgentID(call.identity.user) || Access.supervisor.admits(call.identity) else {
            throw Self.notYours
        }
        return found
    }

    private static let notYours = Failure(.forbidden, "That is another agent's case.", code: "caseNotYours")
}
