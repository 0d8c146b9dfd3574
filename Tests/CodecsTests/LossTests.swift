import Codecs
import Foundation
import RTP
import SDP
import Testing

@Suite struct LossTests {
    /// Speech of a kind: a hum of 120 Hz with its overtones, slowly louder and softer.
    private static func hum(milliseconds: Int, _ rate: SampleRate) -> [Int16] {
        (0..<(milliseconds * rate.perMillisecond)).map { index in
            let time = Double(index) / Double(rate.rawValue)
            let wave = (1...8).reduce(0.0) { $0 + sin(2 * .pi * 120 * Double($1) * time) / Double($1) }
            return Int16(wave * 5_000 * (0.8 + 0.2 * sin(2 * .pi * 3 * time)))
        }
    }

    /// The same sound with frames lost, made up for or silent.
    private static func heard(
        _ sound: [Int16], _ rate: SampleRate, isLost: (Int) -> Bool, conceals: Bool
    ) -> [Int16] {
        var concealment = LossConcealment(rate)
        var result: [Int16] = []
        for (index, start) in stride(from: 0, to: sound.count - rate.frameSamples + 1, by: rate.frameSamples)
            .enumerated()
        {
            var frame = Array(sound[start..<(start + rate.frameSamples)])
            frame.withUnsafeMutableBufferPointer { frame in
                if !isLost(index) {
                    if conceals { concealment.heard(frame) }
                } else if conceals {
                    _ = concealment.conceal(frame)
                } else {
                    frame.update(repeating: 0)
                }
            }
            result += frame
        }
        return result
    }

    private static func signalToNoise(_ sound: [Int16], _ heard: [Int16]) -> Double {
        let noise = zip(sound, heard).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
        let signal = sound.prefix(heard.count).reduce(0.0) { $0 + pow(Double($1), 2) }
        return 10 * log10(signal / max(noise, 1))
    }

    @Test(arguments: [SampleRate.narrow, .wide])
    func `with five in a hundred lost, what is made up is far nearer to what was said than silence`(
        rate: SampleRate
    ) {
        let sound = Self.hum(milliseconds: 10_000, rate)
        var random = SplitMix(state: 5)
        let lost = Set((10..<500).filter { _ in Int.random(in: 0..<100, using: &random) < 5 })
        let silent = Self.heard(sound, rate, isLost: lost.contains, conceals: false)
        let concealed = Self.heard(sound, rate, isLost: lost.contains, conceals: true)
        #expect(lost.count > 10)
        #expect(Self.signalToNoise(sound, concealed) > Self.signalToNoise(sound, silent) + 6)
    }

    @Test(arguments: [SampleRate.narrow, .wide])
    func `a frame that is made up neither begins nor ends with a click`(rate: SampleRate) {
        let sound = Self.hum(milliseconds: 1_000, rate)
        func step(_ samples: [Int16]) -> Int {
            zip(samples, samples.dropFirst()).map { abs(Int($0) - Int($1)) }.max() ?? 0
        }
        let heard = Self.heard(sound, rate, isLost: { $0 % 10 == 9 }, conceals: true)
        #expect(step(heard) <= step(sound) * 5 / 4)
    }

    @Test func `what is lost for long dies away within 60 ms`() {
        var concealment = LossConcealment(.narrow)
        var frame = Words.tone(440, milliseconds: 20, .narrow)
        for _ in 0..<5 { frame.withUnsafeMutableBufferPointer { concealment.heard($0) } }
        let levels = (0..<5).map { _ in
            let isHeard = frame.withUnsafeMutableBufferPointer { concealment.conceal($0) }
            return (isHeard, Goertzel.level(of: frame))
        }
        #expect(levels.map(\.0) == [true, true, true, false, false])
        #expect(levels[0].1 > levels[1].1 && levels[1].1 > levels[2].1)
        #expect(levels[3].1 == 0)
    }

    @Test func `nothing is made up before anything was heard`() {
        var concealment = LossConcealment(.narrow)
        var frame = [Int16](repeating: 7, count: 160)
        let isHeard = frame.withUnsafeMutableBufferPointer { concealment.conceal($0) }
        #expect(!isHeard)
        #expect(frame.allSatisfy { $0 == 0 })
    }

    @Test func `comfort noise is as loud as it is told to be`() {
        var noise = ComfortNoise()
        var frame = [Int16](repeating: 0, count: 8_000)
        [UInt8(40)].withUnsafeBytes { noise.begin($0) }
        frame.withUnsafeMutableBufferPointer { noise.fill($0) }
        let decibels = 20 * log10(Goertzel.level(of: frame))
        #expect(abs(decibels + 40) < 1)
        #expect(noise.isActive)
        noise.end()
        #expect(!noise.isActive)
    }
}
