import Contracts
import ServiceKit

/// Trying a flow without a telephone, and what became of real callers at each node.
extension FlowRoutes {
    /// A script for a flow that is not stored.
    struct Trial: Codable, Sendable {
        let flow: Flow
        let script: FlowSimulation.Script?
    }

    private static let version = APIParameter.number(
        "version", in: 1...1_000_000, "An older version; the newest if not given.")

    private enum Source: String, CaseIterable { case published, draft }

    var trialRoutes: [APIRoute] {
        [
            APIRoute(
                .post, "/v1/flows/simulate", "Go through a flow that is sent along, without a telephone", .flowManage,
                repeats: .harmless, use: simulateDocument),
            APIRoute(
                .post, "/v1/flows/{id}/simulate", "Go through a flow without a telephone", .flowManage,
                parameters: [
                    Self.version, .choice("source", Source.self, "The draft, or what is published (default)."),
                ],
                repeats: .harmless, use: simulate),
            APIRoute(
                .get, "/v1/flows/{id}/counters", "How often each node was entered, and left by which way", .flowManage,
                parameters: [Self.version], use: counters),
        ]
    }

    @Sendable func simulateDocument(_ call: APICall<Trial>) async throws -> FlowSimulation.Result {
        try await library.refresh()
        let book = library.book(of: try call.tenant)
        try FlowValidation.refuse(
            FlowValidation.problems(of: call.body.flow)
                + FlowValidation.references(of: call.body.flow, as: nil, in: book))
        let main = PublishedFlow(flowID: FlowID(rawValue: "trial"), version: 0, flow: call.body.flow)
        return try simulate(main, call.body.script ?? FlowSimulation.Script(), book)
    }

    @Sendable func simulate(_ call: APICall<FlowSimulation.Script>) async throws -> FlowSimulation.Result {
        let (tenant, flowID) = (try call.tenant, try call.path("id", as: FlowID.self))
        try await library.refresh()
        let book = library.book(of: tenant)
        if try call.query("source", as: Source.self) == .draft {
            let draft = try await flows.draft(of: flowID, tenant: tenant)
            let flow = try FlowReading(draft.document, as: flowID, in: book).checked()
            return try simulate(PublishedFlow(flowID: flowID, version: 0, flow: flow), call.body, book)
        }
        let version = try call.query("version", in: 1...1_000_000)
        let found = try await flows.find(flowID, version: version, tenant: tenant)
        return try simulate(
            PublishedFlow(flowID: flowID, version: found.version, flow: found.flow), call.body, book)
    }

    private func simulate(
        _ main: PublishedFlow, _ script: FlowSimulation.Script, _ book: TenantBook
    ) throws -> FlowSimulation.Result {
        try script.check()
        return FlowSimulation.run(book.program(main), script, at: .now())
    }

    @Sendable func counters(_ call: APICall<Nothing>) async throws -> FlowCounts {
        try await flows.counters(
            of: try call.path("id"), version: try call.query("version", in: 1...1_000_000), tenant: try call.tenant)
    }
}
