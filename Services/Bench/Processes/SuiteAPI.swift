import Foundation
import FoundationNetworking

/// The suite's HTTP APIs, as any other client sees them.
struct SuiteAPI: Sendable {
    /// `http://127.0.0.1:8080/api`
    let base: String
    private var key: Key?

    init(base: String) { self.base = base }

    /// The same with the token of one who signs in, and again when it has expired: a benchmark may take longer than it lives.
    func signedIn(_ user: String, password: String, tenant: String = "demo") async throws -> SuiteAPI {
        let open = self
        let key = Key {
            struct Token: Decodable { let accessToken: String }
            let wish = try open.body(["tenant": tenant, "user": user, "password": password])
            let answer = try await open.exchange("POST", "/crm/v1/sign-in", wish, token: "").data
            return try JSONDecoder().decode(Token.self, from: answer).accessToken
        }
        _ = try await key.after(nil)
        var signedIn = self
        signedIn.key = key
        return signedIn
    }

    /// The token of one person.
    private actor Key {
        private var token: String?
        private let signIn: @Sendable () async throws -> String

        init(_ signIn: @escaping @Sendable () async throws -> String) { self.signIn = signIn }

        /// - Parameter spent: the token that was refused.
        func after(_ spent: String?) async throws -> String {
            if let token, token != spent { return token }
            let fresh = try await signIn()
            token = fresh
            return fresh
        }
    }

    /// - Throws: ``BenchFailure`` if the answer is not 2xx; it quotes the answer.
    func ask(_ method: String, _ path: String, _ body: [String: any Sendable]? = nil) async throws {
        _ = try await exchange(method, path, try body.map(self.body))
    }

    func get<Value: Decodable>(_ path: String, as type: Value.Type) async throws -> Value {
        try JSONDecoder().decode(type, from: try await exchange("GET", path, nil))
    }

    private func body(_ fields: [String: any Sendable]) throws -> Data {
        try JSONSerialization.data(withJSONObject: fields)
    }

    private func exchange(_ method: String, _ path: String, _ body: Data?) async throws -> Data {
        guard let key else { return try await exchange(method, path, body, token: "").data }
        let token = try await key.after(nil)
        let (data, isExpired) = try await exchange(method, path, body, token: token)
        guard isExpired else { return data }
        let (again, isExpiredAgain) = try await exchange(method, path, body, token: key.after(token))
        guard !isExpiredAgain else { throw BenchFailure("\(method) \(path): a fresh token had expired.") }
        return again
    }

    private func exchange(
        _ method: String, _ path: String, _ body: Data?, token: String
    ) async throws -> (data: Data, isExpired: Bool) {
        guard let address = URL(string: base + path) else { throw BenchFailure("\(path) is not a path.") }
        var request = URLRequest(url: address, timeoutInterval: 20)
        request.httpMethod = method
        request.httpBody = body
        if body != nil { request.setValue("application/json", forHTTPHeaderField: "Content-Type") }
        if !token.isEmpty { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        var (data, status) = try await answer(to: request)
        // The front door lets in so many of one address a second; a hundred agents have it.
        for _ in 0..<60 where status == 429 {
            try await Task.sleep(for: .milliseconds(500))
            (data, status) = try await answer(to: request)
        }
        let words = String(decoding: data.prefix(300), as: UTF8.self)
        if status == 401, words.contains("token_expired") { return (data, true) }
        guard (200..<300).contains(status) else {
            throw BenchFailure("\(method) \(path) answered \(status): \(words)")
        }
        return (data, false)
    }

    private func answer(to request: URLRequest) async throws -> (data: Data, status: Int) {
        let (data, response) = try await URLSession.shared.data(for: request)
        return (data, (response as? HTTPURLResponse)?.statusCode ?? 0)
    }
}
