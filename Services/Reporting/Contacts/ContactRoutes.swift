import Contracts
import HTTPTypes
import Hummingbird
import ServiceKit

/// `/v1/contacts`: what happened with customers.
struct ContactRoutes {
    let contacts: ContactStore

    static let filters: [APIParameter] = [
        .text("agent", "Only contacts of this agent."), .text("queue", "Only contacts through this queue."),
        .text("campaign", "Only contacts of this campaign."),
        .choice("direction", DirectionParameter.self, "Only inbound or only outbound."),
        .text("number", "Only contacts with this customer's number."),
        .text("customer", "Only contacts with this customer, as crm knew him then."),
        .text("line", "Only contacts through this access number."),
        .choice("lost", LostParameter.self, "Only calls of customers with whom nobody talked, or only others."),
        .text("from", "Begun at or after, microseconds since 1970."), .text("to", "Begun before, likewise."),
    ]

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/contacts", "List contact records, newest first; without `report.view` one's own",
                .signedIn, parameters: Self.filters + .page, use: list),
            APIRoute(
                .get, "/v1/contacts/{id}", "One contact record; without `report.view` of one's own", .signedIn,
                use: find),
            .raw(
                .get, "/v1/contacts.csv", "Contact records as CSV", .reportExport, parameters: Self.filters,
                produces: "text/csv", use: export),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<ContactRecord> {
        try await contacts.list(try filter(call), try call.page(), tenant: try call.tenant)
    }

    @Sendable func find(_ call: APICall<Nothing>) async throws -> ContactRecord {
        try await contacts.find(
            try call.path("id"), agent: leads(call) ? nil : AgentID(call.identity.user), tenant: try call.tenant)
    }

    /// Streams page by page, so that a year's list needs no more memory than a page.
    @Sendable func export(_ call: APICall<Nothing>) async throws -> Response {
        let filter = try filter(call)
        let tenant = try call.tenant
        let contacts = contacts
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=contacts.csv",
            ],
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: ContactCSV.header))
                var request = PageRequest(limit: 200)
                while true {
                    let page = try await contacts.list(filter, request, tenant: tenant)
                    try await writer.write(ByteBuffer(string: page.items.map(ContactCSV.line).joined()))
                    guard page.nextCursor != nil, let last = page.items.last else { break }
                    request = PageRequest(limit: 200, after: ContactStore.keys(of: last))
                }
                try await writer.finish(nil)
            })
    }

    /// An agent sees his own contacts, in a list as well as one by one; who may view reports sees all.
    private func leads(_ call: APICall<Nothing>) -> Bool { Access.reportView.admits(call.identity) }

    private func filter(_ call: APICall<Nothing>) throws -> ContactFilter {
        try ContactFilter(
            agent: leads(call) ? call.query("agent", as: AgentID.self) : AgentID(call.identity.user),
            queue: call.query("queue", as: QueueID.self),
            campaign: call.query("campaign", as: CampaignID.self),
            direction: call.query("direction", as: DirectionParameter.self).flatMap {
                CallDirection(rawValue: $0.rawValue)
            },
            number: call.query("number"), customer: call.query("customer", as: CustomerID.self),
            line: call.query("line"),
            isLost: call.query("lost", as: LostParameter.self).map { $0 == .yes }, from: time(call, "from"),
            to: time(call, "to"))
    }

    private func time(_ call: APICall<Nothing>, _ name: String) throws -> Timestamp? {
        try call.query(name, in: 0...Int.max).map { Timestamp(microseconds: Int64($0)) }
    }
}

/// ``CallDirection`` as a query parameter.
enum DirectionParameter: String, CaseIterable { case inbound, outbound }

/// Whether a call was lost, as a query parameter.
enum LostParameter: String, CaseIterable { case yes = "true", no = "false" }
