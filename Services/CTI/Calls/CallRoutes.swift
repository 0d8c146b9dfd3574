import Bus
import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/calls`: calls that are up, and what an agent does with his.
struct CallRoutes: Sendable {
    let gate: ControlGate
    let bus: any Bus

    /// Where to: a queue or a number.
    struct Transfer: Codable, Sendable {
        let queue: QueueID?
        /// 0 to 1000, higher first. Default 100.
        let priority: Int?
        let number: String?
    }

    /// Why an offer is turned down, if anything is said: 1 to 64 characters.
    struct Decline: Codable, Sendable { let reason: String? }

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/calls", "Calls that are up, oldest first", .callSupervise, parameters: .page, use: list),
            APIRoute(
                .get, "/v1/calls/{id}", "One call that is up: one's own, or any for those who supervise calls",
                .signedIn,
                use: find),
            command("answer", "Let my telephone answer the call that rings", .answer),
            command("hold", "Put the customer on hold", .hold),
            command("retrieve", "Take the customer back", .retrieve),
            command("hang-up", "Hang up, or turn down a call that rings", .hangUp),
            APIRoute(
                .post, "/v1/calls/{id}/decline",
                "Turn down a call that rings, with a word why: it goes to the next best agent", .agent,
                repeats: .harmless, use: decline),
            APIRoute(
                .post, "/v1/calls/{id}/transfer", "Send the customer to a queue or a number, and be free at once",
                .agent, repeats: .harmless, use: transfer),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<CallView> {
        try await gate.calls(of: try call.tenant, try call.page())
    }

    @Sendable func find(_ call: APICall<Nothing>) async throws -> CallView {
        let found = try await gate.call(try call.path("id"), tenant: try call.tenant)
        let mayAll = Access.callSupervise.admits(call.identity)
        guard mayAll || found.agentID == call.agent else { throw CallState.notYours }
        return found
    }

    private func command(_ verb: String, _ summary: String, _ wish: CallWish) -> APIRoute {
        APIRoute(.post, "/v1/calls/{id}/\(verb)", summary, .agent, repeats: .harmless) {
            [gate] (call: APICall<Nothing>) async throws -> Nothing in
            try await gate.command(try call.path("id"), by: call.agent, wish, tenant: try call.tenant)
            return Nothing()
        }
    }

    @Sendable func decline(_ call: APICall<Decline>) async throws -> Nothing {
        guard call.body.reason.map({ (1...64).contains($0.count) }) ?? true else {
            throw Failure(.invalid, "The reason has 1 to 64 characters.", code: "reasonInvalid")
        }
        let wish = CallWish.decline(reason: call.body.reason)
        try await gate.command(try call.path("id"), by: call.agent, wish, tenant: try call.tenant)
        return Nothing()
    }

    @Sendable func transfer(_ call: APICall<Transfer>) async throws -> Nothing {
        let tenant = try call.tenant
        let target: TransferTarget
        switch (call.body.queue, call.body.number) {
        case (let queue?, nil):
            // Before the agent is let go: refused with `notFound` if there is no such queue.
            _ = try await bus.request(QueueStatus(queueID: queue), to: .shard(.acd, tenant), tenant: tenant)
            target = .queue(queue, priority: call.body.priority ?? 100)
        case (nil, let number?): target = .number(number)
        default: throw Failure(.invalid, "A transfer names either a queue or a number.", code: "targetInvalid")
        }
        try await gate.command(try call.path("id"), by: call.agent, .transfer(target), tenant: tenant)
        return Nothing()
    }
}
