import Contracts
import Foundation
import FoundationNetworking

/// Speaks to the suite's HTTP APIs as a client of any other program would.
struct APIClient: Sendable {
    /// Such as `http://127.0.0.1:8080/api`.
    let base: URL
    var token: String?
    var timeout: TimeInterval = 10

    init(_ base: String, token: String? = nil) throws {
        guard let url = URL(string: base), url.scheme == "http" || url.scheme == "https", url.host != nil else {
            throw CommandFailure("\(base) is not an http address.")
        }
        self.base = url
        self.token = token
    }

    func get<Answer: Decodable>(_ path: String, as type: Answer.Type = Answer.self) async throws -> Answer {
        try await ask("GET", path, nil)
    }

    @discardableResult
    func post<Answer: Decodable>(
        _ path: String, _ body: some Encodable & Sendable, as type: Answer.Type = JSONValue.self
    )
        async throws -> Answer
    {
        try await ask("POST", path, try JSONEncoder().encode(body))
    }

    @discardableResult
    func put<Answer: Decodable>(
        _ path: String, _ body: some Encodable & Sendable, as type: Answer.Type = JSONValue.self
    )
        async throws -> Answer
    {
        try await ask("PUT", path, try JSONEncoder().encode(body))
    }

    private func ask<Answer: Decodable>(_ method: String, _ path: String, _ body: Data?) async throws -> Answer {
        let (status, data) = try await exchange(method, path, body)
        guard (200..<300).contains(status) else { throw APIRefusal(status, method, path, data) }
        do {
            return try JSONDecoder().decode(Answer.self, from: data.isEmpty ? Data("null".utf8) : data)
        } catch {
            throw CommandFailure("\(method) \(path) answered something unexpected: \(error)")
        }
    }

    /// Status and body, whatever they are.
    func exchange(_ method: String, _ path: String, _ body: Data? = nil) async throws -> (Int, Data) {
        guard let url = URL(string: base.absoluteString + path) else { throw CommandFailure("\(path) is not a path.") }
        var request = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalCacheData, timeoutInterval: timeout)
        request.httpMethod = method
        request.httpBody = body
        if body != nil { request.setValue("application/json", forHTTPHeaderField: "Content-Type") }
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        do {
            let (data, response) = try await URLSession.shared.data(for: request)
            return ((response as? HTTPURLResponse)?.statusCode ?? 0, data)
        } catch {
            throw CommandFailure("\(url.host ?? ""):\(url.port ?? 80) does not answer: \(error.localizedDescription)")
        }
    }
}

/// A request that was refused, with the sentence the service gave.
struct APIRefusal: Error, CustomStringConvertible {
    let status: Int
    let code: String
    let description: String

    init(_ status: Int, _ method: String, _ path: String, _ body: Data) {
        let problem = try? JSONDecoder().decode(Problem.self, from: body)
        self.status = status
        code = problem?.code ?? ""
        let reason = problem?.detail ?? problem?.title ?? "no reason given"
        description = "\(method) \(path) was refused with \(status): \(reason)"
    }

    private struct Problem: Decodable {
        let title: String?
        let detail: String?
        let code: String?
    }
}
