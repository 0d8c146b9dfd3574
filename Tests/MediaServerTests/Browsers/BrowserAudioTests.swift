import SDP
import Testing
import WebRTC

@testable import MediaServer

/// What is spoken with a browser, of what it offers.
@Suite struct BrowserAudioTests {
    /// As Chromium writes it, in short.
    private static let chromium = """
        v=0
        o=- 1 2 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0
        m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
        c=IN IP4 0.0.0.0
        a=ice-ufrag:abcd
        a=ice-pwd:0123456789abcdef01234567
        a=fingerprint:sha-256 \([String](repeating: "AB", count: 32).joined(separator: ":"))
        a=setup:actpass
        a=mid:0
        a=sendrecv
        a=rtcp-mux
        a=rtpmap:111 opus/48000/2
        a=fmtp:111 minptime=10;useinbandfec=1
        a=rtpmap:63 red/48000/2
        a=rtpmap:9 G722/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:13 CN/8000
        a=rtpmap:110 telephone-event/48000
        a=rtpmap:126 telephone-event/8000

        """

    private func audio(_ codecs: [AudioCodec] = BrowserAudio.usual, without left: String = "") throws -> BrowserAudio {
        let lines = Self.chromium.split(separator: "\n").filter { left.isEmpty || !$0.hasPrefix(left) }
        let text = lines.joined(separator: "\r\n") + "\r\n"
        return try BrowserAudio(try BrowserOffer(try SessionDescription(parsing: Array(text.utf8))), codecs)
    }

    @Test func `Opus is spoken unless the operator wants otherwise, with keys in its clock`() throws {
        let audio = try audio()
        #expect(audio.media.codec == .opus && audio.media.payloadType == 111 && audio.media.packetTime == 20)
        #expect(audio.media.telephoneEventPayloadType == 110 && audio.media.telephoneEventClockRate == 48_000)
        #expect(audio.formats.map(\.payloadType) == [111, 110])
        #expect(audio.formats.first?.parameters?.contains("useinbandfec=1") == true)
    }

    @Test func `keys of the other clock are better than none`() throws {
        let audio = try audio(without: "a=rtpmap:110")
        #expect(audio.media.telephoneEventPayloadType == 126 && audio.media.telephoneEventClockRate == 8_000)
    }

    @Test func `with PCMA first nothing has to be translated for a caller from a trunk`() throws {
        let audio = try audio([.pcma, .opus])
        #expect(audio.media.codec == .pcma && audio.media.payloadType == 8 && audio.media.isPlain)
        #expect(audio.formats.map(\.payloadType) == [8, 126])
    }

    @Test func `a browser that speaks nothing of ours is refused`() {
        #expect(throws: BrowserOfferError.noCommonCodec) { try audio([.gsm]) }
    }
}
