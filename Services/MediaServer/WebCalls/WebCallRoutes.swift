import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SDP
import ServiceKit
import Synchronization
import WebRTC

/// `/v1/web-calls`: a visitor of a tenant's web site calls from his browser. Open to strangers: the page's origin must be one
/// of the entry's, and each call has an address of its own that nobody can guess (as in WHIP, RFC 9725).
final class WebCallRoutes: Sendable {
    let switchboard: Switchboard
    let identity: DTLSIdentity
    /// What browsers are told to send to.
    let address: String
    /// What is spoken with them, best first.
    let codecs: [AudioCodec]
    let instance: InstanceID
    /// Of whom it is believed for whom they ask.
    let frontDoors: Set<String>
    let plan: NumberPlan
    let book: @Sendable () -> SwitchBook
    let clock: @Sendable () -> Timestamp
    private let limits = Mutex(SourceLimits())

    private var descriptions: BrowserDescriptions {
        BrowserDescriptions(identity: identity, address: address, codecs: codecs)
    }

    init(
        switchboard: Switchboard, identity: DTLSIdentity, address: String, codecs: [AudioCodec], instance: InstanceID,
        frontDoors: Set<String>, plan: NumberPlan, book: @escaping @Sendable () -> SwitchBook,
        clock: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        self.switchboard = switchboard
        self.identity = identity
        self.address = address
        self.codecs = codecs
        self.instance = instance
        self.frontDoors = frontDoors
        self.plan = plan
        self.book = book
        self.clock = clock
    }

    /// Keys that are pressed on a page whose browser sends no telephone-events.
    struct Keys: Codable, Sendable {
        /// Of 0 to 9, *, # and A to D.
        let keys: String
    }

    var routes: [APIRoute] {
        let (entry, one) = ("/v1/web-calls/{tenant}/{entry}", "/v1/web-calls/{tenant}/{entry}/{call}")
        let sdp = BrowserDescriptions.mediaType
        let asked: [APIRoute] = [
            .raw(
                .post, entry,
                "Call in from a page of an allowed origin: an SDP offer in, alone or as `sdp` of JSON with what the page says of "
                    + "its visitor (name, number, page, language, attributes); the answer out. `Location` is the call's own "
                    + "address and a secret", .open, accepts: sdp, produces: sdp, status: .created, use: join),
            .raw(
                .patch, one,
                "Another way to the same page, or the page loaded anew: an SDP offer in, the answer out", .open,
                accepts: sdp, produces: sdp, use: restart),
            .raw(
                .get, one, "How a visitor's call stands", .open, produces: "application/json", use: view),
            .raw(
                .get, one + "/events", "How a visitor's call stands, told whenever it changes until it is over", .open,
                produces: "text/event-stream", use: follow),
            .raw(
                .post, one + "/keys", "Press keys, where the browser sends no telephone-events", .open,
                accepts: "application/json", produces: "application/json", status: .noContent, use: press),
            .raw(
                .delete, one, "A visitor hangs up", .open, produces: "application/json", status: .noContent,
                use: hangUp),
        ]
        let preflights = [entry, one, one + "/events", one + "/keys"].map { path in
            APIRoute.raw(
                .options, path, "May a page of this origin ask? (CORS)", .open, produces: "text/plain",
                status: .noContent, use: preflight)
        }
        return asked + preflights
    }

    // MARK: Routes

    @Sendable func join(_ call: APICall<Nothing>) async throws -> Response {
        let (tenant, entry) = try knownEntry(call)
        let origin = try allowedOrigin(call, entry)
        return try await answering(origin) { [self] in
            guard entry.isEnabled, book().tenant(of: entry.number, plan) == tenant else {
                throw Failure(.notFound, "Nobody can call in here.", code: "web_entry_closed")
            }
            let source = VisitorSource(peer: call.peer, forwarded: call.forwardedFor, frontDoors: frontDoors)
            let key = SourceLimits.Key(tenant: tenant, entry: entry.id, source: source)
            let wait = limits.withLock { $0.take(key, perMinute: entry.callsPerMinute, at: clock()) }
            if let wait {
                throw HTTPFailure.tooManyRequests("There are too many calls from your address.", retryAfter: wait)
            }
            let (sdp, words) = try await wish(call)
            let (offer, audio) = try descriptions.read(sdp)
            let wish = WebCallWish(
                tenant: tenant, entry: entry, source: source, attributes: try words.checked(entry), media: audio.media,
                transport: offer.transport, local: .make())
            let place = try await switchboard.look { [identity] desk throws(Failure) in
                try desk.joinWeb(wish, identity)
            }
            var response = descriptions.answer(offer, audio, wish.local, place.place, status: .created)
            // Relative to the request, which may have come through a front door with a prefix of its own.
            response.headers[.location] = "\(entry.id)/\(place.id.text)"
            return response
        }
    }

    @Sendable func restart(_ call: APICall<Nothing>) async throws -> Response {
        try await forCall(call) { [self] id in
            let (sdp, _) = try await wish(call)
            let (offer, audio) = try descriptions.read(sdp)
            let local = ICECredentials.make()
            let place = try await switchboard.look { [identity] desk throws(Failure) in
                try desk.rejoinWeb(id, identity, local, offer.transport, audio.media)
            }
            return descriptions.answer(offer, audio, local, place, status: .ok)
        }
    }

