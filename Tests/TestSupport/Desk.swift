public import Contracts
public import Foundation
import FoundationNetworking
import Glibc
import Hummingbird
import Logging
public import ServiceKit
import ServiceLifecycle
import Testing

/// Somebody who is signed in and calls a service's HTTP API over a real connection.
public struct Desk: Sendable {
    let port: Int
    let token: String

    /// What came back.
    public struct Answer: Sendable {
        public let status: Int
        public let data: Data

        public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            try JSONDecoder().decode(Value.self, from: data)
        }

        public var text: String { String(decoding: data, as: UTF8.self) }
    }

    public func send(
        _ method: String, _ path: String, _ body: String? = nil, type: String = "application/json"
    ) async throws -> Answer {
        guard let url = URL(string: "http://127.0.0.1:\(port)\(path)") else { throw URLError(.badURL) }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        if let body {
            request.setValue(type, forHTTPHeaderField: "Content-Type")
            request.httpBody = Data(body.utf8)
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        return Answer(status: (response as? HTTPURLResponse)?.statusCode ?? 0, data: data)
    }

    /// Puts a file.
    public func upload(_ path: String, _ file: Data, type: String = "audio/wav") async throws -> Answer {
        guard let url = URL(string: "http://127.0.0.1:\(port)\(path)") else { throw URLError(.badURL) }
        var request = URLRequest(url: url)
        request.httpMethod = "PUT"
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        request.setValue(type, forHTTPHeaderField: "Content-Type")
        request.httpBody = file
        let (data, response) = try await URLSession.shared.data(for: request)
        return Answer(status: (response as? HTTPURLResponse)?.statusCode ?? 0, data: data)
    }
}

extension Desk {
    /// Expects the status. (A target that is no test target has no macros of Testing.)
    public func gets(
        _ status: Int, _ method: String, _ path: String, _ json: String? = nil,
        fileID: String = #fileID, filePath: String = #filePath, line: Int = #line, column: Int = #column
    ) async throws {
        let answer = try await send(method, path, json)
        guard answer.status != status else { return }
        Issue.record(
            "\(method) \(path) answered \(answer.status), not \(status): \(answer.text)",
            sourceLocation: SourceLocation(fileID: fileID, filePath: filePath, line: line, column: column))
    }
}

extension Desk {
    /// A list, read one by one.
    public func all<Item: Codable & Sendable>(_ path: String, _ type: Item.Type) async throws -> [Item] {
        var (items, cursor): ([Item], String?) = ([], nil)
        repeat {
            let place = cursor.map { "&cursor=\($0)" } ?? ""
            let page = try await send("GET", "\(path)?limit=1\(place)").decode(Page<Item>.self)
            items += page.items
            cursor = page.nextCursor
        } while cursor != nil && items.count < 1000
        return items
    }
}

extension Desk {
    /// What a new tenant's roles allow, as far as services other than crm look at it.
    static func permissions(of roles: Set<String>) -> Set<String> {
        let known: [String: Set<String>] = [
            "admin": ["queue.manage", "campaign.manage", "call.supervise", "report.view", "report.export"],
            "agent": ["recording.control"],
            "supervisor": ["queue.manage", "campaign.manage", "call.supervise", "report.view", "report.export"],
            "configurator": ["queue.manage", "campaign.manage"], "quality": ["call.supervise", "report.view"],
        ]
        return roles.reduce(into: []) { $0.formUnion(known[$1] ?? []) }
    }
}

/// Runs the routes of a service and lets somebody with these roles, and what they allow, call them.
public func withDesk(
    tenant: TenantID = "t", user: UserID = "boss", roles: Set<String> = ["supervisor"], permissions: Set<String>? = nil,
    _ server: (TokenVerifier) -> APIServer,
    _ body: (Desk) async throws -> Void
) async throws {
    let signer = try await TokenSigner(keyID: "test")
    let identity = Identity(
        tenant: tenant, user: user, roles: roles, permissions: permissions ?? Desk.permissions(of: roles))
    let token = try await signer.sign(identity, id: "1", at: Date(), validFor: .seconds(60))
    try await withServer(server(TokenVerifier(signer))) { port in try await body(Desk(port: port, token: token)) }
}

/// Runs a server on a port of its own.
public func withServer(_ server: APIServer, _ body: (_ port: Int) async throws -> Void) async throws {
    let port = try freePort()
    let (running, told) = AsyncStream.makeStream(of: Void.self)
    let application = server.application(port: port) { told.finish() }
    let group = ServiceGroup(services: [application], logger: Logger(label: "test"))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        for await _ in running {}
        try await body(port)
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
    }
}

/// A port that nobody listens on.
private func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
    }
    guard bound else { throw URLError(.cannotConnectToHost) }
    return Int(UInt16(bigEndian: address.sin_port))
}
