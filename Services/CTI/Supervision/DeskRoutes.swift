import Bus
import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/monitor-groups` and `/v1/desk-settings`: who supervises whom, and what a tenant wants of its agents' desks.
struct DeskRoutes: Sendable {
    let desks: DeskStore
    let library: FlowLibrary
    let bus: any Bus

    /// A group without its id, which the address names.
    struct Group: Codable, Sendable {
        /// 1 to 100 characters.
        let name: String
        let supervisors: [AgentID]
        let members: [AgentID]
    }

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/monitor-groups", "All monitor groups", .admin, use: groups),
            APIRoute(.put, "/v1/monitor-groups/{id}", "Make a monitor group, or replace it", .admin, use: keep),
            APIRoute(.delete, "/v1/monitor-groups/{id}", "Remove a monitor group", .admin, use: remove),
            APIRoute(
                .get, "/v1/desk-settings",
                "Reasons for pauses and their limits, after-call work, experts, what comes before and after a talk",
                .signedIn,
                use: settings),
            APIRoute(.put, "/v1/desk-settings", "Replace these settings", .admin, use: set),
        ]
    }

    @Sendable func groups(_ call: APICall<Nothing>) async throws -> [MonitorGroup] {
        library.book(of: try call.tenant).groups
    }

    @Sendable func keep(_ call: APICall<Group>) async throws -> MonitorGroup {
        let (tenant, body) = (try call.tenant, call.body)
        guard (1...100).contains(body.name.count) else {
            throw Failure(.invalid, "“name” has 1 to 100 characters.", code: "nameInvalid")
        }
        let most = MonitorGroup.mostMembers
        guard body.supervisors.count <= most, body.members.count <= most,
            (body.supervisors + body.members).allSatisfy({ AgentID.isAcceptable($0.rawValue) })
        else {
            throw Failure(.invalid, "A group has at most \(most) supervisors and members.", code: "membersInvalid")
        }
        let group = MonitorGroup(
            id: try id(of: call), name: body.name, supervisors: body.supervisors, members: body.members)
        try await desks.keep(group, tenant: tenant)
        try await tell(tenant)
        return group
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        let tenant = try call.tenant
        try await desks.remove(try id(of: call), tenant: tenant)
        try await tell(tenant)
        return Nothing()
    }

    @Sendable func settings(_ call: APICall<Nothing>) async throws -> DeskSettings {
        library.book(of: try call.tenant).desk
    }

    @Sendable func set(_ call: APICall<DeskSettings>) async throws -> DeskSettings {
        let tenant = try call.tenant
        try call.body.check()
        if let flow = call.body.afterTalkFlow, library.book(of: tenant).flows[flow] == nil {
            throw Failure(.notFound, "There is no published flow \(flow).", code: "flowNotFound")
        }
        try await desks.keep(call.body, tenant: tenant)
        try await tell(tenant)
        return call.body
    }

    private func id<Body>(of call: APICall<Body>) throws -> String {
        let text = try call.path("id")
        guard QueueID.isAcceptable(text), text.count <= 64 else {
            throw Failure(.notFound, "There is nothing at this address.")
        }
        return text
    }

    /// This instance knows at once, the others as soon as they hear.
    private func tell(_ tenant: TenantID) async throws {
        bus.signal(BooksChanged(tenant: tenant), tenant: tenant)
        try await library.refresh()
    }
}
