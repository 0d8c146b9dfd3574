import Foundation
import FoundationNetworking

/// The suite's HTTP APIs, as any other client sees them.
struct SuiteAPI: Sendable {
    /// `http://127.0.0.1:8080/api`
    let base: String
    var token = ""

    /// The same with the token of one who signs in.
    func signedIn(_ user: String, password: String, tenant: String = "demo") async throws -> SuiteAPI {
        struct Token: Decodable { let accessToken: String }
        let wish = try body(["tenant": tenant, "user": user, "password": password])
        let token = try JSONDecoder().decode(Token.self, from: try await exchange("POST", "/crm/v1/sign-in", wish))
        return SuiteAPI(base: base, token: token.accessToken)
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
        guard let address = URL(string: base + path) else { throw BenchFailure("\(path) is not a path.") }
        var request = URLRequest(url: address, timeoutInterval: 20)
        request.httpMethod = method
        request.httpBody = body
        if body != nil { request.setValue("application/json", forHTTPHeaderField: "Content-Type") }
        if !token.isEmpty { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard (200..<300).contains(status) else {
            let words = String(decoding: data.prefix(300), as: UTF8.self)
            throw BenchFailure("\(method) \(path) answered \(status): \(words)")
        }
        return data
    }
}
