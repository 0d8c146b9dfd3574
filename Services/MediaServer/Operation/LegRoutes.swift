import Contracts
import HTTPTypes
import Logging
import ServiceKit

/// `/v1/legs`: who is on the line now, on every media-server; a tenant sees its own, an operator all.
struct LegRoutes {
    let peers: SwitchPeers

    /// A part of the legs, and the media-servers that did not answer.
    struct Listing: Codable, Sendable {
        let items: [ShownLeg]
        let nextCursor: String?
        let silent: [InstanceID]
    }

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/legs", "Legs that are up, oldest first; for an operator, those of all tenants",
                .callSupervise,
                parameters: .page, use: list),
            APIRoute(.get, "/v1/legs/{id}", "One leg, and how it found its way", .callSupervise, use: find),
            APIRoute(.delete, "/v1/legs/{id}", "Hang a leg up", .callSupervise, use: hangUp),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Listing {
        let page = try call.page()
        let after = try page.key(0).map { LegID(rawValue: $0) }
        let found = await peers.legs(ShowLegs(tenant: try tenant(call), after: after, limit: page.limit + 1))
        let part = Page(rows: Array(found.legs.prefix(page.limit + 1)), request: page) { [$0.legID.rawValue] }
        return Listing(items: part.items, nextCursor: part.nextCursor, silent: found.silent)
    }

    @Sendable func find(_ call: APICall<Nothing>) async throws -> ShownLeg {
        try await peers.leg(try call.path("id"), try tenant(call))
    }

    @Sendable func hangUp(_ call: APICall<Nothing>) async throws -> Nothing {
        let leg = try await peers.hangUp(try call.path("id"), try tenant(call))
        call.log.info(
            "leg hung up by hand",
            metadata: [
                "leg.id": "\(leg.legID)", "tenant.id": "\(leg.tenant)", "user.id": "\(call.identity.user)",
            ])
        return Nothing()
    }

    private func tenant(_ call: APICall<Nothing>) throws -> TenantID? {
        let tenant = try call.tenantOrPlatform
        return tenant == .all ? nil : tenant
    }
}
