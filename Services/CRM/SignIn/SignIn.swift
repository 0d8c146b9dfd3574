import Contracts
import Foundation
import Logging
import ServiceKit
import ServiceLifecycle

/// Who are you? Checks a password and gives tokens.
///
/// Whoever does not exist is answered like whoever mistyped: the same words, after the same work, counted the same.
struct SignIn: Sendable {
    let credentials: CredentialStore
    let sessions: SessionStore
    let tries: SignInTryStore
    let hasher: PasswordHasher
    let keys: SigningKeys
    let tokenLife: Duration
    let sessionLife: Duration

    /// - Throws: `Failure.unauthorized`; 429 with the time to wait after ten tries in vain.
    func signIn(_ tenant: TenantID, _ user: UserID, password: String) async throws -> SignedIn {
        let identity = try await check(tenant, user, password: password)
        let session = UserID.make(at: .now()).rawValue
        let secret = Self.secret()
        try await sessions.insert(session, tenant, user, secret: secret, life: sessionLife)
        return try await signedIn(identity, session, secret)
    }

    /// Whether the password is right, and whose it is.
    /// - Throws: as ``signIn(_:_:password:)``.
    func check(_ tenant: TenantID, _ user: UserID, password: String) async throws -> Identity {
        let refused = Failure(
            .unauthorized, "Tenant, user and password do not belong together.", code: "sign_in_refused")
        guard TenantID.isAcceptable(tenant.rawValue), UserID.isAcceptable(user.rawValue),
            password.utf8.count <= 1024
        else { throw refused }
        if let seconds = try await tries.begin(tenant, user) {
            throw HTTPFailure.tooManyRequests("Too many tries. Wait \(seconds) seconds.", retryAfter: seconds)
        }
        let credential = try await credentials.find(tenant, user)
        let (isRight, newHash) = try await hasher.verify(password, credential?.passwordHash)
        guard isRight, let credential else { throw refused }
        if let newHash { try await credentials.setHash(newHash, tenant, user) }
        try await tries.forget(tenant, user)
        return credential.identity
    }

    /// A new access token, and the refresh token for the time after.
    /// - Throws: `Failure.unauthorized` if the token is not good (any more), or the user was removed meanwhile.
    func refresh(_ token: String) async throws -> SignedIn {
        let refused = Failure(.unauthorized, "The session is over. Sign in again.", code: "session_over")
        guard let parts = Self.parts(of: token) else { throw refused }
        let secret = Self.secret()
        guard let session = try await sessions.refresh(parts.session, secret: parts.secret, next: secret),
            let credential = try await credentials.find(session.tenant, session.user)
        else { throw refused }
        return try await signedIn(credential.identity, parts.session, secret)
    }

    /// Ends the session of a refresh token. Who holds the token needs nothing else: the access token may have expired.
    func signOut(_ token: String) async throws {
        guard let parts = Self.parts(of: token) else { return }
        try await sessions.end(parts.session, secret: parts.secret)
    }

    private static func parts(of token: String) -> (session: String, secret: String)? {
        let parts = token.split(separator: ".").map(String.init)
        guard parts.count == 2, token.utf8.count <= 200, !token.contains("\0") else { return nil }
        return (parts[0], parts[1])
    }

    private func signedIn(_ identity: Identity, _ session: String, _ secret: String) async throws -> SignedIn {
        let token = try await keys.signer.sign(identity, id: session, at: Date(), validFor: tokenLife)
        return SignedIn(
            accessToken: token, expiresIn: Int(tokenLife.components.seconds), refreshToken: "\(session).\(secret)",
            tenant: identity.tenant, user: identity.user, name: identity.name, roles: identity.roles.sorted(),
            permissions: identity.permissions.sorted())
    }

    /// 256 random bits. Swift's generator is the system's.
    private static func secret() -> String {
        (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
    }
}

/// What a sign-in answers.
struct SignedIn: Codable, Sendable, Equatable {
    let accessToken: String
    /// Seconds.
    let expiresIn: Int
    let refreshToken: String
    let tenant: TenantID
    let user: UserID
    let name: String
    let roles: [String]
    let permissions: [String]
}

/// Every ten minutes, forgets sessions that are over and tries that are an hour old.
struct SignInCleaner: Service {
    let signIn: SignIn
    let log: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(600))
                do {
                    try await clean()
                } catch {
                    log.warning("old sessions not deleted", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// One turn of the loop.
    func clean() async throws {
        try await signIn.sessions.deleteExpired()
        try await signIn.tries.deleteOld()
    }
}
