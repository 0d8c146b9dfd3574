import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The suite's HTTP APIs through the front door, as one who is signed in.
struct API: Sendable {
    let url: String
    let token: String

    /// - Parameter password: the demo's unless told.
    static func signedIn(
        _ user: String, to suite: RunningSuite, tenant: String = "demo", password: String? = nil
    ) async throws -> API {
        let open = API(url: suite.places.url, token: "")
        let reply = try await open.ask(
            "POST", "/crm/v1/sign-in", ["tenant": tenant, "user": user, "password": password ?? suite.password])
        guard let token = reply["accessToken"] as? String else {
            throw NotSeen(description: "an access token in \(reply)")
        }
        return API(url: suite.places.url, token: token)
    }

    @discardableResult
    func ask(_ method: String, _ path: String, _ body: [String: Any]? = nil) async throws -> [String: Any] {
        let data = try await bytes(method, path, body)
        guard !data.isEmpty else { return [:] }
        return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    /// Asks until it is done: for the moments in which a tenant changes its owner.
    @discardableResult
    func insist(_ method: String, _ path: String, _ body: [String: Any]? = nil, within seconds: Double = 10)
        async throws
        -> [String: Any]
    {
        try await eventually("\(method) \(path) being done", within: seconds) {
            try? await ask(method, path, body)
        }
    }

    /// - Parameter range: of the bytes that are wanted, as `bytes=0-99`.
    func bytes(
        _ method: String, _ path: String, _ body: [String: Any]? = nil, range: String? = nil
    ) async throws -> Data {
        guard let address = URL(string: url + "/api" + path) else {
            throw NotSeen(description: "an address in \(path)")
        }
        var request = URLRequest(url: address, timeoutInterval: 10)
        request.httpMethod = method
        if !token.isEmpty { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        if let range { request.setValue(range, forHTTPHeaderField: "Range") }
        if let body {
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = try JSONSerialization.data(withJSONObject: body)
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard range == nil ? (200..<300).contains(status) : status == 206 else {
            throw NotSeen(
                description:
                    "\(method) \(path) answered \(status): \(String(decoding: data.prefix(400), as: UTF8.self))")
        }
        return data
    }

    /// The items of a list.
    func items(_ path: String) async throws -> [[String: Any]] {
        let object = try JSONSerialization.jsonObject(with: try await bytes("GET", path))
        if let page = object as? [String: Any] { return page["items"] as? [[String: Any]] ?? [] }
        return object as? [[String: Any]] ?? []
    }

    /// What an agent is doing.
    func status(of agent: String) async throws -> String? {
        try await items("/cti/v1/agents").first { $0["agentID"] as? String == agent }?["status"] as? String
    }

    /// The newest finished record of a customer's number.
    func record(of number: String, wantsAfterCallWork: Bool = false) async throws -> [String: Any]? {
        let escaped = number.replacingOccurrences(of: "+", with: "%2B")
        let page = try await ask("GET", "/reporting/v1/contacts?limit=5&number=\(escaped)")
        let items = page["items"] as? [[String: Any]] ?? []
        return items.first { record in
            guard record["endedAt"] is NSNumber else { return false }
            return !wantsAfterCallWork || API.kinds(record).contains("afterCallWork")
        }
    }

    static func kinds(_ record: [String: Any]) -> [String] {
        (record["segments"] as? [[String: Any]] ?? []).compactMap { $0["kind"] as? String }
    }

    static func addsUp(_ record: [String: Any]) -> Bool {
        (record["totals"] as? [String: Any])?["addsUp"] as? Bool ?? false
    }
}
