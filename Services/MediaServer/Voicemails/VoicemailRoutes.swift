import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/voicemails`: callers' messages, found, assigned and dealt with. They are played as recordings.
struct VoicemailRoutes {
    let voicemails: VoicemailStore

    static let filters: [APIParameter] = [
        .text("queue", "In this queue's box."), .text("agent", "In this agent's box."),
        .text("assigned", "Assigned to this user."),
        .text("number", "The customer's number, or its beginning with `*` behind."),
        .text("line", "To this access number."), .choice("state", Voicemail.State.self, "In this state."),
    ]

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/voicemails",
                "Messages of callers, newest first; without `recording.play` one's own and those assigned to one",
                .signedIn, parameters: Self.filters + .page, use: list),
            APIRoute(.get, "/v1/voicemails/{id}", "One message", .signedIn, use: find),
            APIRoute(
                .patch, "/v1/voicemails/{id}",
                "Assign a message, mark it heard or done, note something; only who hears all assigns", .signedIn,
                use: change),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<Voicemail> {
        var filter = VoicemailFilter()
        filter.queue = try call.query("queue", as: QueueID.self)
        filter.agent = try call.query("agent", as: AgentID.self)
        filter.assignedTo = try call.query("assigned", as: UserID.self)
        filter.number = call.query("number")
        filter.line = call.query("line")
        filter.state = try call.query("state", as: Voicemail.State.self)
        if !hearsAll(call) { filter.visibleTo = call.identity.user }
        return try await voicemails.list(filter, try call.page(), tenant: try call.tenant)
    }

    @Sendable func find(_ call: APICall<Nothing>) async throws -> Voicemail {
        try await visible(call)
        return try await voicemails.find(try call.path("id"), tenant: try call.tenant)
    }

    @Sendable func change(_ call: APICall<VoicemailChange>) async throws -> Voicemail {
        let (id, tenant, change) = (try call.path("id", as: RecordingID.self), try call.tenant, call.body)
        try await visible(call)
        guard change.note?.count ?? 0 <= 500 else {
            throw Failure(.invalid, "A note has at most 500 characters.", code: "noteTooLong")
        }
        if let whom = change.assignedTo {
            guard hearsAll(call) else { throw Failure(.forbidden, "Only who may play all recordings assigns.") }
            guard whom.isEmpty || UserID.isAcceptable(whom) else {
                throw Failure(.invalid, "“assignedTo” is not the id of a user.", code: "userInvalid")
            }
        }
        try await voicemails.change(id, change, by: call.identity.user, tenant: tenant)
        return try await voicemails.find(id, tenant: tenant)
    }

    private func hearsAll<Body>(_ call: APICall<Body>) -> Bool { Access.recordingPlay.admits(call.identity) }

    /// - Throws: `Failure.notFound`, also for another's: that it exists is not his business.
    private func visible<Body>(_ call: APICall<Body>) async throws {
        let id = try call.path("id", as: RecordingID.self)
        guard !hearsAll(call) else { return }
        guard try await voicemails.isFor(call.identity.user, id, tenant: try call.tenant) else {
            throw Failure(.notFound, "There is no message \(id).")
        }
    }
}
