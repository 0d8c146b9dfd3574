import Bus
import Contracts
import Foundation
import HTTPTypes
import ServiceKit

/// `/v1/calls`: calls that are up, and what an agent does with his.
struct CallRoutes: Sendable {
    let gate: ControlGate
    let bus: any Bus
    /// Knows whom a supervisor supervises.
    let library: FlowLibrary

    /// Where to, or whom to ask: exactly one of agent, queue, number and flow. A flow cannot be asked.
    struct Target: Codable, Sendable {
        let agent: AgentID?
        let queue: QueueID?
        /// Of a queue: 0 to 1000, higher first. Default 100.
        let priority: Int?
        let number: String?
        let flow: FlowID?
        /// Of a transfer to an agent or a number: the customer stays until the other has answered. Default false.
        let confirm: Bool?
    }

    /// Whom to call: 1 to 32 of 0-9, +, * and #. `from` is the number shown; the trunk's own if not given. `callID` may be
    /// chosen, so that asking again makes no second call. With `customerID` his record goes with the call (记录拨号); without
    /// a number, his first one is called.
    struct Dial: Codable, Sendable {
        let number: String?
        var customerID: CustomerID?
        let from: String?
        let callID: CallID?
    }

    /// What goes with a call: at most 64 things, a name of 1 to 64 characters, a value of at most 256; null takes one away.
    struct DataChange: Codable, Sendable { let data: [String: String?] }

