import Contracts
import Foundation
public import HTTPTypes
public import Hummingbird

/// One route of a service's HTTP API: address, who may call it, what goes in and out, and the function that does it.
///
/// `/openapi.json` is made from the same value that the router runs, so that the two cannot differ:
///
/// ```swift
/// APIRoute(.post, "/v1/queues", "Make a queue", .admin, status: .created, use: create)
/// func create(_ call: APICall<NewQueue>) async throws -> Queue
/// ```
public struct APIRoute: Sendable {
    public let method: HTTPRequest.Method
    /// With `{name}` for what varies.
    public let path: String
    public let summary: String
    public let access: Access
    public let parameters: [APIParameter]
    public let status: HTTPResponse.Status
    let requestType: (any (Decodable & Sendable).Type)?
    let requestMediaType: String
    let replyType: (any (Decodable & Sendable).Type)?
    let replyMediaType: String
    let bodyLimit: Int
    let repeats: RepeatPolicy
    let respond: @Sendable (Request, APIContext, Identity) async throws -> Response

    /// How a POST with an `Idempotency-Key` is kept from being done twice.
    public enum RepeatPolicy: Sendable {
        /// Answers are kept for a day in the service's schema.
        case stored
        /// The route asks nothing of PostgreSQL (a call path); its body carries what makes a repetition harmless.
        case harmless
    }
}

/// A body or an answer that is not there.
public struct Nothing: Codable, Sendable, Equatable {
    public init() {}
}

/// A query parameter of a route.
public struct APIParameter: Sendable {
    let name: String
    let schema: JSONValue
    let sentence: String

    public static func text(_ name: String, _ sentence: String) -> APIParameter {
        APIParameter(name: name, schema: ["type": "string"], sentence: sentence)
    }

    public static func number(_ name: String, in range: ClosedRange<Int>, _ sentence: String) -> APIParameter {
        APIParameter(
            name: name,
            schema: [
                "type": "integer", "minimum": .number(Double(range.lowerBound)),
                "maximum": .number(Double(range.upperBound)),
            ], sentence: sentence)
    }

    public static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ type: Choice.Type, _ sentence: String
    ) -> APIParameter {
        let cases = Choice.allCases.map { JSONValue.string($0.rawValue) }
        return APIParameter(name: name, schema: ["type": "string", "enum": .array(cases)], sentence: sentence)
    }
}

extension [APIParameter] {
    /// `limit` and `cursor`, for routes that answer a ``Page``.
    public static let page: [APIParameter] = [
        .number("limit", in: 1...200, "How many at most."), .text("cursor", "`nextCursor` of the part before."),
    ]
}

extension APIRoute {
    /// JSON in, JSON out. Use ``Nothing`` for a body or an answer that is not there.
    public init<Body: Decodable & Sendable, Reply: Codable & Sendable>(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, _ access: Access,
        parameters: [APIParameter] = [], status: HTTPResponse.Status? = nil, bodyLimit: Int = 1 << 20,
        repeats: RepeatPolicy = .stored, use handler: @escaping @Sendable (APICall<Body>) async throws -> Reply
    ) {
        let status = status ?? (Reply.self == Nothing.self ? .noContent : .ok)
        self.init(
            method: method, path: path, summary: summary, access: access, parameters: parameters, status: status,
            requestType: Body.self == Nothing.self ? nil : Body.self, requestMediaType: "application/json",
            replyType: Reply.self == Nothing.self ? nil : Reply.self, replyMediaType: "application/json",
            bodyLimit: bodyLimit, repeats: repeats
        ) { request, context, identity in
            let body: Body = try await Self.decode(request, limit: bodyLimit)
            let reply = try await handler(
                APICall(body: body, identity: identity, request: request, context: context))
            guard Reply.self != Nothing.self else { return Response(status: status) }
            let data = try JSONEncoder.api.encode(reply)
            return Response(
                status: status, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
        }
    }

    /// An answer that the route makes itself: a file, CSV, an event stream. It reads a body by ``APICall/bytes(upTo:)``.
    public static func raw(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, _ access: Access,
        parameters: [APIParameter] = [], accepts: String? = nil, produces: String,
        status: HTTPResponse.Status = .ok,
        use handler: @escaping @Sendable (APICall<Nothing>) async throws -> Response
    ) -> APIRoute {
        APIRoute(
            method: method, path: path, summary: summary, access: access, parameters: parameters, status: status,
            requestType: nil, requestMediaType: accepts ?? "", replyType: nil, replyMediaType: produces, bodyLimit: 0,
            repeats: .harmless
        ) { request, context, identity in
            try await handler(APICall(body: Nothing(), identity: identity, request: request, context: context))
        }
    }

    /// An event stream (SSE) that goes on where `Last-Event-ID` says.
    public static func events(
        _ path: String, _ summary: String, _ access: Access, parameters: [APIParameter] = [],
        keepAlive: Duration = .seconds(15),
        use handler: @escaping @Sendable (APICall<Nothing>) async throws -> AsyncStream<ServerEvent>
    ) -> APIRoute {
        raw(
            .get, path, summary, access,
            parameters: parameters + [.text("after", "The last event's id, if the header cannot be set.")],
            produces: "text/event-stream"
        ) { call in
            ServerEvent.response(try await handler(call), keepAlive: keepAlive)
        }
    }

    private static func decode<Body: Decodable>(_ request: Request, limit: Int) async throws -> Body {
        if Body.self == Nothing.self, let nothing = Nothing() as? Body { return nothing }
        if let type = request.headers[.contentType], !type.lowercased().hasPrefix("application/json") {
            throw HTTPFailure(
                Failure(.invalid, "The body is JSON, with Content-Type: application/json.", code: "not_json"),
                status: .unsupportedMediaType)
        }
        let buffer = try await request.body.collect(upTo: limit)
        // Valid in JSON, but no text that PostgreSQL can hold.
        guard buffer.readableBytesView.firstRange(of: Data(#"\u0000"#.utf8)) == nil else {
            throw Failure(.invalid, "The body holds the character U+0000.")
        }
        return try JSONDecoder.api.decode(Body.self, from: Data(buffer.readableBytesView))
    }

    /// `/v1/queues/:id`, as Hummingbird's router writes it.
    var routerPath: String {
        path.split(separator: "/").map { part in
            part.hasPrefix("{") && part.hasSuffix("}") ? ":" + part.dropFirst().dropLast() : part
        }.joined(separator: "/")
    }

    /// The names in braces.
    var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }
            .map { String($0.dropFirst().dropLast()) }
    }
}
