public import Contracts
import Crypto
import Database
public import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// The answer to a request that carried an `Idempotency-Key`, kept so that a repetition gets the same.
public struct KeptAnswer: Sendable, Equatable {
    public let status: Int
    public let contentType: String
    public let body: Data

    public init(status: Int, contentType: String, body: Data) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

/// One use of an `Idempotency-Key`: whose, for what.
public struct RepeatKey: Sendable, Hashable {
    public let tenant: TenantID
    public let user: UserID
    public let key: String
    /// SHA-256 of method, path, the tenant that an operator names, and body.
    public let requestHash: String

    public init(tenant: TenantID, user: UserID, key: String, requestHash: String) {
        self.tenant = tenant
        self.user = user
        self.key = key
        self.requestHash = requestHash
    }
}

/// What is known of a key when a request comes with it.
public enum RepeatState: Sendable, Equatable {
    /// Never seen; now taken by this request.
    case new
    case answered(KeptAnswer)
    /// The same request is being worked on.
    case underWay
    /// The key was used for another request.
    case otherRequest
}

/// Where answers are kept for a day: ``StoredRepeats`` in PostgreSQL; a table in memory in tests.
public protocol RepeatStore: Sendable {
    func begin(_ key: RepeatKey) async throws -> RepeatState
    func finish(_ key: RepeatKey, _ answer: KeptAnswer) async throws
    /// The request failed on our side: it may be tried again.
    func forget(_ key: RepeatKey) async throws
}

extension APIServer {
    /// Does the request once per key; a repetition gets the kept answer.
    func once(
        _ text: String, in store: any RepeatStore, _ route: APIRoute, _ request: Request, _ context: APIContext,
        _ identity: Identity
    ) async throws -> Response {
        guard (1...200).contains(text.utf8.count) else {
            throw Failure(.invalid, "An Idempotency-Key has 1 to 200 characters.")
        }
        var request = request
        let body = try await request.body.collect(upTo: route.bodyLimit)
        request.body = RequestBody(buffer: body)
        let key = RepeatKey(
            tenant: identity.tenant, user: identity.user, key: text,
            requestHash: Self.hash(request, body))
        switch try await store.begin(key) {
        case .new: break
        case .answered(let kept): return kept.response
        case .underWay:
            throw HTTPFailure(
                Failure(.conflict, "The same request is being worked on.", code: "request_under_way"),
                headers: [.retryAfter: "1"])
        case .otherRequest:
            throw HTTPFailure(
                Failure(
                    .conflict, "This Idempotency-Key was used for another request.", code: "idempotency_key_reused"),
                status: .unprocessableContent)
        }
        return try await keep(key, in: store) { try await route.respond(request, context, identity) }
    }

    /// Keeps what was answered. What was refused or failed is forgotten, so that it may be tried again; not so what may
    /// have been done all the same.
    private func keep(
        _ key: RepeatKey, in store: any RepeatStore, _ work: () async throws -> Response
    ) async throws -> Response {
        do {
            let response = try await work()
            let collector = ResponseCollector()
            try await response.body.write(collector)
            let answer = KeptAnswer(
                status: response.status.code, contentType: response.headers[.contentType] ?? "",
                body: Data(collector.collected.readableBytesView))
            await finish(key, answer, in: store)
            return answer.response(headers: response.headers)
        } catch {
            if (error as? DatabaseError)?.isCommitInDoubt != true { try? await store.forget(key) }
            throw error
        }
    }

    /// The request is done, and its client is told so even if the answer cannot be kept: an error would make it try again.
    private func finish(_ key: RepeatKey, _ answer: KeptAnswer, in store: any RepeatStore) async {
        for attempt in 1...3 {
            do {
                return try await store.finish(key, answer)
            } catch {
                log.warning("answer not kept", metadata: ["error": "\(error)", "attempt": "\(attempt)"])
            }
        }
    }

    private static func hash(_ request: Request, _ body: ByteBuffer) -> String {
        var hash = SHA256()
        let tenant = request.headers[.tenant] ?? ""
        hash.update(data: Data("\(request.method.rawValue) \(request.uri.string)\n\(tenant)\n".utf8))
        hash.update(data: body.readableBytesView)
        return base64URL(Data(hash.finalize()))
    }
}

extension KeptAnswer {
    fileprivate var response: Response { response(headers: [.idempotencyReplayed: "true"]) }

    fileprivate func response(headers: HTTPFields) -> Response {
        var headers = headers
        if !contentType.isEmpty { headers[.contentType] = contentType }
        return Response(
            status: HTTPResponse.Status(code: (100...599).contains(status) ? status : 200), headers: headers,
            body: body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