    @Sendable func view(_ call: APICall<Nothing>) async throws -> Response {
        try await forCall(call) { [self] id in
            let view = try await switchboard.look { desk throws(Failure) in try desk.viewWeb(id) }
            return Response(
                status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(view))))
        }
    }

    @Sendable func follow(_ call: APICall<Nothing>) async throws -> Response {
        try await forCall(call) { [self] id in
            ServerEvent.response(
                try await switchboard.look { desk throws(Failure) in try desk.followWeb(id) }, keepAlive: .seconds(15))
        }
    }

    @Sendable func press(_ call: APICall<Nothing>) async throws -> Response {
        try await forCall(call) { [self] id in
            let body = try await call.bytes(upTo: 1_024)
            let keys = try JSONDecoder().decode(Keys.self, from: Data(body.readableBytesView))
            try await switchboard.look { desk throws(Failure) in try desk.pressWeb(keys.keys, id) }
            return Response(status: .noContent)
        }
    }

    @Sendable func hangUp(_ call: APICall<Nothing>) async throws -> Response {
        try await forCall(call) { [self] id in
            try await switchboard.look { desk throws(Failure) in try desk.hangUpWeb(id) }
            return Response(status: .noContent)
        }
    }

    @Sendable func preflight(_ call: APICall<Nothing>) async throws -> Response {
        let (_, entry) = try knownEntry(call)
        var headers = Self.headers(try allowedOrigin(call, entry))
        headers[.accessControlAllowMethods] = "GET, POST, PATCH, DELETE"
        headers[.accessControlAllowHeaders] = "Content-Type, Accept-Language, Last-Event-ID, Cache-Control"
        headers[.accessControlMaxAge] = "600"
        return Response(status: .noContent, headers: headers)
    }

    // MARK: Who asks

    private func knownEntry(_ call: APICall<Nothing>) throws -> (TenantID, WebEntry) {
        let (tenant, id) = (TenantID(rawValue: try call.path("tenant")), WebEntryID(rawValue: try call.path("entry")))
        guard let entry = book().webEntries[tenant]?[id] else {
            throw Failure(.notFound, "There is nothing at this address.")
        }
        return (tenant, entry)
    }

    /// A page's, as its browser says; programs can say what they like, and are held by the other limits.
    private func allowedOrigin(_ call: APICall<Nothing>, _ entry: WebEntry) throws -> String {
        guard let text = call.request.headers[.origin], let origin = WebOrigin(text), entry.allows(origin) else {
            throw Failure(.forbidden, "Pages of this origin may not call in here.", code: "origin_not_allowed")
        }
        return text
    }

    /// For one call: whoever knows its address may ask. A page of the suite's own origin says none when it only reads.
    private func forCall(
        _ call: APICall<Nothing>, _ work: (WebCallID) async throws -> Response
    ) async throws -> Response {
        let (_, entry) = try knownEntry(call)
        var origin: String?
        if call.request.headers[.origin] != nil { origin = try allowedOrigin(call, entry) }
        return try await answering(origin) {
            guard let id = WebCallID(try call.path("call")) else {
                throw Failure(.notFound, "There is no such call, or it is over.", code: "web_call_gone")
            }
            // The front door asks the next one.
            guard id.instance == instance.number else {
                throw Failure(.unavailable, "Another media server has this call.", code: "web_call_elsewhere")
            }
            return try await work(id)
        }
    }

    /// Lets the page read the answer, also a refusal.
    private func answering(_ origin: String?, _ work: () async throws -> Response) async throws -> Response {
        let headers = origin.map(Self.headers) ?? [:]
        do {
            var response = try await work()
            response.headers.append(contentsOf: headers)
            return response
        } catch let error as HTTPFailure {
            throw HTTPFailure(error.failure, status: error.status, headers: error.headers + headers)
        } catch let failure as Failure {
            // What the entry's own limits refuse no other media server is to be asked for.
            let isBusy = ["web_entry_busy", "web_source_busy", "too_many_requests"].contains(failure.code)
            var headers = headers
            if failure.kind == .unavailable { headers[.retryAfter] = isBusy ? "20" : "1" }
            throw HTTPFailure(failure, status: isBusy ? .tooManyRequests : nil, headers: headers)
        } catch is NIOTooManyBytesError {
            throw HTTPFailure(
                Failure(.invalid, "The body is too large.", code: "body_too_large"), status: .contentTooLarge,
                headers: headers)
        } catch is DecodingError {
            throw HTTPFailure(Failure(.invalid, "The body is not the JSON that is expected."), headers: headers)
        }
    }

    private static func headers(_ origin: String) -> HTTPFields {
        [.accessControlAllowOrigin: origin, .vary: "Origin", .accessControlExposeHeaders: "Location, Retry-After"]
    }

    // MARK: Descriptions

    /// An offer alone, or with what the page says of its visitor.
    private func wish(_ call: APICall<Nothing>) async throws -> (sdp: [UInt8], VisitorWords) {
        struct Wish: Decodable { let sdp: String }
        let type = call.request.headers[.contentType]?.lowercased() ?? ""
        let isJSON = type.hasPrefix("application/json")
        guard isJSON || type.hasPrefix(BrowserDescriptions.mediaType) else {
            throw HTTPFailure(
                Failure(
                    .invalid, "The body is an SDP offer, as \(BrowserDescriptions.mediaType) or in JSON.",
                    code: "not_sdp"),
                status: .unsupportedMediaType)
        }
        let body = try await call.bytes(upTo: BrowserDescriptions.maximumBytes)
        guard isJSON else { return (Array(body.readableBytesView), VisitorWords()) }
        let data = Data(body.readableBytesView)
        let wish = try JSONDecoder().decode(Wish.self, from: data)
        return (Array(wish.sdp.utf8), try JSONDecoder().decode(VisitorWords.self, from: data))
    }
}
