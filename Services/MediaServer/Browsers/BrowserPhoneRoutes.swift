import Contracts
import HTTPTypes
import Hummingbird
import SDP
import ServiceKit
import WebRTC

/// `/v1/browser-phones`: the agent's browser as his telephone, joined by one exchange of descriptions (as in WHIP, RFC 9725).
struct BrowserPhoneRoutes: Sendable {
    let switchboard: Switchboard
    let identity: DTLSIdentity
    /// What browsers are told to send to.
    let address: String
    /// What is spoken with them, best first.
    let codecs: [AudioCodec]

    static let mediaType = "application/sdp"
    private static let maximumBytes = 32_768

    var routes: [APIRoute] {
        [
            .raw(
                .post, "/v1/browser-phones",
                "Join with my browser, or again after its page was loaded anew: an SDP offer in, the answer out; `Location` "
                    + "names the phone. A call that is on it goes on", .agent, accepts: Self.mediaType,
                produces: Self.mediaType, status: .created, use: join),
            .raw(
                .patch, "/v1/browser-phones/{id}",
                "Restart ICE after a change of network: an SDP offer of the same connection in, the answer out", .agent,
                accepts: Self.mediaType, produces: Self.mediaType, use: restart),
            APIRoute(
                .delete, "/v1/browser-phones/{id}", "Leave with my browser; a call that is on it ends", .agent,
                use: leave),
        ]
    }

    @Sendable func join(_ call: APICall<Nothing>) async throws -> Response {
        let offer = try await offer(call)
        let audio = try refusing { () throws(BrowserOfferError) in try BrowserAudio(offer, codecs) }
        let local = ICECredentials.make()
        let link = try SecureLink(identity, local: local, remote: offer.transport)
        let key = try key(of: call)
        let place = try await switchboard.browser(
            .join(link, audio.media, offer.transport.fingerprint, session: call.session), of: key)
        var response = answer(offer, audio, local, place, status: .created)
        // Relative to the request, which may have come through a front door with a prefix of its own.
        response.headers[.location] = "browser-phones/" + Self.segment(key.phone)
        return response
    }

    @Sendable func restart(_ call: APICall<Nothing>) async throws -> Response {
        let key = try ownKey(call)
        let offer = try await offer(call)
        let audio = try refusing { () throws(BrowserOfferError) in try BrowserAudio(offer, codecs) }
        let local = ICECredentials.make()
        let place = try await switchboard.browser(.restart(local, offer.transport, session: call.session), of: key)
        return answer(offer, audio, local, place, status: .ok)
    }

    @Sendable func leave(_ call: APICall<Nothing>) async throws -> Nothing {
        _ = try await switchboard.browser(.leave, of: try ownKey(call))
        return Nothing()
    }

    /// An id as a part of a path: it may hold a slash.
    private static func segment(_ phone: PhoneID) -> String {
        phone.rawValue.utf8.reduce(into: "") { text, byte in
            let isPlain = byte != UInt8(ascii: "/") && byte != UInt8(ascii: "*") && byte != UInt8(ascii: "+")
            text += isPlain ? String(UnicodeScalar(byte)) : "%" + String(byte, radix: 16, uppercase: true)
        }
    }

    private func key(of call: APICall<Nothing>) throws -> BrowserPhones.Key {
        let phone = PhoneID.browser(of: AgentID(call.identity.user))
        guard PhoneID.isAcceptable(phone.rawValue) else {
            throw Failure(.invalid, "Your user's name is too long to be that of a telephone.")
        }
        return BrowserPhones.Key(tenant: try call.tenant, phone: phone)
    }

    /// Another's phone is nobody's business, not even whether it is there.
    private func ownKey(_ call: APICall<Nothing>) throws -> BrowserPhones.Key {
        let key = try key(of: call)
        guard try call.path("id", as: PhoneID.self) == key.phone else {
            throw Failure(.notFound, "There is no such browser phone of yours.")
        }
        return key
    }

    private func offer(_ call: APICall<Nothing>) async throws -> BrowserOffer {
        guard call.request.headers[.contentType]?.lowercased().hasPrefix(Self.mediaType) == true else {
            throw HTTPFailure(
                Failure(.invalid, "The body is an SDP offer, with Content-Type: \(Self.mediaType).", code: "not_sdp"),
                status: .unsupportedMediaType)
        }
        let body = try await call.bytes(upTo: Self.maximumBytes)
        let description: SessionDescription
        do {
            description = try SessionDescription(parsing: body.readableBytesView)
        } catch {
            throw Failure(.invalid, "The offer cannot be read: \(error).", code: "sdp_malformed")
        }
        return try refusing { () throws(BrowserOfferError) in try BrowserOffer(description) }
    }

    private func refusing<Value>(_ read: () throws(BrowserOfferError) -> Value) throws -> Value {
        do {
            return try read()
        } catch {
            throw Failure(.invalid, "\(error)", code: "offer_refused")
        }
    }

    private func answer(
        _ offer: BrowserOffer, _ audio: BrowserAudio, _ local: ICECredentials, _ place: BrowserPlace,
        status: HTTPResponse.Status
    ) -> Response {
        let answer = BrowserAnswer(
            address: address, port: place.port.port, credentials: local, fingerprint: identity.fingerprint,
            formats: audio.formats, ssrc: place.port.ssrc, sessionID: place.sessionID, version: place.version)
        let text = answer.description(for: offer).description
        return Response(
            status: status, headers: [.contentType: Self.mediaType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