    /// Why an offer is turned down, if anything is said: 1 to 64 characters.
    struct Decline: Codable, Sendable { let reason: String? }

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/calls",
                "Calls that are up, oldest first: those of my monitor groups' agents, and those that nobody has yet",
                .callSupervise, parameters: .page, use: list),
            APIRoute(
                .post, "/v1/calls",
                "Call a number, or a customer's record: my telephone lifts itself, then the number rings", .agent,
                status: .created, repeats: .harmless, use: dial),
            APIRoute(
                .get, "/v1/calls/{id}", "One call that is up: one's own, or one that I supervise",
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
                .post, "/v1/calls/{id}/transfer",
                "Send the customer to an agent, a queue, a number or a flow, and be free at once, or once the other has "
                    + "answered",
                .agent, repeats: .harmless, use: transfer),
            APIRoute(
                .post, "/v1/calls/{id}/consult",
                "Ask an agent, somebody in a queue, or a number while the customer waits",
                .agent, repeats: .harmless, use: consult),
            command("swap", "Go from the customer to whom I ask, or back", .swap),
            command("give-up", "Let go whom I ask, or who was to confirm, and go back to the customer", .giveUp),
            command("complete", "Give the call to whom I ask (attended transfer)", .complete),
            command("join", "Talk together: customer, whom I ask, and I (three-way and more)", .join),
            APIRoute(
                .delete, "/v1/calls/{id}/parties/{leg}", "Drop somebody from the conversation; the others talk on",
                .agent, use: remove),
            command("park", "Let the customer wait with music until any agent takes him back", .park),
            command("pick-up", "Take a parked customer: my telephone rings", .pickUp),
            APIRoute(.get, "/v1/parked-calls", "Customers who are parked, by their slots", .agent, use: parked),
            APIRoute(
                .patch, "/v1/calls/{id}/data",
                "Change what goes with the call (随路数据): what is named is set, or taken away by null; for its agents, "
                    + "and for those who supervise calls", .signedIn, use: setData),
        ] + RecordingWish.allCases.map(recording)
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<CallView> {
        let tenant = try call.tenant
        return try await gate.calls(of: tenant, among: scope(of: call, tenant), try call.page())
    }

    /// Whom somebody supervises, which administrators do with everybody: nil.
    private func scope<Body>(of call: APICall<Body>, _ tenant: TenantID) -> Set<AgentID>? {
        Access.admin.admits(call.identity) ? nil : library.book(of: tenant).supervised(by: call.agent)
    }

    private func maySee<Body>(_ found: CallView, _ call: APICall<Body>, _ tenant: TenantID) -> Bool {
        if found.involves(call.agent) { return true }
        guard Access.callSupervise.admits(call.identity) else { return false }
        return scope(of: call, tenant).map { found.isSeen(bySupervisorOf: $0) } ?? true
    }

    @Sendable func dial(_ call: APICall<Dial>) async throws -> CallView {
        let (body, tenant) = (call.body, try call.tenant)
        let customer = try await record(of: call)
        guard let number = body.number ?? customer.flatMap(\.diallable), FlowValidation.isDialable(number),
            body.from.map(FlowValidation.isDialable) ?? true
        else { throw CallState.numberInvalid }
        let callID = body.callID ?? CallID(rawValue: "d\(UUID().uuidString.lowercased())")
        guard CallID.isAcceptable(callID.rawValue), callID.rawValue.count <= 64 else {
            throw Failure(.invalid, "The call's id cannot be used.", code: "callInvalid")
        }
        let request = DialNumber(
            callID: callID, agentID: call.agent, number: number, from: body.from ?? "", customer: customer)
        return try await gate.dial(request, tenant: tenant)
    }

    @Sendable func find(_ call: APICall<Nothing>) async throws -> CallView {
        let tenant = try call.tenant
        let found = try await gate.call(try call.path("id"), tenant: tenant)
        guard maySee(found, call, tenant) else { throw CallState.notYours }
        return found
    }

    private func recording(_ wish: RecordingWish) -> APIRoute {
        let summary =
            switch wish {
            case .start: "Record my call from now on"
            case .stop: "Stop the recording that was begun by hand"
            case .pause: "Record nothing until it is resumed, as for a card number"
            case .resume: "Go on with the recording"
            }
        return APIRoute(
            .post, "/v1/calls/{id}/recording/\(wish.rawValue)", summary, .recordingControl, repeats: .harmless
        ) { [gate] (call: APICall<Nothing>) async throws -> Nothing in
            try await gate.command(try call.path("id"), by: call.agent, .record(wish), tenant: try call.tenant)
            return Nothing()
        }
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

    @Sendable func transfer(_ call: APICall<Target>) async throws -> Nothing {
        let target = try await target(of: call)
        let wish = CallWish.transfer(target, confirms: call.body.confirm ?? false)
        try await gate.command(try call.path("id"), by: call.agent, wish, tenant: try call.tenant)
        return Nothing()
    }

    @Sendable func consult(_ call: APICall<Target>) async throws -> Nothing {
        let wish = CallWish.consult(try await target(of: call))
        try await gate.command(try call.path("id"), by: call.agent, wish, tenant: try call.tenant)
        return Nothing()
    }

    private func target(of call: APICall<Target>) async throws -> TransferTarget {
        let (tenant, body) = (try call.tenant, call.body)
        switch (body.agent, body.queue, body.number, body.flow) {
        case (let agent?, nil, nil, nil): return .agent(agent)
        case (nil, let queue?, nil, nil):
            // Before the agent is let go: refused with `notFound` if there is no such queue.
            _ = try await bus.request(QueueStatus(queueID: queue), to: .shard(.acd, tenant), tenant: tenant)
            return .queue(queue, priority: body.priority ?? 100)
        case (nil, nil, let number?, nil): return .number(number)
        case (nil, nil, nil, let flow?): return .flow(flow)
        default:
            throw Failure(.invalid, "Name exactly one of agent, queue, number and flow.", code: "targetInvalid")
        }
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        let leg: LegID = try call.path("leg")
        try await gate.command(try call.path("id"), by: call.agent, .remove(leg), tenant: try call.tenant)
        return Nothing()
    }

    @Sendable func parked(_ call: APICall<Nothing>) async throws -> [CallView] {
        try await gate.parked(of: try call.tenant)
    }

    @Sendable func setData(_ call: APICall<DataChange>) async throws -> CallView {
        let (tenant, callID) = (try call.tenant, try call.path("id", as: CallID.self))
        let found = try await gate.call(callID, tenant: tenant)
        guard maySee(found, call, tenant) else { throw CallState.notYours }
        try await gate.command(callID, by: call.agent, .setData(call.body.data), tenant: tenant)
        return try await gate.call(callID, tenant: tenant)
    }
}
