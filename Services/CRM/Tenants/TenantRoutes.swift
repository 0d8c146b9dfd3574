import Contracts
import Foundation
import Logging
import ServiceKit

/// `/v1/tenants`: companies on the platform (企业开销户). For operators; everyone may see his own.
struct TenantRoutes {
    let tenants: TenantStore

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/tenants", "All tenants", .operator, parameters: .page, use: list),
            APIRoute(
                .post, "/v1/tenants", "Make a tenant with its administrators", .operator, status: .created, use: create),
            APIRoute(.get, "/v1/tenants/{tenant}", "One tenant", .signedIn, use: get),
            APIRoute(.patch, "/v1/tenants/{tenant}", "Change a tenant", .operator, use: change),
            APIRoute(.delete, "/v1/tenants/{tenant}", "Delete a tenant and all its data here", .operator, use: delete),
        ]
    }

    /// `GET /v1/tenants`
    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<Tenant> { try await tenants.list(call.page()) }

    /// `POST /v1/tenants`
    @Sendable func create(_ call: APICall<NewTenant>) async throws -> Tenant {
        let tenant = try await tenants.insert(call.body)
        call.log.info("tenant made", metadata: ["tenant.made": "\(tenant.tenant)"])
        return tenant
    }

    /// `GET /v1/tenants/{tenant}`
    @Sendable func get(_ call: APICall<Nothing>) async throws -> Tenant {
        let id: TenantID = try call.path("tenant")
        // Whether another tenant exists is nobody's business.
        guard call.identity.isOperator || id == call.identity.tenant, id != .all else {
            throw Failure(.notFound, "There is no tenant \(id).")
        }
        return try await tenants.find(id)
    }

    /// `PATCH /v1/tenants/{tenant}`
    @Sendable func change(_ call: APICall<TenantChange>) async throws -> Tenant {
        try await tenants.update(try id(call), call.body)
    }

    /// `DELETE /v1/tenants/{tenant}`
    @Sendable func delete(_ call: APICall<Nothing>) async throws -> Nothing {
        let id = try id(call)
        try await tenants.delete(id)
        call.log.notice("tenant deleted", metadata: ["tenant.deleted": "\(id)"])
        return Nothing()
    }

    /// The platform itself is not a tenant to be changed.
    private func id<Body>(_ call: APICall<Body>) throws -> TenantID {
        let id: TenantID = try call.path("tenant")
        guard id != .all else { throw Failure(.notFound, "There is no tenant \(id).") }
        return id
    }
}
