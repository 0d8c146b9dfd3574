import Contracts
import HTTPTypes
import Hummingbird
import SDP
import ServiceKit
import WebRTC

/// Browsers' offers as they come by HTTP, and our answers: for agents' telephones and visitors' calls alike (RFC 9725).
struct BrowserDescriptions: Sendable {
    static let mediaType = "application/sdp"
    static let maximumBytes = 32_768

    let identity: DTLSIdentity
    /// What browsers are told to send to.
    let address: String
    /// What is spoken with them, best first.
    let codecs: [AudioCodec]

    /// - Throws: `Failure.invalid` for an offer that cannot be read, or cannot be answered safely.
    func read(_ sdp: some Collection<UInt8>) throws -> (offer: BrowserOffer, audio: BrowserAudio) {
        let description: SessionDescription
        do {
            description = try SessionDescription(parsing: Array(sdp))
        } catch {
            throw Failure(.invalid, "The offer cannot be read: \(error).", code: "sdp_malformed")
        }
        do {
            let offer = try BrowserOffer(description)
            return (offer, try BrowserAudio(offer, codecs))
        } catch {
            throw Failure(.invalid, "\(error)", code: "offer_refused")
        }
    }

    func answer(
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
