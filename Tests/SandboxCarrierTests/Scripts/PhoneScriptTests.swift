import Testing

@testable import SandboxCarrier

@Suite struct PhoneScriptTests {
    @Test func `a phone rings, then answers`() {
        var script = PhoneScript(answerAfter: .seconds(2), tone: 880)
        #expect(script.handle(.began) == [.play(.tone(880)), .ring, .wake(.answer, after: .seconds(2))])
        #expect(script.handle(.alarm(.answer)) == [.answer])
    }

    @Test func `a phone set to never answers only when the switch asks`() {
        var script = PhoneScript(answerAfter: nil, tone: 880)
        #expect(script.handle(.began) == [.play(.tone(880)), .ring])
        #expect(script.handle(.asked) == [.answer])
    }

    @Test func `a phone that was asked does not answer twice`() {
        var script = PhoneScript(answerAfter: .seconds(2), tone: 880)
        _ = script.handle(.began)
        #expect(script.handle(.asked) == [.answer])
        #expect(script.handle(.alarm(.answer)) == [])
    }

    @Test func `a phone set to zero answers at once`() {
        var script = PhoneScript(answerAfter: .zero, tone: 880)
        #expect(script.handle(.began) == [.play(.tone(880)), .ring, .answer])
    }

    @Test func `a phone hangs up only if it was told to`() {
        var patient = PhoneScript(answerAfter: .zero, tone: 880)
        #expect(patient.handle(.answered) == [])
        var hasty = PhoneScript(answerAfter: .zero, tone: 880, hangsUpAfter: .seconds(9))
        #expect(hasty.handle(.answered) == [.wake(.hangUp, after: .seconds(9))])
    }
}
