import Contracts
import Foundation
import FoundationNetworking
import Logging

/// Asks other systems over HTTP for flows. Only hosts that the operator has named are asked, a redirection is not followed,
/// and of an answer only so much is read.
struct FlowRequests: Sendable {
    static let longestAnswer = 256 << 10

    let hosts: FlowHosts
    let secrets: FlowSecretStore
    let log: Logger

    /// - Returns: `.failed` for what cannot be asked, or does not answer in time.
    func answer(_ request: FlowRequest, idempotencyKey: String, tenant: TenantID) async -> FlowAnswer {
        do {
            let asked = try await prepared(request, idempotencyKey, tenant)
            let (status, body) = try await FlowExchange.run(asked, within: .seconds(request.timeoutSeconds))
            return .response(status: status, body: try? JSONDecoder().decode(JSONValue.self, from: body))
        } catch {
            log.warning("request of a flow failed", metadata: ["tenant": "\(tenant)", "error": "\(error)"])
            return .failed
        }
    }

    private func prepared(
        _ request: FlowRequest, _ idempotencyKey: String, _ tenant: TenantID
    ) async throws -> URLRequest {
        let texts = [request.url, request.body ?? ""] + request.headers.values
        let known =
            texts.contains { $0.contains("{" + FlowSecrets.prefix) } ? try await secrets.all(tenant: tenant) : [:]
        guard let url = URL(string: try FlowSecrets.reveal(request.url, known)), hosts.allow(url, to: tenant) else {
            throw Failure(.forbidden, "Flows may not ask this host; the operator names those that they may.")
        }
        var asked = URLRequest(url: url, timeoutInterval: Double(request.timeoutSeconds))
        asked.httpMethod = request.method
        for (name, value) in request.headers {
            asked.setValue(try FlowSecrets.reveal(value, known), forHTTPHeaderField: name)
        }
        if let body = request.body {
            asked.httpBody = Data(try FlowSecrets.reveal(body, known).utf8)
            if asked.value(forHTTPHeaderField: "Content-Type") == nil {
                asked.setValue("application/json", forHTTPHeaderField: "Content-Type")
            }
        }
        asked.setValue(idempotencyKey, forHTTPHeaderField: "Idempotency-Key")
        return asked
    }
}

/// Whom flows may ask, as an operator has set it: `host` or `host:port`, for all tenants, or `tenant=host` for one.
struct FlowHosts: Sendable, Equatable {
    private struct Entry: Sendable, Equatable {
        /// Nil for all.
        let tenant: String?
        let host: String
        /// Nil for the usual one of the scheme.
        let port: Int?
    }

    private let entries: [Entry]

    init(_ words: [String] = []) {
        entries = words.compactMap { word in
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard let address = parts.last else { return nil }
            let ends = address.split(separator: ":", maxSplits: 1).map(String.init)
            guard let host = ends.first, !host.isEmpty else { return nil }
            if ends.count == 2, Int(ends[1]) == nil { return nil }
            return Entry(
                tenant: parts.count == 2 ? parts[0] : nil, host: host.lowercased(),
                port: ends.count == 2 ? Int(ends[1]) : nil)
        }
    }

    func allow(_ url: URL, to tenant: TenantID) -> Bool {
        guard let scheme = url.scheme?.lowercased(), scheme == "http" || scheme == "https",
            let host = url.host?.lowercased(), url.user == nil, url.password == nil
        else { return false }
        let usual = scheme == "https" ? 443 : 80
        return entries.contains { entry in
            entry.host == host && (entry.tenant == nil || entry.tenant == tenant.rawValue)
                && (entry.port ?? usual) == (url.port ?? usual)
        }
    }
}
