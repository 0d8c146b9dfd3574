import Contracts
import Foundation
import Hummingbird
import Logging
import ServiceKit
import Synchronization
import TestSupport

@testable import CarillonCLI

/// A front door behind which there is a crm that knows one access token at a time, and remembers what it was asked for.
final class FakeDoor: Sendable {
    struct SignIn: Codable, Sendable {
        let tenant: String
        let user: String
        let password: String
    }

    struct Refresh: Codable, Sendable { let refreshToken: String }

    struct Tokens: Codable, Sendable {
        let accessToken: String
        let refreshToken: String
    }

    let refreshes = Mutex(0)
    let asked = Mutex<[String]>([])

    /// The access token that is good now is followed by a new one with each refresh.
    private var good: String { refreshes.withLock { "a\($0)" } }

    /// No token is good any more but the next.
    func forgetTokens() { refreshes.withLock { $0 += 100 } }

    func run(_ more: [APIRoute] = [], _ body: (String) async throws -> Void) async throws {
        let signer = try await TokenSigner(keyID: "test")
        let routes = [
            APIRoute(.post, "/api/crm/v1/sign-in", "", .open, use: signIn),
            APIRoute(.post, "/api/crm/v1/refresh", "", .open, use: refresh),
            APIRoute(.get, "/api/x/v1/things", "", .open, use: things),
        ]
        let server = APIServer(service: "door", routes: routes + more, tokens: TokenVerifier(signer))
        try await withServer(server) { port in try await body("http://127.0.0.1:\(port)") }
    }

    /// Notes who asks, and refuses a token that is not good.
    func check<Body>(_ call: APICall<Body>) throws {
        let token = call.request.headers[.authorization]?.split(separator: " ").last.map(String.init) ?? ""
        asked.withLock { $0.append(token) }
        guard token == good else {
            throw Failure(.unauthorized, "The access token has expired.", code: "token_expired")
        }
    }

    @Sendable private func signIn(_ call: APICall<SignIn>) async throws -> Tokens {
        guard call.body.password == "right" else { throw Failure(.unauthorized, "They do not belong together.") }
        return Tokens(accessToken: good, refreshToken: "r-\(call.body.user)")
    }

    @Sendable private func refresh(_ call: APICall<Refresh>) async throws -> Tokens {
        guard call.body.refreshToken.hasPrefix("r-") else { throw Failure(.unauthorized, "The session is over.") }
        refreshes.withLock { $0 += 1 }
        return Tokens(accessToken: good, refreshToken: call.body.refreshToken + "'")
    }

    @Sendable private func things(_ call: APICall<Nothing>) async throws -> [String] {
        try check(call)
        return ["bell"]
    }
}

/// A place for files that is gone after the test.
func withScratch(_ body: (URL) async throws -> Void) async throws {
    let place = FileManager.default.temporaryDirectory.appendingPathComponent("carillon-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    try await body(place)
}
