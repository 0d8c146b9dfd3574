import Bus
import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/callbacks`: who is to be called back, queue by queue.
struct CallbackRoutes: Sendable {
    let callbacks: CallbackStore
    let queues: QueueStore
    let desk: CallbackDesk
    /// Lets the router of this instance see a change at once.
    let refresh: @Sendable () async throws -> Void

    /// Somebody to be called back, from now on or not before a time.
    struct Entry: Codable, Sendable, Equatable {
        let queue: QueueID
        let number: String
        var priority: Int?
        var skills: [String]?
        var attributes: [String: String]?
        var notBefore: Timestamp?
        /// Whether it is dialled when its turn comes. Default true; else an agent takes it from the list.
        var automatic: Bool?
    }

    /// What came of it, in an agent's word; `waiting` for another try.
    struct Outcome: Codable, Sendable, Equatable {
        enum Result: String, Codable, Sendable, CaseIterable { case done, failed, waiting }

        let result: Result
        var note: String?
    }

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/callbacks", "Who is to be called back, and who was, in the order of their places", .agent,
                parameters: [
                    .text("queue", "Of this queue."), .choice("state", Callback.State.self, "In this state."),
                    .text("number", "Of this telephone number."),
                ] + .page, use: list),
            APIRoute(
                .post, "/v1/callbacks", "Put a number on a queue's list; one that is on it already keeps its place",
                .agent, status: .created, use: create),
            APIRoute(.get, "/v1/callbacks/{id}", "One callback", .agent, use: find),
            APIRoute(.delete, "/v1/callbacks/{id}", "Call a callback off", .agent, use: cancel),
            APIRoute(
                .post, "/v1/callbacks/{id}/take",
                "Call back now: my telephone rings, then the customer's. Nobody else calls him meanwhile", .agent,
                use: take),
            APIRoute(
                .post, "/v1/callbacks/{id}/outcome", "Say what came of it: done, failed, or waiting for another try",
                .agent, use: outcome),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<Callback> {
        try await callbacks.list(
            queue: call.query("queue", as: QueueID.self), state: call.query("state", as: Callback.State.self),
            number: call.query("number"), call.page(), of: call.tenant)
    }

    @Sendable func create(_ call: APICall<Entry>) async throws -> Callback {
        let body = call.body
        let new = try NewCallback(
            queueID: body.queue, number: body.number, source: .entered, enqueuedAt: .now(),
            isAutomatic: body.automatic ?? true, priority: body.priority ?? 100, skills: body.skills ?? [],
            attributes: body.attributes ?? [:], notBefore: body.notBefore
        ).checked()
        let made = try await callbacks.add(new, of: call.tenant)
        try? await refresh()  // The keeper sees it within a second at the latest.
        return made
    }

    @Sendable func find(_ call: APICall<Nothing>) async throws -> Callback {
        try await callbacks.find(call.path("id"), of: call.tenant)
    }

    @Sendable func cancel(_ call: APICall<Nothing>) async throws -> Nothing {
        _ = try await callbacks.close(
            call.path("id"), as: .cancelled, outcome: "calledOff", note: nil, of: call.tenant)
        try? await refresh()
        return Nothing()
    }

    @Sendable func take(_ call: APICall<Nothing>) async throws -> Callback {
        let (id, tenant) = (try call.path("id"), try call.tenant)
        let found = try await callbacks.find(id, of: tenant)
        let queue = try await queues.find(found.queueID, of: tenant)
        let begun = try await desk.dial(
            id, by: AgentID(call.identity.user), afterCallWorkSeconds: queue.afterCallWorkSeconds, mustBeReady: false,
            of: tenant)
        try? await refresh()
        switch begun {
        case .made(let callback): return callback
        case .refused(let failure): throw failure
        }
    }

    @Sendable func outcome(_ call: APICall<Outcome>) async throws -> Callback {
        guard call.body.note?.count ?? 0 <= 2000 else {
            throw Failure(.invalid, "The note has at most 2000 characters.", code: "noteInvalid")
        }
        let state: Callback.State =
            switch call.body.result {
            case .done: .done
            case .failed: .failed
            case .waiting: .waiting
            }
        let closed = try await callbacks.close(
            call.path("id"), as: state, outcome: call.body.result.rawValue, note: call.body.note, of: call.tenant)
        try? await refresh()
        return closed
    }
}
