import Codecs
import Contracts
import RTP
import SDP
import WebRTC

/// What is spoken with a browser: the best codec of ours that it offers, and keys.
struct BrowserAudio: Equatable, Sendable {
    /// With the browser's numbers: the codec, then telephone-events if it has them.
    let formats: [PayloadFormat]
    let media: RemoteMedia

    /// Best first: Opus, which browsers are made for and which bridges what the air loses; then what trunks speak.
    static let usual: [AudioCodec] = [.opus, .pcma, .pcmu]

    /// - Parameter codecs: ours, best first.
    /// - Throws: `BrowserOfferError.noCommonCodec`
    init(_ offer: BrowserOffer, _ codecs: [AudioCodec] = usual) throws(BrowserOfferError) {
        let chosen = codecs.lazy.compactMap { codec in offer.formats.first { $0.codec == codec } }.first
        guard var chosen, let codec = chosen.codec else { throw .noCommonCodec }
        let wishes = OpusWishes(FormatParameters(chosen.parameters))
        // Ours are answered, not its own.
        chosen.parameters = codec == .opus ? Self.opusParameters : nil
        // In the clock of the sound, as RFC 4733 has it, if there is one.
        var keys =
            offer.formats.first { $0.isTelephoneEvent(clockRate: codec.clockRate) }
            ?? offer.formats.first { $0.isTelephoneEvent(clockRate: 8_000) }
        keys?.parameters = "0-16"
        formats = [chosen] + (keys.map { [$0] } ?? [])
        // Where it is sent to is found by ICE.
        var media = RemoteMedia(
            address: "0.0.0.0", port: 0, codec: codec, payloadType: chosen.payloadType,
            telephoneEventPayloadType: keys?.payloadType)
        media.wishes = wishes
        media.telephoneEventClockRate = keys?.clockRate ?? 8_000
        self.media = media
    }

    /// We hear up to 8 kHz, one channel, and mend what is lost with what comes after it.
    private static let opusParameters = "maxplaybackrate=16000;minptime=10;useinbandfec=1"
}
