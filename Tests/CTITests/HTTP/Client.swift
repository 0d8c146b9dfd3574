import Contracts
import Foundation
import Hummingbird
import HummingbirdTesting
import ServiceKit
import TestSupport
import Testing

@testable import CTI

/// Somebody of tenant `t` who calls cti's HTTP API.
struct Client: Sendable {
    /// An answer, read.
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let data: Data

        func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            try JSONDecoder().decode(type, from: data)
        }

        var text: String { String(decoding: data, as: UTF8.self) }
        /// Of a problem.
        var code: String? { (try? decode(Problem.self))?.code }
    }

    private struct Problem: Decodable { let code: String? }

    let http: any TestClientProtocol
    let token: String

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ json: String? = nil, headers: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = headers
        headers[.authorization] = "Bearer \(token)"
        let answer = try await http.execute(
            uri: path, method: method, headers: headers, body: json.map { ByteBuffer(string: $0) })
        return Answer(
            status: answer.status.code, headers: answer.headers, data: Data(answer.body.readableBytesView))
    }

    /// Expects the status.
    @discardableResult
    func gets(
        _ status: Int, _ method: HTTPRequest.Method, _ path: String, _ json: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        try await gets(status, nil, method, path, json, sourceLocation: sourceLocation)
    }

    /// Expects the status, and of a refusal that it is a problem with this code.
    @discardableResult
    func gets(
        _ status: Int, _ code: String?, _ method: HTTPRequest.Method, _ path: String, _ json: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        let answer = try await send(method, path, json)
        #expect(answer.status == status, "\(answer.text)", sourceLocation: sourceLocation)
        if let code { #expect(answer.code == code, "\(answer.text)", sourceLocation: sourceLocation) }
        if status >= 400 {
            #expect(answer.headers[.contentType] == "application/problem+json", sourceLocation: sourceLocation)
        }
        return answer
    }
}

/// The people who call it.
struct People: Sendable {
    /// An agent.
    let amy: Client
    /// Another agent.
    let bob: Client
    /// Supervises calls, by a role of the tenant's own.
    let sue: Client
    /// The administrator.
    let boss: Client
    /// Writes flows, by a role of the tenant's own.
    let ann: Client
    /// Whom they call.
    let cti: CTI
}

extension Switchboard {
    /// Runs a test with one instance and people who may call its routes.
    static func serve(
        _ configuration: CTIConfiguration = CTIConfiguration(),
        _ body: @escaping @Sendable (Switchboard, People) async throws -> Void
    ) async throws {
        let signer = try await TokenSigner(keyID: "test")
        func token(_ user: UserID, _ role: String, _ permissions: Set<String> = []) async throws -> String {
            let identity = Identity(tenant: "t", user: user, roles: [role], permissions: permissions)
            return try await signer.sign(identity, id: user.rawValue, at: Date(), validFor: .seconds(60))
        }
        let (amy, bob) = (try await token("amy", "agent"), try await token("bob", "agent"))
        let (sue, ann) = (
            try await token("sue", "leader", ["call.supervise", "call.intervene"]),
            try await token("ann", "author", ["flow.manage"])
        )
        let boss = try await token("boss", "admin", ["call.supervise", "call.intervene"])
        try await Switchboard.run(configuration) { board in
            let cti = try await board.start(1)
            let server = APIServer(service: "cti", routes: cti.routes(), tokens: TokenVerifier(signer))
            try await server.application().test(.router) { http in
                try await body(
                    board,
                    People(
                        amy: Client(http: http, token: amy), bob: Client(http: http, token: bob),
                        sue: Client(http: http, token: sue), boss: Client(http: http, token: boss),
                        ann: Client(http: http, token: ann), cti: cti))
            }
        }
    }

    /// A caller waits in the queue as `call`.
    func wait(_ call: CallID) async {
        media.arrive(LegID(rawValue: call.rawValue))
        await acd.enqueued.first { $0.callID == call }
    }

    /// The agent's telephone rings for a call that waits.
    @discardableResult
    func ring(_ agent: AgentID, for call: CallID) async throws -> LegID {
        try await acd.offer(call, to: agent)
        return await media.originated.first { $0.legID.rawValue.hasPrefix(call.rawValue + "-") }.legID
    }

    /// Agent and caller talk.
    func talk(_ agent: AgentID, with call: CallID) async throws {
        let leg = try await ring(agent, for: call)
        media.answer(leg)
        await media.told.first { $0.command == .bridge(with: leg) }
        _ = await acd.ended.first { $0.callID == call && $0.outcome == .answered }
    }
}
