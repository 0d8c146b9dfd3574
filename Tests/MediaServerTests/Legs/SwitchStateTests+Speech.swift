import Contracts
import TestSupport
import Testing

@testable import MediaServer

extension SwitchStateTests {
    private func order(_ number: Int) -> SpeechRecognition {
        SpeechRecognition(recognitionID: number, language: "en", phrases: ["sales"])
    }

    private func heard(_ number: Int) -> SwitchState.Input {
        .recognized(LegSpeechRecognized(legID: "a", recognitionID: number, outcome: .silence))
    }

    @Test mutating func `an answered leg is listened to, once for each time that is asked`() {
        _ = told(.arrived(leg("a")))
        #expect(told(command("a", .recognize(order(3)))) == ["refused conflict"])
        answer("b")
        #expect(told(command("b", .recognize(order(3)))) == ["recognize 3 on b", "done"])
        #expect(told(command("b", .recognize(order(3)))) == ["done"])
        #expect(told(command("b", .recognize(order(4)))) == ["recognize 4 on b", "done"])
    }

    @Test mutating func `what was heard is told once, and only of the recognition that is wanted`() {
        answer("a")
        _ = told(command("a", .recognize(order(3))))
        #expect(told(heard(2)) == [])
        #expect(told(heard(3)) == ["leg.speech_recognized a"])
        #expect(told(heard(3)) == [])
    }

    @Test mutating func `a key ends the listening, and so does who asked for it`() {
        answer("a")
        _ = told(command("a", .recognize(order(3))))
        #expect(told(.digit("a", "1")) == ["stop recognizing a", "leg.digit a"])
        #expect(told(heard(3)) == [])
        _ = told(command("a", .recognize(order(4))))
        #expect(told(command("a", .stopRecognizing)) == ["stop recognizing a", "done"])
        #expect(told(command("a", .stopRecognizing)) == ["done"])
        #expect(told(heard(4)) == [])
    }

    @Test mutating func `what nobody can listen for is refused`() {
        answer("a")
        let nothing = SpeechRecognition(recognitionID: 1, language: "en", phrases: [])
        let german = SpeechRecognition(recognitionID: 1, language: "de", phrases: ["x"])
        let backwards = SpeechRecognition(
            recognitionID: 1, language: "en", phrases: [], minimumDigits: 3, maximumDigits: 2)
        for wrong in [nothing, german, backwards] {
            #expect(told(command("a", .recognize(wrong))) == ["refused invalid"])
        }
    }
}
