import Bus
import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/conferences`: what callers may join from a flow, and who is in it.
struct ConferenceRoutes: Sendable {
    let flows: FlowStore
    let library: FlowLibrary
    let gate: ControlGate
    let bus: any Bus

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/conferences", "Conferences that callers may join from a flow", .flowManage,
                parameters: .page, use: list),
            APIRoute(
                .put, "/v1/conferences/{number}", "Make a conference, or change it for who joins from now on",
                .flowManage, use: keep),
            APIRoute(
                .delete, "/v1/conferences/{number}", "Let nobody join it any more; who is in it stays", .flowManage,
                use: remove),
            APIRoute(
                .get, "/v1/conferences/{number}/members", "Who is in it, in the order they came", .callSupervise,
                use: members),
            APIRoute(
                .delete, "/v1/conferences/{number}/members/{call}", "Send somebody out of it, on to his flow",
                .callIntervene, use: dismiss),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<ConferenceListing> {
        try await flows.conferences(try call.page(), tenant: try call.tenant)
    }

    @Sendable func keep(_ call: APICall<ConferenceSettings>) async throws -> ConferenceListing {
        let (tenant, number) = (try call.tenant, try number(of: call))
        try call.body.check()
        try await flows.keepConference(number, call.body, tenant: tenant)
        try await tell(tenant)
        return ConferenceListing(number: number, settings: call.body)
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        let tenant = try call.tenant
        try await flows.removeConference(try number(of: call), tenant: tenant)
        try await tell(tenant)
        return Nothing()
    }

    @Sendable func members(_ call: APICall<Nothing>) async throws -> [ConferenceMember] {
        try await gate.members(of: try number(of: call), tenant: try call.tenant)
    }

    @Sendable func dismiss(_ call: APICall<Nothing>) async throws -> Nothing {
        try await gate.dismiss(
            try call.path("call", as: CallID.self), from: try number(of: call), tenant: try call.tenant)
        return Nothing()
    }

    private func number<Body>(of call: APICall<Body>) throws -> String {
        let number = try call.path("number")
        guard ConferenceSettings.isConferenceNumber(number) else {
            throw Failure(.invalid, "The number of a conference has 1 to 12 digits.", code: "conferenceInvalid")
        }
        return number
    }

    /// This instance knows at once, the others as soon as they hear.
    private func tell(_ tenant: TenantID) async throws {
        bus.signal(BooksChanged(tenant: tenant), tenant: tenant)
        try await library.refresh()
    }
}

/// Who is in a conference, as the API shows it.
struct ConferenceMember: Codable, Sendable, Equatable {
    let callID: CallID
    let customerNumber: String
    /// What the others hear him called.
    let name: String?
    let isModerator: Bool
    /// He hears music, for nobody else is there or a moderator is waited for.
    let isAlone: Bool
    let joinedAt: Timestamp
}

/// Any cti → the owner: who is in a conference of the tenant's.
struct ReadConference: BusRequest {
    typealias Reply = [ConferenceMember]
    static let name = "cti.read_conference"
    let number: String
}

/// Any cti → the owner: this caller is to leave the conference.
struct LeaveConference: BusRequest {
    typealias Reply = Done
    static let name = "cti.leave_conference"
    let number: String
    let callID: CallID
}

extension CTI {
    func serveConferences() {
        bus.serve(ReadConference.self) { [shards] request, context in
            let tenant = try context.neededTenant
            return try await shards.ask(.of(tenant)) { state, _ in
                state.members(of: .init(tenant: tenant, number: request.number))
            }
        }
        bus.serve(LeaveConference.self) { [shards] request, context in
            let tenant = try context.neededTenant
            let input = CallInput.dismissedFromConference(number: request.number)
            try await shards.tell(.call(request.callID, tenant: tenant, input), tenant: tenant)
            return Done()
        }
    }
}
