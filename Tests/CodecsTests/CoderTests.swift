import Codecs
import Foundation
import RTP
import SDP
import Testing

@Suite struct CoderTests {
    @Test(arguments: Words.coders)
    func `what is encoded is decoded as the same tone at the same level`(codec: AudioCodec, rate: SampleRate) throws {
        guard codec.isInstalled else { return }
        let tone = Words.tone(440, milliseconds: 600, rate)
        let encoder = try SoundEncoder(codec, at: rate)
        let decoder = try SoundDecoder(codec, at: rate)
        let heard = encoder.packets(tone, of: rate.frameSamples).flatMap(decoder.samples)
        #expect(heard.count == tone.count)
        let steady = heard.suffix(heard.count / 2)
        #expect(Words.share(of: 440, in: steady, rate) > 0.9)
        let level = Goertzel.level(of: steady) / Goertzel.level(of: tone)
        #expect(level > 0.8 && level < 1.25)
    }

    @Test(arguments: [AudioCodec.g722, .opus])
    func `wide-band codecs carry what narrow ones cannot`(codec: AudioCodec) throws {
        let tone = Words.tone(5_500, milliseconds: 600, .wide)
        let encoder = try SoundEncoder(codec, at: .wide)
        let decoder = try SoundDecoder(codec, at: .wide)
        let heard = encoder.packets(tone, of: 320).flatMap(decoder.samples)
        #expect(Words.share(of: 5_500, in: heard.suffix(4_800), .wide) > 0.9)
    }

    @Test(arguments: [AudioCodec.g722, .opus])
    func `a wide-band codec is understood at the other rate as well`(codec: AudioCodec) throws {
        let wide = try SoundEncoder(codec, at: .wide).packets(Words.tone(440, milliseconds: 400, .wide), of: 320)
        let narrow = try SoundDecoder(codec, at: .narrow)
        let heard = wide.flatMap(narrow.samples)
        #expect(heard.count == 3_200)
        #expect(Words.share(of: 440, in: heard.suffix(1_600), .narrow) > 0.9)
    }

    @Test(arguments: AudioCodec.allCases)
    func `no payload of any length does harm`(codec: AudioCodec) throws {
        guard codec.isInstalled else { return }
        let decoder = try SoundDecoder(codec, at: codec.isWideband ? .wide : .narrow)
        var random = SplitMix(state: 7)
        for length in Array(0...400) + [960, 1_000, 1_500] {
            let payload = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(decoder.samples(payload).count <= maximumPacketSamples)
        }
        _ = decoder.samples([])
    }

    @Test func `a lost Opus packet is told once more by the next`() throws {
        let encoder = try SoundEncoder(.opus, at: .wide, wishes: OpusWishes(FormatParameters("useinbandfec=1")))
        // Speech-like: what is steady is made up well enough without.
        let sound = (0..<20).flatMap { part in Words.tone(300 + Double(part) * 60, milliseconds: 20, .wide) }
        let packets = encoder.packets(sound, of: 320)
        let decoder = try SoundDecoder(.opus, at: .wide)
        for packet in packets[..<12] { _ = decoder.samples(packet) }
        var made = [Int16](repeating: 0, count: 320)
        let isMade = packets[13].withUnsafeBytes { next in
            made.withUnsafeMutableBufferPointer { decoder.conceal($0, next: next) }
        }
        #expect(isMade)
        #expect(Goertzel.level(of: made) > 0.05)
        #expect(decoder.samples(packets[13]).count == 320)
    }

    @Test(arguments: [10, 20, 30, 40, 60]) func `packets may be of 10 to 60 ms`(milliseconds: Int) throws {
        for codec in AudioCodec.allCases where codec.isInstalled {
            guard codec.packetTime(milliseconds) == milliseconds else { continue }
            let tone = Words.tone(440, milliseconds: 240, .narrow)
            let packets = try SoundEncoder(codec, at: .narrow).packets(tone, of: milliseconds * 8)
            let decoder = try SoundDecoder(codec, at: .narrow)
            #expect(packets.allSatisfy { decoder.samples($0).count == milliseconds * 8 }, "\(codec)")
        }
    }
}

/// The same numbers in each run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
