import Contracts
import Foundation
import Logging
import ServiceKit

/// `/v1/users`: the tenant's people.
struct UserRoutes {
    let users: UserStore

    var routes: [APIRoute] {
        let (view, manage) = (Permission.userView.access, Permission.userManage.access)
        return [
            APIRoute(.get, "/v1/users", "All users", view, parameters: .page, use: list),
            APIRoute(.post, "/v1/users", "Add a user", manage, status: .created, use: create),
            APIRoute(.get, "/v1/users/{user}", "One user", view, use: get),
            APIRoute(.patch, "/v1/users/{user}", "Change name, roles or activity", manage, use: change),
            APIRoute(.put, "/v1/users/{user}/password", "Set a user's password", manage, use: setPassword),
            APIRoute(.delete, "/v1/users/{user}", "Delete a user", manage, use: delete),
        ]
    }

    struct NewPassword: Codable, Sendable {
        let password: String
    }

    /// `GET /v1/users`
    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<User> {
        try await users.list(scope(call), call.page())
    }

    /// `POST /v1/users`
    @Sendable func create(_ call: APICall<NewUser>) async throws -> User {
        let user = try await users.insert(call.body, scope(call), by: call.identity)
        call.log.info("user added", metadata: ["user.added": "\(user.user)"])
        return user
    }

    /// `GET /v1/users/{user}`
    @Sendable func get(_ call: APICall<Nothing>) async throws -> User {
        try await users.find(try call.path("user"), scope(call))
    }

    /// `PATCH /v1/users/{user}`
    @Sendable func change(_ call: APICall<UserChange>) async throws -> User {
        let id: UserID = try call.path("user")
        try refuseOneself(id, call, unless: call.body.isActive != false && call.body.roles == nil)
        return try await users.update(id, call.body, scope(call), by: call.identity)
    }

    /// `PUT /v1/users/{user}/password`
    @Sendable func setPassword(_ call: APICall<NewPassword>) async throws -> Nothing {
        try await users.setPassword(call.body.password, scope(call), try call.path("user"), by: call.identity)
        return Nothing()
    }

    /// `DELETE /v1/users/{user}`
    @Sendable func delete(_ call: APICall<Nothing>) async throws -> Nothing {
        let id: UserID = try call.path("user")
        try refuseOneself(id, call, unless: false)
        try await users.delete(id, scope(call), by: call.identity)
        call.log.info("user deleted", metadata: ["user.deleted": "\(id)"])
        return Nothing()
    }

    /// An operator without `X-Tenant` means the platform's own people.
    private func scope<Body>(_ call: APICall<Body>) throws -> TenantID {
        try call.tenantOrPlatform
    }

    /// Nobody locks himself out.
    private func refuseOneself<Body>(_ id: UserID, _ call: APICall<Body>, unless isHarmless: Bool) throws {
        let isOneself = try id == call.identity.user && scope(call) == call.identity.tenant
        guard isHarmless || !isOneself else {
            throw Failure(.conflict, "You cannot do this to yourself.", code: "notYourself")
        }
    }
}
