public import Contracts
import Foundation
import HTTPTypes
public import Hummingbird
public import Logging

/// One call of a route: who asks, for what, with which body.
public struct APICall<Body: Sendable>: Sendable {
    public let body: Body
    public let identity: Identity
    public let request: Request
    public let context: APIContext

    public var log: Logger { context.logger }
    public var requestID: String { context.requestID }

    /// The tenant whose data this is about. An operator names it in `X-Tenant`.
    /// - Throws: `Failure.invalid`
    public var tenant: TenantID {
        get throws {
            guard identity.tenant == .all else { return identity.tenant }
            guard let name = request.headers[.tenant], TenantID.isAcceptable(name), name != TenantID.all.rawValue else {
                throw Failure(.invalid, "An operator names the tenant in the header X-Tenant.", code: "tenant_missing")
            }
            return TenantID(rawValue: name)
        }
    }

    /// The same, but `*` for an operator who names no tenant: the platform itself.
    public var tenantOrPlatform: TenantID {
        get throws { identity.tenant == .all && request.headers[.tenant] == nil ? .all : try tenant }
    }

    /// A part of the path, such as `id` of `/v1/queues/{id}`.
    /// - Throws: `Failure.notFound` for what cannot be an id.
    public func path<ID: Identifier>(_ name: String, as type: ID.Type = ID.self) throws -> ID {
        let text = try path(name)
        guard ID.isAcceptable(text) else { throw Failure(.notFound, "There is nothing at this address.") }
        return ID(rawValue: text)
    }

    public func path(_ name: String) throws -> String {
        guard let text = context.parameters.get(name)?.removingPercentEncoding, !text.isEmpty, !text.contains("\0")
        else {
            throw Failure(.notFound, "There is nothing at this address.")
        }
        return text
    }

    /// A query parameter; nil if it is not given or empty. U+0000, which PostgreSQL cannot hold, is replaced.
    public func query(_ name: String) -> String? {
        guard let value = request.uri.queryParameters[Substring(name)], !value.isEmpty else { return nil }
        return String(value).replacing("\0", with: "\u{fffd}")
    }

    public func query<ID: Identifier>(_ name: String, as type: ID.Type) throws -> ID? {
        guard let text = query(name) else { return nil }
        guard ID.isAcceptable(text) else { throw Failure(.invalid, "The parameter \(name) is not an id.") }
        return ID(rawValue: text)
    }

    /// - Throws: `Failure.invalid` outside the range.
    public func query(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = query(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw Failure(
                .invalid, "The parameter \(name) is a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }

    public func query<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, as type: Choice.Type
    ) throws -> Choice? {
        guard let text = query(name) else { return nil }
        guard let value = Choice(rawValue: text) else {
            let allowed = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalid, "The parameter \(name) is one of \(allowed).")
        }
        return value
    }

    /// `limit` and `cursor`.
    public func page(limit standard: Int = 50) throws -> PageRequest {
        let cursor = try query("cursor").map { text in
            guard let cursor = Cursor(text) else { throw Failure(.invalid, "The cursor is not one of ours.") }
            return cursor
        }
        return PageRequest(limit: try query("limit", in: 1...200) ?? standard, after: cursor?.keys)
    }

    /// Whoever is connected; see ``forwardedFor``.
    public var peer: String? { context.peer }

    /// For whom a front door says that it asks. Anybody can say so.
    public var forwardedFor: String? { request.headers[.forwardedFor] }

    /// Chosen by the client for one act; at most 200 characters.
    public var idempotencyKey: String? { request.headers[.idempotencyKey] }

    /// Where an event stream was cut.
    public var lastEventID: String? { request.headers[.lastEventID] ?? query("after") }

    /// The body as it came.
    /// - Throws: 413 if it is larger.
    public func bytes(upTo limit: Int) async throws -> ByteBuffer { try await request.body.collect(upTo: limit) }
}

extension HTTPField.Name {
    static let requestID = Self.known("X-Request-Id")
    static let tenant = Self.known("X-Tenant")
    static let idempotencyKey = Self.known("Idempotency-Key")
    static let idempotencyReplayed = Self.known("Idempotency-Replayed")
    static let forwardedFor = Self.known("X-Forwarded-For")
    static let accelBuffering = Self.known("X-Accel-Buffering")
    static let lastEventID = Self.known("Last-Event-ID")

    /// Only for the names above, which are valid.
    private static func known(_ name: String) -> HTTPField.Name {
        HTTPField.Name(name) ?? .contentLocation
    }
}
