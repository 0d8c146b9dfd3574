import Contracts
import Testing

@testable import MediaServer

@Suite struct SpeechEndpointTests {
    private let order = SpeechRecognition(
        recognitionID: 1, language: "zh", phrases: ["投诉"], initialSilence: 1_000, silenceAfterSpeech: 400,
        longest: 3_000)

    /// Frames of noise or of silence; what was found, and after how many milliseconds.
    private func findings(
        _ parts: [(sounds: Bool, milliseconds: Int)], isPrompted: Bool = false
    ) -> [String] {
        var endpoint = SpeechEndpoint(order)
        var noise = SystemRandomNumberGenerator()
        var time = 0
        var found: [String] = []
        for part in parts {
            for _ in 0..<(part.milliseconds / 20) {
                let frame = (0..<160).map { _ in part.sounds ? Int16.random(in: -6_000...6_000, using: &noise) : 0 }
                time += 20
                if let finding = frame.withUnsafeBufferPointer({ endpoint.take($0, isPrompted: isPrompted) }) {
                    found.append("\(finding) \(time)")
                }
            }
        }
        return found
    }

    @Test func `speech begins after 120 ms of sound and ends with silence`() {
        #expect(findings([(false, 500), (true, 600), (false, 1_000)]) == ["began 620", "spoke 1500"])
    }

    @Test func `a pause between words is no end`() {
        #expect(findings([(true, 300), (false, 300), (true, 300), (false, 500)]) == ["began 120", "spoke 1300"])
    }

    @Test func `a click is not speech, and nothing at all is silence`() {
        #expect(findings([(true, 60), (false, 2_000)]) == ["silence 1000"])
    }

    @Test func `while a prompt is heard nobody is silent`() {
        #expect(findings([(false, 5_000)], isPrompted: true) == [])
        #expect(
            findings([(false, 2_000), (true, 400), (false, 400)], isPrompted: true) == ["began 2120", "spoke 2800"])
    }

    @Test func `who never stops is told of`() {
        #expect(findings([(true, 5_000)]).map { String($0.prefix(7)) } == ["began 1", "tooLong"])
    }

    @Test func `an ear keeps what was said and a little before, and silence for what did not come`() {
        let ear = SpeechEar(order, at: 0)
        var noise = SystemRandomNumberGenerator()
        func hear(_ sounds: Bool, _ milliseconds: Int) -> [SpeechFinding] {
            let samples = (0..<(milliseconds * 8)).map { _ in
                sounds ? Int16.random(in: -6_000...6_000, using: &noise) : 0
            }
            return samples.withUnsafeBufferPointer { ear.take($0, isPrompted: true) }
        }
        #expect(hear(false, 4_000) == [])
        #expect(hear(true, 500) == [.began])
        // Nothing comes any more.
        let end = ear.catchUp(at: 6_000_000, isPrompted: false)
        guard case .spoke(let sound)? = end.first else { return #expect(Bool(false), "\(end)") }
        #expect((1_000...1_800).contains(sound.count / 8))
        #expect(ear.isDone)
    }
}
