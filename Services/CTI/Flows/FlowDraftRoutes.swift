import Contracts
import ServiceKit

/// Drafts, publishing and rolling back: `/v1/flows/{id}/…` and `/v1/flow-drafts`.
extension FlowRoutes {
    struct Restore: Codable, Sendable {
        let version: Int
    }

    private static let revision = APIParameter.number(
        "revision", in: 0...1_000_000,
        "The draft's revision that was read; 409 if it has changed since. 0: there was none.")

    var draftRoutes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/flow-drafts", "Flows that somebody works at", .flowManage, parameters: .page, use: drafts),
            APIRoute(
                .put, "/v1/flows/{id}/draft", "Save a draft, finished or not; answers what is still wrong with it",
                .flowManage, parameters: [Self.revision], use: save),
            APIRoute(.get, "/v1/flows/{id}/draft", "The draft, and what is wrong with it", .flowManage, use: draft),
            APIRoute(.delete, "/v1/flows/{id}/draft", "Throw the draft away", .flowManage, use: discard),
            APIRoute(
                .post, "/v1/flows/{id}/publish",
                "Publish the draft: new calls begin with it, running calls do not change",
                .flowManage, parameters: [Self.revision], use: publishDraft),
            APIRoute(
                .get, "/v1/flows/{id}/versions", "All published versions, newest first", .flowManage,
                parameters: .page, use: versions),
            APIRoute(
                .post, "/v1/flows/{id}/roll-back", "Publish an older version again, as the newest", .flowManage,
                use: rollBack),
        ]
    }

    private func revision<Body>(_ call: APICall<Body>) throws -> Int? { try call.query("revision", in: 0...1_000_000) }

    @Sendable func drafts(_ call: APICall<Nothing>) async throws -> Page<FlowDraftSummary> {
        try await flows.drafts(try call.page(), tenant: try call.tenant)
    }

    @Sendable func save(_ call: APICall<JSONValue>) async throws -> FlowDraft {
        guard case .object = call.body else {
            throw Failure(.invalid, "A flow is a JSON object.", code: "flowUnreadable")
        }
        let tenant = try call.tenant
        return try await flows.save(
            call.body, asDraftOf: try call.path("id"), over: try revision(call), tenant: tenant,
            by: call.identity.user
        ).read(in: library.book(of: tenant))
    }

    @Sendable func draft(_ call: APICall<Nothing>) async throws -> FlowDraft {
        try await flows.draft(of: try call.path("id"), tenant: try call.tenant).read(
            in: library.book(of: try call.tenant))
    }

    @Sendable func discard(_ call: APICall<Nothing>) async throws -> Nothing {
        try await flows.discardDraft(of: try call.path("id"), tenant: try call.tenant)
        return Nothing()
    }

    @Sendable func publishDraft(_ call: APICall<Nothing>) async throws -> FlowSummary {
        let (tenant, flowID) = (try call.tenant, try call.path("id", as: FlowID.self))
        try await library.refresh()
        let summary = try await flows.publishDraft(
            of: flowID, revision: try revision(call), tenant: tenant, by: call.identity.user
        ) { [library] in try FlowReading($0, as: flowID, in: library.book(of: tenant)).checked() }
        try await tell(tenant)
        return summary
    }

    @Sendable func versions(_ call: APICall<Nothing>) async throws -> Page<FlowVersionSummary> {
        try await flows.versions(of: try call.path("id"), try call.page(), tenant: try call.tenant)
    }

    @Sendable func rollBack(_ call: APICall<Restore>) async throws -> FlowSummary {
        guard (1...1_000_000).contains(call.body.version) else {
            throw Failure(.invalid, "“version” is a whole number from 1 to 1000000.", code: "versionInvalid")
        }
        let tenant = try call.tenant
        let summary = try await flows.rollBack(
            try call.path("id"), to: call.body.version, tenant: tenant, by: call.identity.user)
        try await tell(tenant)
        return summary
    }
}
