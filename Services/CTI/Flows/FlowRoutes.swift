import Bus
import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/flows` and `/v1/access-numbers`: what callers go through, and which number leads where.
struct FlowRoutes: Sendable {
    let flows: FlowStore
    let library: FlowLibrary
    let bus: any Bus

    struct Binding: Codable, Sendable {
        /// Null: bound to nothing any more.
        let flow: FlowID?
    }

    /// What the validation found.
    struct Verdict: Codable, Sendable {
        let problems: [FlowValidation.Problem]
    }

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/flows", "All flows", .flowManage, parameters: .page, use: list),
            APIRoute(
                .put, "/v1/flows/{id}", "Publish a new version, which new calls begin with", .flowManage,
                use: publish),
            APIRoute(
                .get, "/v1/flows/{id}", "A flow", .flowManage,
                parameters: [.number("version", in: 1...1_000_000, "An older version; the newest if not given.")],
                use: find),
            APIRoute(
                .delete, "/v1/flows/{id}", "Let no call begin with it any more; running calls go on", .flowManage,
                use: withdraw),
            APIRoute(
                .post, "/v1/flows/validate", "Check a flow without publishing it", .flowManage,
                repeats: .harmless, use: validate),
            APIRoute(.get, "/v1/flow-schema", "The JSON schema of a flow document", .flowManage, use: schema),
            APIRoute(
                .get, "/v1/flow-script-schema", "The JSON schema of what script nodes ask and programs answer",
                .flowManage, use: scriptSchema),
            APIRoute(
                .get, "/v1/access-numbers", "Access numbers and their flows", .flowManage, parameters: .page,
                use: numbers),
            APIRoute(
                .put, "/v1/access-numbers/{number}",
                "Bind an access number to a flow; `*` stands for all that are not bound", .flowManage, use: bind),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<FlowSummary> {
        try await flows.list(try call.page(), tenant: try call.tenant)
    }

    @Sendable func publish(_ call: APICall<Flow>) async throws -> FlowSummary {
        let (tenant, flowID) = (try call.tenant, try call.path("id", as: FlowID.self))
        try await library.refresh()
        let references = FlowValidation.references(of: call.body, as: flowID, in: library.book(of: tenant))
        try FlowValidation.refuse(FlowValidation.problems(of: call.body) + references)
        let summary = try await flows.publish(
            call.body, as: flowID, tenant: tenant, by: call.identity.user)
        try await tell(tenant)
        return summary
    }

    @Sendable func find(_ call: APICall<Nothing>) async throws -> FlowDocument {
        try await flows.find(
            try call.path("id"), version: try call.query("version", in: 1...1_000_000), tenant: try call.tenant)
    }

    @Sendable func withdraw(_ call: APICall<Nothing>) async throws -> Nothing {
        let (tenant, flowID) = (try call.tenant, try call.path("id", as: FlowID.self))
        try await library.refresh()
        let book = library.book(of: tenant)
        let user = book.flows.values.filter { $0.flow.subFlows.contains(flowID) }.map(\.flowID).min()
        if let user { throw Failure(.conflict, "The flow \(user) leads to it.", code: "flowInUse") }
        if book.desk.afterTalkFlow == flowID {
            throw Failure(.conflict, "The desk settings name it.", code: "flowInUse")
        }
        try await flows.withdraw(flowID, tenant: tenant)
        try await tell(tenant)
        return Nothing()
    }

    /// Whatever JSON is sent: what cannot be read is a problem like others.
    @Sendable func validate(_ call: APICall<JSONValue>) async throws -> Verdict {
        try await library.refresh()
        return Verdict(problems: FlowReading(call.body, in: library.book(of: try call.tenant)).problems)
    }

    @Sendable func schema(_ call: APICall<Nothing>) async throws -> JSONValue { Flow.documentSchema }

    @Sendable func scriptSchema(_ call: APICall<Nothing>) async throws -> JSONValue { FlowScriptSchema.document }

    @Sendable func numbers(_ call: APICall<Nothing>) async throws -> Page<AccessNumber> {
        try await flows.accessNumbers(try call.page(), tenant: try call.tenant)
    }

    @Sendable func bind(_ call: APICall<Binding>) async throws -> AccessNumber {
        let number = try call.path("number")
        guard number == TenantBook.anyNumber || FlowValidation.isDialable(number) else {
            throw Failure(.invalid, "An access number has 1 to 32 of 0-9, +, * and #.", code: "numberInvalid")
        }
        let tenant = try call.tenant
        try await flows.bind(number, to: call.body.flow, tenant: tenant)
        try await tell(tenant)
        return AccessNumber(number: number, flow: call.body.flow)
    }

    /// This instance knows at once, the others as soon as they hear.
    func tell(_ tenant: TenantID) async throws {
        bus.signal(BooksChanged(tenant: tenant), tenant: tenant)
        try await library.refresh()
    }
}
