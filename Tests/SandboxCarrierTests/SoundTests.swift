import RTP
import Testing

@testable import SandboxCarrier

@Suite struct SoundTests {
    @Test(arguments: G711.allCases)
    func `a tone is told apart in what is heard`(law: G711) {
        #expect(DominantTones.of(SoundFrames(.tone(440), law).bytes, law) == [440])
        #expect(DominantTones.of(SoundFrames(.tone(880), law).bytes, law) == [880])
    }

    @Test func `silence has no tones`() { #expect(DominantTones.of(SoundFrames(.silence, .aLaw).bytes, .aLaw) == []) }

    @Test func `an answering machine beeps at 1 kHz and is then silent`() {
        let frames = SoundFrames(.machine, .aLaw)
        #expect(DominantTones.of(frames.bytes, .aLaw).contains(1_000))
        #expect(frames.frame(10_000) == nil)
    }

    @Test func `a tone goes on for ever`() { #expect(SoundFrames(.tone(440), .aLaw).frame(10_000)?.count == 160) }

    @Test func `an ear hears the tone it waits for and no other`() {
        let hears = { (frequency: Int) in
            var ear = ToneEar(880)
            return SoundFrames(.tone(frequency), .aLaw).bytes.withUnsafeBytes { ear.take($0, .aLaw) }
        }
        #expect(!hears(440))
        #expect(!hears(880), "one long piece is one window")
        var ear = ToneEar(880)
        let frames = SoundFrames(.tone(880), .aLaw)
        let heard = (0..<50).first { number in
            Array(frames.frame(number) ?? []).withUnsafeBytes { ear.take($0, .aLaw) }
        }
        #expect(heard == 11)
    }
}
