import Contracts
import Foundation
import Hummingbird
import HummingbirdTesting
import ServiceKit
import TestSupport

/// The shop that the routes of these tests serve.
struct Bell: Codable, Sendable, Equatable {
    enum Metal: String, Codable, Sendable, CaseIterable { case bronze, steel }

    let id: QueueID
    let name: String
    let metal: Metal
    let weight: Double?
    let tags: [String]
}

/// A signed-in client of a server under test.
struct Shop {
    let signer: TokenSigner
    let server: APIServer

    init(_ routes: [APIRoute], repeats: (any RepeatStore)? = nil) async throws {
        signer = try await TokenSigner(keyID: "test")
        server = APIServer(service: "bells", routes: routes, tokens: TokenVerifier(signer), repeats: repeats)
    }

    func token(
        _ roles: Set<String> = ["admin"], tenant: TenantID = TenantID(rawValue: "t1"), permissions: Set<String> = []
    ) async throws -> String {
        let identity = Identity(
            tenant: tenant, user: UserID(rawValue: "amy"), name: "Amy", roles: roles, permissions: permissions)
        return try await signer.sign(identity, id: "1", at: Date(), validFor: .seconds(60))
    }

    func headers(_ token: String, _ more: HTTPFields = [:]) -> HTTPFields {
        var headers = more
        headers[.authorization] = "Bearer \(token)"
        return headers
    }

    func run(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        try await server.application().test(.router, body)
    }
}

/// Just enough of a problem to look at.
struct Complaint: Codable, Equatable {
    let status: Int
    let code: String
    let detail: String
    let title: String
}

extension TestResponse {
    func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(body.readableBytesView))
    }

    var text: String { String(buffer: body) }
}
