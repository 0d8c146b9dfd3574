import Codecs
import RTP
import Testing

@Suite struct KeyDetectorTests {
    private static func heard(_ samples: [Int16]) throws -> [KeyDetector.Press] {
        let detector = try KeyDetector()
        return stride(from: 0, to: samples.count - 159, by: 160).compactMap { start in
            samples[start..<(start + 160)].withUnsafeBufferPointer { detector.take($0) }
        }
    }

    private static func pressed(_ keys: String, milliseconds: Int, amplitude: Double = 0.2) -> [Int16] {
        keys.flatMap { key -> [Int16] in
            var tones = ToneGenerator(Digit.tones(of: key) ?? [], amplitude: amplitude)
            return tones.next(milliseconds * 8) + [Int16](repeating: 0, count: 640)
        } + [Int16](repeating: 0, count: 800)
    }

    @Test func `each key is heard once, when it is let go`() throws {
        let presses = try Self.heard(Self.pressed("123A456B789C*0#D", milliseconds: 80))
        #expect(String(presses.map(\.key)) == "123A456B789C*0#D")
        #expect(presses.allSatisfy { (40...140).contains($0.milliseconds) })
    }

    @Test func `the same key twice is two presses`() throws {
        #expect(String(try Self.heard(Self.pressed("55", milliseconds: 60)).map(\.key)) == "55")
    }

    @Test func `a soft key is heard, and one tone alone is none`() throws {
        #expect(String(try Self.heard(Self.pressed("7", milliseconds: 80, amplitude: 0.02)).map(\.key)) == "7")
        var tone = ToneGenerator([697], amplitude: 0.2)
        #expect(try Self.heard(tone.next(4_000)).isEmpty)
    }

    @Test func `noise and a steady tone are no keys`() throws {
        var random = SplitMix(state: 3)
        let noise = (0..<80_000).map { _ in Int16(truncatingIfNeeded: random.next()) / 8 }
        #expect(try Self.heard(noise).isEmpty)
    }
}
