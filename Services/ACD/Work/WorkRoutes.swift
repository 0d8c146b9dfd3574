import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/work`: customers' matters that are no calls, for agents and for other systems that have them routed.
struct WorkRoutes: Sendable {
    let desk: WorkDesk

    /// What became of it, in the agent's word, at most 200 letters, and what else there is to say, at most 2000.
    struct Finish: Codable, Sendable {
        var disposition: String?
        var note: String?
    }

    /// To which queue, if it is to be another.
    struct GiveBack: Codable, Sendable {
        var queue: QueueID?
    }

    var routes: [APIRoute] {
        let one = "/v1/work/{id}"
        return [
            APIRoute(
                .get, "/v1/work", "Chats, mails, tickets and the like, the newest first", .agent,
                parameters: [
                    .choice("state", WorkItem.State.self, "In this state."), .text("queue", "Of this queue."),
                    .text("agent", "In this agent's hands."),
                ] + .page, use: list),
            APIRoute(
                .post, "/v1/work", "Have a matter routed to an agent. The same id again changes nothing", .agent,
                status: .created, use: enter),
            APIRoute(.get, "/v1/my-work", "What I have in hand, and what I am asked to take", .agent, use: mine),
            APIRoute(.get, one, "One matter", .agent, use: find),
            APIRoute(.delete, one, "Call a matter off, whoever has it", .agent, use: cancel),
            APIRoute(
                .post, one + "/accept", "Take what I am asked to take", .agent, repeats: .harmless, use: accept),
            APIRoute(
                .post, one + "/refuse", "Leave it to another agent", .agent, repeats: .harmless, use: refuse),
            APIRoute(
                .post, one + "/take", "Take what waits, without being asked", .agent, repeats: .harmless, use: take),
            APIRoute(
                .post, one + "/give-back",
                "Let it wait for others again, at its place, in another queue if one is named",
                .agent, repeats: .harmless, use: giveBack),
            APIRoute(
                .post, one + "/done", "It is dealt with: say what became of it", .agent, repeats: .harmless, use: done),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<WorkItem> {
        try await desk.work.list(
            states: call.query("state", as: WorkItem.State.self).map { [$0] } ?? [],
            queue: call.query("queue", as: QueueID.self), agent: call.query("agent", as: AgentID.self), call.page(),
            of: call.tenant)
    }

    @Sendable func enter(_ call: APICall<NewWork>) async throws -> WorkItem {
        try await desk.enter(call.body, of: call.tenant)
    }

    @Sendable func mine(_ call: APICall<Nothing>) async throws -> Page<WorkItem> {
        try await desk.work.list(
            states: [.offered, .open, .interrupted], queue: nil, agent: AgentID(call.identity.user),
            PageRequest(limit: 200), of: call.tenant)
    }

    @Sendable func find(_ call: APICall<Nothing>) async throws -> WorkItem {
        try await desk.work.find(call.path("id"), of: call.tenant)
    }

    @Sendable func cancel(_ call: APICall<Nothing>) async throws -> Nothing {
        _ = try await desk.cancel(call.path("id"), of: call.tenant)
        return Nothing()
    }

    @Sendable func accept(_ call: APICall<Nothing>) async throws -> WorkItem {
        try await desk.accept(call.path("id"), by: AgentID(call.identity.user), of: call.tenant)
    }

    @Sendable func refuse(_ call: APICall<Nothing>) async throws -> WorkItem {
        try await desk.refuse(call.path("id"), by: AgentID(call.identity.user), of: call.tenant)
    }

    @Sendable func take(_ call: APICall<Nothing>) async throws -> WorkItem {
        try await desk.take(call.path("id"), by: AgentID(call.identity.user), of: call.tenant)
    }

    @Sendable func giveBack(_ call: APICall<GiveBack>) async throws -> WorkItem {
        try await desk.giveBack(
            call.path("id"), to: call.body.queue, by: AgentID(call.identity.user), of: call.tenant)
    }

    @Sendable func done(_ call: APICall<Finish>) async throws -> WorkItem {
        guard call.body.disposition?.count ?? 0 <= 200, call.body.note?.count ?? 0 <= 2000 else {
            throw Failure(
                .invalid, "The disposition has at most 200 letters, the note at most 2000.", code: "workNoteInvalid")
        }
        return try await desk.finish(
            call.path("id"), disposition: call.body.disposition, note: call.body.note,
            by: AgentID(call.identity.user), of: call.tenant)
    }
}
