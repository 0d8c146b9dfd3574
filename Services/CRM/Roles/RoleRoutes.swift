import Contracts
import Foundation
import ServiceKit

/// `/v1/roles`: what people may do, down to the button.
struct RoleRoutes {
    let roles: RoleStore

    var routes: [APIRoute] {
        [
            APIRoute(.get, "/v1/roles", "All roles", Permission.roleView.access, use: list),
            APIRoute(.put, "/v1/roles/{role}", "Make or change a role", Permission.roleManage.access, use: set),
            APIRoute(.delete, "/v1/roles/{role}", "Delete a role", Permission.roleManage.access, use: delete),
            APIRoute(.get, "/v1/permissions", "All permissions there are", .signedIn, use: permissions),
        ]
    }

    /// `GET /v1/roles`
    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<RoleRecord> {
        Page(items: try await roles.list(call.tenant))
    }

    /// `PUT /v1/roles/{role}`
    @Sendable func set(_ call: APICall<RoleChange>) async throws -> RoleRecord {
        let role = try call.path("role")
        guard role.isName(1...40), role.allSatisfy({ $0.isLetter || $0.isNumber || "_-".contains($0) }),
            role != Role.operator.rawValue
        else {
            throw Failure(.invalid, "A role is named with 1 to 40 letters, digits, - and _.", code: "roleNameInvalid")
        }
        guard call.body.title.isName(1...100) else {
            throw Failure(.invalid, "A role's title has 1 to 100 characters.", code: "roleTitleInvalid")
        }
        // Nobody can give what he does not have.
        let own = call.identity.permissions
        guard call.identity.isOperator || Set(call.body.permissions.map(\.rawValue)).isSubset(of: own) else {
            throw Failure(.forbidden, "You cannot grant a permission that you do not have.")
        }
        return try await roles.set(role, call.body, call.tenant, by: call.identity)
    }

    /// `DELETE /v1/roles/{role}`
    @Sendable func delete(_ call: APICall<Nothing>) async throws -> Nothing {
        try await roles.delete(try call.path("role"), call.tenant)
        return Nothing()
    }

    /// `GET /v1/permissions`
    @Sendable func permissions(_ call: APICall<Nothing>) async throws -> [String] {
        Permission.allCases.map(\.rawValue)
    }
}
