import SDP
import Testing

@testable import WebRTC

/// Offers as Chromium makes them, and our answers.
@Suite struct BrowserSessionTests {
    @Test func `an offer of Chromium is understood`() throws {
        let offer = try Self.offer()
        #expect(offer.transport.credentials.fragment == "4zRb")
        #expect(offer.transport.fingerprint.description == Self.fingerprint)
        #expect(offer.formats.contains { $0.encoding == "PCMA" && $0.payloadType == 8 })
        #expect(offer.formats.contains { $0.isTelephoneEvent && $0.payloadType == 126 })
    }

    @Test func `the answer is lite, passive and in one bundle, and refuses all but the sound`() throws {
        let offer = try Self.offer()
        let answer = BrowserAnswer(
            address: "192.0.2.1", port: 20_000, credentials: Checks.local,
            fingerprint: try #require(Fingerprint(Self.fingerprint)),
            formats: offer.formats.filter { $0.payloadType == 8 || $0.payloadType == 126 }, ssrc: 7, sessionID: 1)
        let said = try SessionDescription(parsing: answer.description(for: offer).description)
        let sound = try #require(said.media.first)
        #expect(said.attributes["group"] == "BUNDLE 0")
        #expect(said.attributes["ice-lite"] != nil)
        #expect(said.media.map(\.port) == [20_000, 0])
        #expect(sound.transport == "UDP/TLS/RTP/SAVPF")
        #expect(sound.attributes["setup"] == "passive")
        #expect(sound.attributes["rtcp-mux"] != nil && sound.attributes["end-of-candidates"] != nil)
        #expect(sound.attributes["candidate"] == "1 1 udp 2130706431 192.0.2.1 20000 typ host")
        #expect(sound.attributes["ice-ufrag"] == "serv")
        #expect(sound.formats == ["8", "126"])
        #expect(sound.payloadFormats.contains { $0.isTelephoneEvent })
    }

    @Test(arguments: [
        ("UDP/TLS/RTP/SAVPF", "RTP/AVP", BrowserOfferError.noAudio), ("a=rtcp-mux\n", "", .noMultiplexing),
        ("a=ice-pwd:by5GZGG1lw+040DWA6hXM5Bz", "a=ice-pwd:short", .badCredentials),
        ("sha-256", "sha-1", .badFingerprint), ("7C:", "", .badFingerprint), ("7C:", "+C:", .badFingerprint),
        ("setup:actpass", "setup:passive", .badSetup), ("a=sendrecv", "a=recvonly", .notReceiving),
    ])
    func `an offer that cannot be answered safely is refused, with the reason`(
        part: String, instead: String, reason: BrowserOfferError
    ) throws {
        let text = Self.chromium.replacing(part, with: instead)
        let description = try SessionDescription(parsing: text)
        #expect(throws: reason) { _ = try BrowserOffer(description) }
    }

    @Test func `a hundred thousand mutated offers are understood or refused, and never trap`() throws {
        var dice = Dice(seed: 8_829)
        let whole = try SessionDescription(parsing: Self.chromium)
        for _ in 0..<100_000 {
            var description = whole
            for _ in 0...dice.next(below: 2) {
                let index = dice.next(below: description.media[0].attributes.count)
                var bytes = Array((description.media[0].attributes[index].value ?? "").utf8)
                if !bytes.isEmpty { bytes[dice.next(below: bytes.count)] = UInt8(32 + dice.next(below: 95)) }
                if dice.next(below: 4) == 0 { bytes.removeLast(dice.next(below: bytes.count)) }
                description.media[0].attributes[index].value = String(decoding: bytes, as: UTF8.self)
            }
            guard let offer = try? BrowserOffer(description) else { continue }
            #expect(offer.transport.fingerprint.bytes.count == Fingerprint.size)
        }
    }

    static func offer() throws -> BrowserOffer { try BrowserOffer(try SessionDescription(parsing: chromium)) }

    static let fingerprint =
        "sha-256 7C:2B:1F:95:6A:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:12:23:34:45:56:67:78:89:9A:AB:BC"

    static let chromium = """
        v=0
        o=- 4611731400430051336 2 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0 1
        a=extmap-allow-mixed
        a=msid-semantic: WMS
        m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
        c=IN IP4 0.0.0.0
        a=rtcp:9 IN IP4 0.0.0.0
        a=ice-ufrag:4zRb
        a=ice-pwd:by5GZGG1lw+040DWA6hXM5Bz
        a=ice-options:trickle
        a=fingerprint:\(fingerprint)
        a=setup:actpass
        a=mid:0
        a=sendrecv
        a=rtcp-mux
        a=rtpmap:111 opus/48000/2
        a=rtcp-fb:111 transport-cc
        a=fmtp:111 minptime=10;useinbandfec=1
        a=rtpmap:63 red/48000/2
        a=rtpmap:9 G722/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:13 CN/8000
        a=rtpmap:110 telephone-event/48000
        a=rtpmap:126 telephone-event/8000
        m=video 9 UDP/TLS/RTP/SAVPF 96
        a=mid:1
        a=rtpmap:96 VP8/90000

        """
}
