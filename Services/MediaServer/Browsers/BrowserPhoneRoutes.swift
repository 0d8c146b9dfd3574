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

    static let mediaType = BrowserDescriptions.mediaType

    private var descriptions: BrowserDescriptions {
        BrowserDescriptions(identity: identity, address: address, codecs: codecs)
    }

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
        let (offer, audio) = try await offer(call)
        let local = ICECredentials.make()
        let link = try SecureLink(identity, local: local, remote: offer.transport)
        let key = try key(of: call)
        let place = try await switchboard.browser(
            .join(link, audio.media, offer.transport.fingerprint, session: call.session), of: key)
        var response = descriptions.answer(offer, audio, local, place, status: .created)
        // Relative to the request, which may have come through a front door with a prefix of its own.
        response.headers[.location] = "browser-phones/" + Self.segment(key.phone)
        return response
    }

    @Sendable func restart(_ call: APICall<Nothing>) async throws -> Response {
        let key = try ownKey(call)
        let (offer, audio) = try await offer(call)
        let local = ICECredentials.make()
        let place = try await switchboard.browser(.restart(local, offer.transport, session: call.session), of: key)
        return descriptions.answer(offer, audio, local, place, status: .ok)
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

    private func offer(_ call: APICall<Nothing>) async throws -> (BrowserOffer, BrowserAudio) {
        guard call.request.headers[.contentType]?.lowercased().hasPrefix(Self.mediaType) == true else {
            throw HTTPFailure(
                Failure(.invalid, "The body is an SDP offer, with Content-Type: \(Self.mediaType).", code: "not_sdp"),
                status: .unsupportedMediaType)
        }
        return try descriptions.read(try await call.bytes(upTo: BrowserDescriptions.maximumBytes).readableBytesView)
    }
}
