import Contracts
import Foundation
import JWTKit

/// Turns a bearer token into an ``Identity``, by the keys that crm publishes.
///
/// The keys are fetched once and kept; an unknown key id fetches them again, at most once in five seconds, so that a flood
/// of made-up tokens is not passed on to crm.
public actor TokenVerifier {
    private let fetch: @Sendable () async throws -> String
    private let now: @Sendable () -> ContinuousClock.Instant
    private var keys: JWTKeyCollection?
    private var known: Set<String> = []
    private var fetchedAt: ContinuousClock.Instant?
    private var fetching: Task<Void, any Error>?

    /// - Parameter fetch: the JWKS as text.
    public init(
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        fetch: @escaping @Sendable () async throws -> String
    ) {
        self.fetch = fetch
        self.now = now
    }

    /// Knows one signer's key only: for tests.
    public init(_ signer: TokenSigner) {
        let jwks = TokenSigner.jwks([signer.publicJWK])
        self.init { jwks }
    }

    /// - Throws: `Failure.unauthorized` for what is not a valid token; `Failure.unavailable` if no keys can be had.
    public func verify(_ token: String) async throws -> Identity {
        guard token.utf8.count <= 8192, let kid = Self.keyID(of: token) else { throw Self.refused }
        if !known.contains(kid) { try await refresh() }
        guard known.contains(kid), let keys else { throw Self.refused }
        do {
            return try await keys.verify(token, as: AccessToken.self).identity
        } catch let error as JWTError where error.errorType == .claimVerificationFailure {
            throw Failure(.unauthorized, "The access token has expired.", code: "token_expired")
        } catch {
            throw Self.refused
        }
    }

    private static let refused = Failure(.unauthorized, "The access token is not valid.")

    private func refresh() async throws {
        if let fetching { return try await fetching.value }
        if let fetchedAt, now() - fetchedAt < .seconds(5) { return }
        let task = Task { try await load() }
        fetching = task
        defer { fetching = nil }
        try await task.value
    }

    private func load() async throws {
        let text: String
        do {
            text = try await fetch()
        } catch {
            guard keys == nil else { return }
            throw Failure(.unavailable, "Tokens cannot be checked right now.")
        }
        fetchedAt = now()
        guard let jwks = try? JSONDecoder().decode(JWKS.self, from: Data(text.utf8)) else {
            throw Failure(.unavailable, "Tokens cannot be checked right now.")
        }
        // Ed25519 only: what else stands in the document is not ours.
        let usable = jwks.keys.filter { $0.keyType == .octetKeyPair && $0.keyIdentifier != nil }
        let fresh = JWTKeyCollection()
        for key in usable { _ = try? await fresh.add(jwk: key) }
        keys = fresh
        known = Set(usable.compactMap { $0.keyIdentifier?.string })
    }

    /// The `kid` of the header, unverified.
    private static func keyID(of token: String) -> String? {
        struct Header: Decodable {
            let alg: String
            let kid: String
        }
        guard let first = token.split(separator: ".", omittingEmptySubsequences: false).first,
            let data = base64URLDecoded(String(first)),
            let header = try? JSONDecoder().decode(Header.self, from: data), header.alg == "EdDSA"
        else { return nil }
        return header.kid
    }
}
