import Bus
import Contracts
import Database
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import ServiceKit
import TestSupport
import Testing

@testable import CRM

/// crm on a database of its own, and a client who may sign in there.
struct Office: Sendable {
    static let operatorPassword = "correct horse battery"
    static let password = "staple of the day"

    let crm: CRM
    let database: Database
    let client: any TestClientProtocol

    /// An answer, read.
    struct Answer: Sendable {
        let status: HTTPResponse.Status
        let json: JSONValue
        let data: Data
        let headers: HTTPFields

        func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            try JSONDecoder().decode(type, from: data)
        }

        var code: String? { if case .string(let code)? = json["code"] { code } else { nil } }
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSONValue? = nil, as token: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = headers
        if let token { headers[.authorization] = "Bearer \(token)" }
        let buffer = try body.map { ByteBuffer(bytes: try JSONEncoder().encode($0)) }
        let response = try await client.execute(uri: path, method: method, headers: headers, body: buffer)
        let data = Data(response.body.readableBytesView)
        return Answer(
            status: response.status, json: (try? JSONDecoder().decode(JSONValue.self, from: data)) ?? .null, data: data,
            headers: response.headers)
    }

    /// The access token of somebody.
    func signIn(_ user: String, _ tenant: String, _ password: String = Office.password) async throws -> String {
        let answer = try await tryToSignIn(user, tenant, password)
        #expect(answer.status == .ok)
        return try answer.decode(SignedIn.self).accessToken
    }

    func tryToSignIn(_ user: String, _ tenant: String, _ password: String) async throws -> Answer {
        try await send(
            .post, "/v1/sign-in",
            ["tenant": .string(tenant), "user": .string(user), "password": .string(password)])
    }

    func signInOperator() async throws -> String { try await signIn("operator", "*", Self.operatorPassword) }

    /// Makes the tenant with an admin `boss`; returns the boss's token.
    @discardableResult
    func makeTenant(_ id: String) async throws -> String {
        let admin: JSONValue = ["user": "boss", "name": "The Boss", "password": .string(Self.password)]
        let answer = try await send(
            .post, "/v1/tenants", ["tenant": .string(id), "name": .string("Tenant \(id)"), "admin": admin],
            as: try await signInOperator())
        #expect(answer.status == .created)
        return try await signIn("boss", id)
    }

    /// Adds a user; returns his token.
    func makeUser(_ user: String, _ roles: [String], in tenant: String, by boss: String) async throws -> String {
        let answer = try await send(
            .post, "/v1/users",
            [
                "user": .string(user), "name": .string(user), "roles": .array(roles.map { .string($0) }),
                "password": .string(Self.password),
            ], as: boss)
        #expect(answer.status == .created)
        return try await signIn(user, tenant)
    }

    /// The facts in the outbox, oldest first.
    func facts() async throws -> [Envelope] {
        try await OutboxStore(database).facts(stream: "carillon", from: 1, through: .max, limit: 1000)
    }
}

/// Runs a test in an office. Passwords cost little there.
func withOffice(_ body: @escaping @Sendable (Office) async throws -> Void) async throws {
    try await withDatabase("crm", Outbox.migrations + CRM.schema) { database async throws in
        let kit = ServiceContext(
            instance: InstanceID(.crm, 1), database: database, bus: LocalBus(InstanceID(.crm, 1)))
        let crm = try await CRM(kit, .cheap)
        try await kit.server(crm.routes).application().test(.router) { client async throws in
            try await body(Office(crm: crm, database: database, client: client))
        }
    }
}

extension CRMConfiguration {
    static var cheap: CRMConfiguration {
        var configuration = CRMConfiguration()
        configuration.operatorPassword = Office.operatorPassword
        configuration.passwordCost = PasswordCost(memoryBytes: 64 << 10, passes: 1)
        return configuration
    }
}
