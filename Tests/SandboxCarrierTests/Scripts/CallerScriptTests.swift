import Testing

@testable import SandboxCarrier

@Suite struct CallerScriptTests {
    @Test func `a caller presses keys after the answer and hangs up after the talk`() {
        var script = CallerScript(talk: .seconds(10))
        script.keys = "1"
        #expect(script.handle(.began) == [.play(.tone(440)), .wake(.patience, after: .seconds(60))])
        #expect(
            script.handle(.answered) == [.wake(.keys, after: .seconds(3)), .wake(.hangUp, after: .seconds(10))])
        #expect(script.handle(.alarm(.keys)) == [.press("1")])
        #expect(script.handle(.alarm(.hangUp)) == [.hangUp])
    }

    @Test func `a comma parts keys that are pressed one after the other`() {
        var script = CallerScript(talk: .seconds(10))
        script.keys = "1,23"
        _ = script.handle(.began)
        _ = script.handle(.answered)
        #expect(script.handle(.alarm(.keys)) == [.press("1"), .wake(.keys, after: .seconds(3))])
        #expect(script.handle(.alarm(.keys)) == [.press("23")])
        #expect(script.handle(.alarm(.keys)) == [])
    }

    @Test func `a caller whom nobody answers hangs up when patience is over`() {
        var script = CallerScript(talk: .seconds(10))
        _ = script.handle(.began)
        #expect(script.handle(.alarm(.patience)) == [.hangUp])
        #expect(script.handle(.answered) == [])
    }

    @Test func `a caller who talks has patience for good`() {
        var script = CallerScript(talk: .seconds(100))
        _ = script.handle(.began)
        _ = script.handle(.answered)
        #expect(script.handle(.alarm(.patience)) == [])
    }

    @Test func `a caller who waits for a voice talks once it is heard`() {
        var script = CallerScript(talk: .seconds(10))
        script.waitsForVoice = true
        _ = script.handle(.began)
        #expect(script.handle(.answered) == [])
        #expect(script.handle(.heard) == [.wake(.hangUp, after: .seconds(10))])
    }

    @Test func `a caller who waits for a voice in vain hangs up`() {
        var script = CallerScript(talk: .seconds(10))
        script.waitsForVoice = true
        _ = script.handle(.began)
        _ = script.handle(.answered)
        #expect(script.handle(.alarm(.patience)) == [.hangUp])
    }

    @Test func `the same seed brings the same callers`() throws {
        let from = try #require(NumberRange(argument: "13800000000-13800009999"))
        let talk = try #require(SecondsRange(argument: "10…30"))
        var first = Callers(to: "4001", from: from, talk: talk, random: SeededRandom(seed: 7))
        var second = Callers(to: "4001", from: from, talk: talk, random: SeededRandom(seed: 7))
        #expect((0..<5).map { _ in first.next().number } == (0..<5).map { _ in second.next().number })
    }
}
