import Codecs
import Foundation
import RTP
import SDP
import Testing

/// ffmpeg says whether what we encode is the codec, and what it encodes we must understand.
@Suite struct PeerDecodeTests {
    private static let formats: [(codec: AudioCodec, rate: SampleRate, format: String, encoder: String?, packet: Int)] =
        [
            (.pcma, .narrow, "alaw", "pcm_alaw", 160), (.pcmu, .narrow, "mulaw", "pcm_mulaw", 160),
            (.g722, .wide, "g722", "g722", 160), (.g722, .narrow, "g722", "g722", 160),
            (.gsm, .narrow, "gsm", "libgsm", 33),
            (.g729, .narrow, "g729", nil, 10),
        ]

    @Test(arguments: formats)
    func `ffmpeg hears the tone that we encode`(
        codec: AudioCodec, rate: SampleRate, format: String, encoder: String?, packet: Int
    ) throws {
        guard codec.isInstalled else { return }
        let tone = Words.tone(700, milliseconds: 1_000, rate)
        let payload = try SoundEncoder(codec, at: rate).packets(tone, of: rate.frameSamples).flatMap { $0 }
        try Peer.inFolder { folder in
            let (coded, heard) = (folder.appending(path: "a.\(format)"), folder.appending(path: "a.raw"))
            try Data(payload).write(to: coded)
            // Raw G.722 says nothing of its rate, which is always 16 kHz for ffmpeg.
            let rateOptions =
                ["pcma", "pcmu"].contains(codec.rawValue.lowercased()) ? ["-ar", "8000", "-ac", "1"] : []
            let out = codec == .g722 ? SampleRate.wide : .narrow
            #expect(
                try Peer.run(
                    "ffmpeg",
                    ["-v", "error", "-f", format] + rateOptions + ["-i", coded.path]
                        + ["-f", "s16le", "-ar", "\(out.rawValue)", "-ac", "1", heard.path]))
            let samples = pcm(try Data(contentsOf: heard))
            let steady = samples.dropFirst(samples.count / 4).prefix(samples.count / 2)
            #expect(Words.share(of: 700, in: steady, out) > 0.9)
            let level = Goertzel.level(of: steady) / Goertzel.level(of: tone)
            #expect(level > 0.8 && level < 1.25)
        }
    }

    @Test(arguments: formats)
    func `we hear the tone that ffmpeg encodes`(
        codec: AudioCodec, rate: SampleRate, format: String, encoder: String?, packet: Int
    ) throws {
        guard codec.isInstalled, let encoder else { return }
        let source = codec == .g722 ? SampleRate.wide : .narrow
        let tone = Words.tone(700, milliseconds: 1_000, source)
        try Peer.inFolder { folder in
            let (raw, coded) = (folder.appending(path: "a.raw"), folder.appending(path: "a.\(format)"))
            try data(tone).write(to: raw)
            let input = ["-f", "s16le", "-ar", "\(source.rawValue)", "-ac", "1", "-i", raw.path]
            // Debian's ffmpeg has it; another may be built without libgsm.
            guard try Peer.run("ffmpeg", ["-v", "error"] + input + ["-c:a", encoder, "-f", format, coded.path]) else {
                #expect(codec == .gsm)
                return
            }
            let bytes = [UInt8](try Data(contentsOf: coded))
            let decoder = try SoundDecoder(codec, at: rate)
            let heard = stride(from: 0, to: bytes.count - packet + 1, by: packet).flatMap {
                decoder.samples(Array(bytes[$0..<($0 + packet)]))
            }
            let steady = heard.dropFirst(heard.count / 4).prefix(heard.count / 2)
            #expect(Words.share(of: 700, in: steady, rate) > 0.9)
            let level = Goertzel.level(of: steady) / Goertzel.level(of: tone)
            #expect(level > 0.8 && level < 1.25)
        }
    }

    @Test(arguments: [SampleRate.narrow, .wide]) func `ffmpeg hears our Opus`(rate: SampleRate) throws {
        let tone = Words.tone(700, milliseconds: 1_000, rate)
        let packets = try SoundEncoder(.opus, at: rate, wishes: OpusWishes(FormatParameters("useinbandfec=1")))
            .packets(tone, of: rate.frameSamples)
        try Peer.inFolder { folder in
            let (coded, heard) = (folder.appending(path: "a.opus"), folder.appending(path: "a.raw"))
            try Data(OggOpus.file(packets)).write(to: coded)
            #expect(
                try Peer.run(
                    "ffmpeg", ["-v", "error", "-i", coded.path, "-f", "s16le", "-ar", "16000", "-ac", "1", heard.path]))
            let samples = pcm(try Data(contentsOf: heard))
            let steady = samples.dropFirst(samples.count / 4).prefix(samples.count / 2)
            #expect(Words.share(of: 700, in: steady, .wide) > 0.9)
            let level = Goertzel.level(of: steady) / Goertzel.level(of: tone)
            #expect(level > 0.8 && level < 1.25)
        }
    }
}

/// Packets of 20 ms as a file that other programs read (RFC 3533, RFC 7845): as much of it as this test needs.
private enum OggOpus {
    static func file(_ packets: [[UInt8]]) -> [UInt8] {
        let head = Array("OpusHead".utf8) + [1, 1, 0, 0] + little(UInt64(48_000), 4) + [0, 0, 0]
        let tags = Array("OpusTags".utf8) + little(1, 4) + Array("t".utf8) + little(0, 4)
        var bytes = page(head, flags: 2, position: 0, number: 0) + page(tags, flags: 0, position: 0, number: 1)
        for (index, packet) in packets.enumerated() {
            let isLast = index == packets.count - 1
            bytes += page(packet, flags: isLast ? 4 : 0, position: UInt64(index + 1) * 960, number: UInt64(index + 2))
        }
        return bytes
    }

    private static func page(_ packet: [UInt8], flags: UInt8, position: UInt64, number: UInt64) -> [UInt8] {
        let lacing = [UInt8](repeating: 255, count: packet.count / 255) + [UInt8(packet.count % 255)]
        let start = Array("OggS".utf8) + [0, flags] + little(position, 8) + little(7, 4) + little(number, 4)
        let end = [UInt8(lacing.count)] + lacing + packet
        let sum = (start + [0, 0, 0, 0] + end).reduce(UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte) << 24) { rest, _ in
                rest & 0x8000_0000 != 0 ? rest << 1 ^ 0x04C1_1DB7 : rest << 1
            }
        }
        return start + little(UInt64(sum), 4) + end
    }

    private static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
    }
}
