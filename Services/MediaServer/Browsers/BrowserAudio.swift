import Contracts
import RTP
import SDP
import WebRTC

/// What is spoken with a browser: the best codec of ours that it offers, and keys.
struct BrowserAudio: Equatable, Sendable {
    /// With the browser's numbers: the codec, then telephone-events if it has them.
    let formats: [PayloadFormat]
    let media: RemoteMedia

    /// Best first: what trunks and telephones here speak too, so that nothing is converted.
    private static let preference: [AudioCodec] = [.pcma, .pcmu]

    /// - Throws: `BrowserOfferError.noCommonCodec`
    init(_ offer: BrowserOffer) throws(BrowserOfferError) {
        let chosen = Self.preference.lazy.compactMap { codec in offer.formats.first { $0.codec == codec } }.first
        guard let chosen, let codec = chosen.codec else { throw .noCommonCodec }
        var keys = offer.formats.first { $0.isTelephoneEvent(clockRate: 8_000) }
        keys?.parameters = "0-16"
        formats = [chosen] + (keys.map { [$0] } ?? [])
        // Where it is sent to is found by ICE.
        media = RemoteMedia(
            address: "0.0.0.0", port: 0, law: codec == .pcma ? .aLaw : .muLaw, payloadType: chosen.payloadType,
            telephoneEventPayloadType: keys?.payloadType)
    }
}
