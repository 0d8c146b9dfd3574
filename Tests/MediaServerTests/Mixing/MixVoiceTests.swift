import Codecs
import RTP
import SDP
import TestSupport
import Testing

@testable import MediaServer

/// One leg's packets on their way into a mix, on a clock of the test's own.
private struct VoiceLine {
    private var voice: MixVoice
    private let encoder: SoundEncoder
    private let codec: AudioCodec
    private let rate: SampleRate
    private var tone: ToneGenerator
    private var sequence: UInt16 = 0
    private var timestamp: UInt32 = 0
    private(set) var heard: [Int16] = []

    init(_ codec: AudioCodec, at rate: SampleRate) throws {
        self.codec = codec
        self.rate = rate
        voice = try MixVoice(codec, at: rate)
        encoder = try SoundEncoder(codec, at: rate, wishes: OpusWishes(FormatParameters("useinbandfec=1")))
        tone = ToneGenerator([440], sampleRate: Double(rate.rawValue))
    }

    mutating func say(isLost: Bool = false, noise: [UInt8]? = nil) {
        sequence &+= 1
        timestamp &+= UInt32(codec.clockRate / 50)
        let header = RTPHeader(payloadType: 9, sequence: sequence, timestamp: timestamp, ssrc: 7)
        var payload = [UInt8](repeating: 0, count: 1_500)
        let samples = tone.next(rate.frameSamples)
        let count = samples.withUnsafeBufferPointer { samples in
            payload.withUnsafeMutableBytes { encoder.encode(samples, into: $0) }
        }
        if let noise {
            noise.withUnsafeBytes { voice.takeNoise(header, $0, arrival: timestamp) }
        } else if !isLost {
            payload[..<count].withUnsafeBytes { voice.take(header, $0, arrival: timestamp) }
        }
        hear()
    }

    /// - Returns: whether there was anything to be heard.
    @discardableResult
    mutating func hear() -> Bool {
        var frame = [Int16](repeating: 0, count: rate.frameSamples)
        let isHeard = frame.withUnsafeMutableBufferPointer { voice.next(into: $0) }
        heard += frame
        return isHeard
    }

    mutating func forget() { heard = [] }
}

@Suite struct MixVoiceTests {
    private static let voices: [(codec: AudioCodec, rate: SampleRate)] = [
        (.pcma, .narrow), (.gsm, .narrow), (.g722, .narrow), (.g722, .wide), (.opus, .narrow), (.opus, .wide),
    ]

    @Test(arguments: voices)
    func `with five packets in a hundred lost, the tone goes on`(codec: AudioCodec, rate: SampleRate) throws {
        var line = try VoiceLine(codec, at: rate)
        var random = SeededNumbers(state: 11)
        for _ in 0..<10 { line.say() }
        line.forget()
        for _ in 0..<500 { line.say(isLost: Int.random(in: 0..<100, using: &random) < 5) }
        let window = rate.rawValue / 10
        let shares = stride(from: 0, to: line.heard.count - window + 1, by: window).map { start in
            Goertzel.share(of: 440, in: line.heard[start..<(start + window)], sampleRate: Double(rate.rawValue))
        }
        // Opus's speech mode says again only the gist of a packet, and a steady tone is no speech.
        let (share, level) = codec == .opus ? (0.8, 0.7) : (0.93, 0.9)
        #expect(shares.reduce(0, +) / Double(shares.count) > share)
        #expect(Goertzel.level(of: line.heard) > level * 0.25 / 2.0.squareRoot())
    }

    @Test func `comfort noise is heard until sound comes again`() throws {
        var line = try VoiceLine(.pcma, at: .narrow)
        for _ in 0..<10 { line.say() }
        line.say(noise: [45])
        for _ in 0..<20 { line.hear() }
        line.forget()
        for _ in 0..<20 {
            let isHeard = line.hear()
            #expect(isHeard)
        }
        let level = Goertzel.level(of: line.heard)
        #expect(level > 0.004 && level < 0.008)
        for _ in 0..<10 { line.say() }
        line.forget()
        for _ in 0..<20 { line.say() }
        #expect(Goertzel.share(of: 440, in: line.heard) > 0.95)
    }

    @Test func `who stops sending is silent after 60 ms`() throws {
        var line = try VoiceLine(.opus, at: .wide)
        for _ in 0..<10 { line.say() }
        for _ in 0..<5 { line.hear() }
        for _ in 0..<10 {
            let isHeard = line.hear()
            #expect(!isHeard)
        }
    }
}

/// The same numbers in each run.
private struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 33
    }
}
