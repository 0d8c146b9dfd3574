import Bus
import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/queues`: what a supervisor sees and changes.
struct QueueRoutes: Sendable {
    let queues: QueueStore
    let bus: any Bus
    /// Lets the router of this instance see a change at once.
    let refresh: @Sendable () async throws -> Void

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/queues", "All queues, by name", .signedIn, parameters: .page, use: list),
            APIRoute(.post, "/v1/queues", "Make a queue", .queueManage, status: .created, use: create),
            APIRoute(.get, "/v1/queues/{id}", "One queue", .signedIn, use: find),
            APIRoute(.patch, "/v1/queues/{id}", "Change what is given", .queueManage, use: change),
            APIRoute(.delete, "/v1/queues/{id}", "Remove a queue in which nobody waits", .queueManage, use: remove),
            APIRoute(.get, "/v1/queues/{id}/figures", "How the queue stands right now", .signedIn, use: figures),
            APIRoute(
                .get, "/v1/queues/{id}/members", "Agents who work in the queue", .signedIn, parameters: .page,
                use: members),
            APIRoute(.put, "/v1/queues/{id}/members/{agent}", "Let an agent work in the queue", .queueManage, use: add),
            APIRoute(
                .get, "/v1/queues/{id}/members/{agent}", "When an agent works in the queue", .signedIn, use: member),
            APIRoute(
                .put, "/v1/queues/{id}/members/{agent}/hours",
                "Let an agent work in the queue at these hours only, by weekday", .queueManage, use: setHours),
            APIRoute(
                .delete, "/v1/queues/{id}/members/{agent}/hours", "Let an agent work in the queue always", .queueManage,
                use: clearHours),
            APIRoute(
                .delete, "/v1/queues/{id}/members/{agent}", "Take an agent out of the queue", .queueManage, use: take),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<Queue> {
        try await queues.list(call.page(), of: call.tenant)
    }

    @Sendable func create(_ call: APICall<QueueWish>) async throws -> Queue {
        let wish = try call.body.checked()
        guard let name = wish.name else { throw Failure(.invalid, "A queue needs a name.", code: "queueNameInvalid") }
        let queue = wish.applied(to: Queue(id: wish.id ?? .make(at: .now()), name: name))
        try await queues.insert(queue, of: call.tenant)
        try? await refresh()  // The watch sees it within a second at the latest.
        return queue
    }

    @Sendable func find(_ call: APICall<Nothing>) async throws -> Queue {
        try await queues.find(call.path("id"), of: call.tenant)
    }

    @Sendable func change(_ call: APICall<QueueWish>) async throws -> Queue {
        let queue = try await queues.change(call.path("id"), try call.body.checked(), of: call.tenant)
        try? await refresh()
        return queue
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        let (id, tenant): (QueueID, TenantID) = (try call.path("id"), try call.tenant)
        _ = try await queues.find(id, of: tenant)
        do {
            let figures = try await bus.request(QueueStatus(queueID: id), to: .shard(.acd, tenant), tenant: tenant)
            guard figures.waiting + figures.offered == 0 else {
                throw Failure(.conflict, "Callers wait in this queue.", code: "callersWait")
            }
        } catch let failure as Failure where failure.kind == .notFound {
            // Made so recently that nobody can wait in it.
        }
        try await queues.remove(id, of: tenant)
        try? await refresh()
        return Nothing()
    }

    @Sendable func figures(_ call: APICall<Nothing>) async throws -> QueueFigures {
        let tenant = try call.tenant
        return try await bus.request(
            QueueStatus(queueID: try call.path("id")), to: .shard(.acd, tenant), tenant: tenant)
    }

    // MARK: - Members

    @Sendable func members(_ call: APICall<Nothing>) async throws -> Page<AgentID> {
        let queue = try await queues.find(call.path("id"), of: call.tenant)
        return try await queues.members(call.page(), of: queue.id, of: call.tenant)
    }

    @Sendable func add(_ call: APICall<Nothing>) async throws -> Nothing {
        try await queues.addMember(call.path("agent"), to: call.path("id"), of: call.tenant)
        try? await refresh()
        return Nothing()
    }

    @Sendable func member(_ call: APICall<Nothing>) async throws -> QueueMember {
        try await queues.member(call.path("agent"), of: call.path("id"), of: call.tenant, at: .now())
    }

    @Sendable func setHours(_ call: APICall<MemberHours>) async throws -> QueueMember {
        let (agent, id): (AgentID, QueueID) = (try call.path("agent"), try call.path("id"))
        try await queues.setHours(try call.body.checked(), of: agent, in: id, of: call.tenant)
        try? await refresh()
        return try await queues.member(agent, of: id, of: call.tenant, at: .now())
    }

    @Sendable func clearHours(_ call: APICall<Nothing>) async throws -> Nothing {
        try await queues.setHours(nil, of: call.path("agent"), in: call.path("id"), of: call.tenant)
        try? await refresh()
        return Nothing()
    }

    @Sendable func take(_ call: APICall<Nothing>) async throws -> Nothing {
        try await queues.removeMember(call.path("agent"), from: call.path("id"), of: call.tenant)
        try? await refresh()
        return Nothing()
    }
}
