import Contracts
import Foundation
import Hummingbird
import Logging
import ServiceKit

/// `/v1/sign-in`, `/v1/me`: who one is.
struct SignInRoutes {
    let signIn: SignIn
    let keys: SigningKeys
    let users: UserStore

    var routes: [APIRoute] {
        [
            APIRoute(.post, "/v1/sign-in", "Sign in with a password", .open, bodyLimit: 4096, use: enter),
            APIRoute(
                .post, "/v1/refresh", "A new access token for a refresh token", .open, bodyLimit: 4096, use: refresh),
            APIRoute(.post, "/v1/sign-out", "End the session of a refresh token", .open, bodyLimit: 4096, use: leave),
            APIRoute(.get, "/v1/me", "Who am I?", .signedIn, use: me),
            APIRoute(.put, "/v1/me/password", "Change my password", .signedIn, bodyLimit: 4096, use: changePassword),
            .raw(
                .get, "/.well-known/jwks.json", "The keys that tokens are signed with (RFC 7517)", .open,
                produces: "application/jwk-set+json", use: publicKeys),
        ]
    }

    struct Entry: Codable, Sendable {
        let tenant: TenantID
        let user: UserID
        let password: String
    }

    struct Refresh: Codable, Sendable {
        let refreshToken: String
    }

    struct PasswordChange: Codable, Sendable {
        let oldPassword: String
        let newPassword: String
    }

    /// `POST /v1/sign-in`
    @Sendable func enter(_ call: APICall<Entry>) async throws -> SignedIn {
        let entry = call.body
        let signedIn = try await signIn.signIn(entry.tenant, entry.user, password: entry.password)
        call.log.info("signed in", metadata: ["tenant.id": "\(entry.tenant)", "user.id": "\(entry.user)"])
        return signedIn
    }

    /// `POST /v1/refresh`
    @Sendable func refresh(_ call: APICall<Refresh>) async throws -> SignedIn {
        try await signIn.refresh(call.body.refreshToken)
    }

    /// `POST /v1/sign-out`
    @Sendable func leave(_ call: APICall<Refresh>) async throws -> Nothing {
        try await signIn.signOut(call.body.refreshToken)
        return Nothing()
    }

    /// `GET /v1/me`
    @Sendable func me(_ call: APICall<Nothing>) async throws -> Identity { call.identity }

    /// `PUT /v1/me/password`
    @Sendable func changePassword(_ call: APICall<PasswordChange>) async throws -> Nothing {
        let (tenant, user) = (call.identity.tenant, call.identity.user)
        // The old password is tried like at the door, so that a stolen token is no way to guess it.
        _ = try await signIn.check(tenant, user, password: call.body.oldPassword)
        try await users.setPassword(call.body.newPassword, tenant, user, by: call.identity)
        return Nothing()
    }

    /// `GET /.well-known/jwks.json`
    @Sendable func publicKeys(_ call: APICall<Nothing>) async throws -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/jwk-set+json", .cacheControl: "max-age=60"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: try await keys.jwks())))
    }
}
