public import Contracts
import Database
import Foundation
public import HTTPTypes
import Hummingbird
import NIOCore

/// What a route answers when it refuses, as `application/problem+json` (RFC 9457).
struct Problem: Codable, Equatable {
    let type: String
    let title: String
    let status: Int
    let detail: String
    /// For programs; stable.
    let code: String
    /// The request's id, to be found in the log.
    let instance: String
}

/// A ``Failure`` that needs its own status or headers, such as 429 with `Retry-After`.
public struct HTTPFailure: Error {
    public let failure: Failure
    public let status: HTTPResponse.Status
    public let headers: HTTPFields

    public init(_ failure: Failure, status: HTTPResponse.Status? = nil, headers: HTTPFields = [:]) {
        self.failure = failure
        self.status = status ?? failure.kind.httpStatus
        self.headers = headers
    }

    /// 429, and when to come back.
    public static func tooManyRequests(_ message: String, retryAfter seconds: Int) -> HTTPFailure {
        HTTPFailure(
            Failure(.unavailable, message, code: "too_many_requests"), status: .tooManyRequests,
            headers: [.retryAfter: "\(seconds)"])
    }
}

extension Failure.Kind {
    /// The one place where failures become HTTP.
    public var httpStatus: HTTPResponse.Status {
        switch self {
        case .invalid: .badRequest
        case .notFound: .notFound
        case .conflict: .conflict
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .unavailable, .staleEpoch: .serviceUnavailable
        case .timeout: .gatewayTimeout
        case .unknown: .internalServerError
        }
    }

    var isServersFault: Bool { httpStatus.code >= 500 }
}

extension HTTPFailure {
    /// What the client is told of any error; nil for what is our own fault and is to be logged as such.
    init?(answering error: any Error) {
        switch error {
        case let error as HTTPFailure: self = error
        case let failure as Failure: self.init(failure, headers: Self.headers(for: failure.kind))
        case let error as HTTPError: self.init(error)
        case is NIOTooManyBytesError:
            self.init(
                Failure(.invalid, "The body is too large.", code: "body_too_large"), status: .contentTooLarge)
        case let error as DecodingError: self.init(Failure(.invalid, error.sentence))
        case let error as DatabaseError where error.isTemporary:
            self.init(
                Failure(.unavailable, "The database is not reachable right now."), headers: [.retryAfter: "1"])
        default: return nil
        }
    }

    private init(_ error: HTTPError) {
        let kind: Failure.Kind =
            switch error.status.code {
            case 404: .notFound
            case 401: .unauthorized
            case 403: .forbidden
            case 500...: .unavailable
            default: .invalid
            }
        let code =
            error.status.reasonPhrase.lowercased().replacing(" ", with: "_").filter {
                $0.isLetter || $0 == "_"
            }
        let message = error.status == .notFound ? "There is nothing at this address." : error.body
        self.init(
            Failure(kind, message ?? "\(error.status.reasonPhrase).", code: code), status: error.status,
            headers: error.headers)
    }

    private static func headers(for kind: Failure.Kind) -> HTTPFields {
        switch kind {
        case .unauthorized: [.wwwAuthenticate: "Bearer"]
        case .unavailable, .staleEpoch: [.retryAfter: "1"]
        default: [:]
        }
    }

    func response(requestID: String, language: String?) -> Response {
        let problem = Problem(
            type: "urn:carillon:problem:\(failure.code)", title: failure.kind.title(in: language),
            status: status.code, detail: failure.message, code: failure.code, instance: requestID)
        var headers = headers
        headers[.contentType] = "application/problem+json"
        let data = (try? JSONEncoder.api.encode(problem)) ?? Data()
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }
}

extension Failure.Kind {
    fileprivate func title(in language: String?) -> String {
        let chinese = language?.lowercased().hasPrefix("zh") ?? false
        return switch self {
        case .invalid: chinese ? "请求无效" : "The request is not valid"
        case .notFound: chinese ? "未找到" : "Not found"
        case .conflict: chinese ? "与现有数据冲突" : "In conflict with what is there"
        case .unauthorized: chinese ? "请先登录" : "Sign in first"
        case .forbidden: chinese ? "没有权限" : "Not allowed"
        case .unavailable, .staleEpoch: chinese ? "服务暂不可用" : "Not available right now"
        case .timeout: chinese ? "处理超时" : "Timed out"
        case .unknown: chinese ? "内部错误" : "Internal error"
        }
    }
}

extension DecodingError {
    /// Which field, and what is wrong with it, in words for the client.
    var sentence: String {
        switch self {
        case .keyNotFound(let key, let context): "The field \(Self.path(context, key)) is missing."
        case .valueNotFound(_, let context): "The field \(Self.path(context)) may not be null."
        case .typeMismatch(_, let context): "The field \(Self.path(context)) is of the wrong type."
        case .dataCorrupted(let context) where context.codingPath.isEmpty: "The body is not JSON."
        case .dataCorrupted(let context): "The field \(Self.path(context)) has a value that is not allowed."
        @unknown default: "The body is not valid."
        }
    }

    private static func path(_ context: Context, _ key: (any CodingKey)? = nil) -> String {
        let path = (context.codingPath + (key.map { [$0] } ?? [])).map {
            $0.intValue.map(String.init) ?? $0.stringValue
        }
        return path.isEmpty ? "(body)" : path.joined(separator: ".")
    }
}

extension JSONEncoder {
    /// How every API answers: keys in order, so that equal things look equal.
    static var api: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }
}

extension JSONDecoder {
    static var api: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }
}
