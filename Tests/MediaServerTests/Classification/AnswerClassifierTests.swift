import Contracts
import RTP
import TestSupport
import Testing

@testable import MediaServer

private typealias Sounds = AnswerSounds

@Suite struct AnswerClassifierTests {
    @Test func `a short word and a pause is a person`() throws {
        let word = try Speaking(voice: "en", speed: 160, pitch: 50).say("Hello?")
        let findings = Sounds.findings(Sounds.silence(500) + word + Sounds.silence(2_000))
        guard case .result(.human, let reason)? = findings.first?.finding else {
            Issue.record("\(findings)")
            return
        }
        #expect(reason.contains("ms of silence"))
        #expect(findings.count == 1)
    }

    @Test func `speech that does not wait is a machine, and its beep is told`() throws {
        let greeting = try Speaking(voice: "en", speed: 160, pitch: 50).say(
            "You have reached the mailbox of Anna Smith. I cannot take your call at the moment. Please leave a message."
        )
        let sound = Sounds.silence(400) + greeting + Sounds.silence(600)
        let findings = Sounds.findings(sound + Sounds.tone(1_000, milliseconds: 400) + Sounds.silence(1_000))
        #expect(findings.count == 2)
        guard case .result(.machine, _)? = findings.first?.finding else {
            Issue.record("\(findings)")
            return
        }
        #expect(findings.last?.finding == .greetingEnded(hadBeep: true))
        let end = (sound.count + 3_200) / 8
        #expect(abs((findings.last?.at ?? 0) - end) < 100)
    }

    @Test func `a machine without a beep is silent in the end`() throws {
        let greeting = try Speaking(voice: "en", speed: 170, pitch: 40).say(
            "The person you are calling is not available. Please try again later, or send a message.")
        let findings = Sounds.findings(greeting + Sounds.silence(4_000))
        #expect(findings.last?.finding == .greetingEnded(hadBeep: false))
        var settings = AnswerDetection()
        settings.awaitsEndOfGreeting = false
        #expect(Sounds.findings(greeting + Sounds.silence(4_000), settings).count == 1)
    }

    @Test func `a short greeting with a beep is a machine`() throws {
        let word = try Speaking(voice: "en", speed: 180, pitch: 50).say("Leave a message.")
        let sound = Sounds.silence(300) + word + Sounds.silence(300) + Sounds.tone(440, milliseconds: 500)
        #expect(Sounds.result(sound + Sounds.silence(1_000)) == .machine)
    }

    @Test func `who says nothing is silent, after the time set`() {
        var settings = AnswerDetection()
        settings.initialSilence = 2_000
        let findings = Sounds.findings(Sounds.silence(5_000), settings)
        #expect(findings.map(\.at) == [1_980])
        #expect(Sounds.result(Sounds.noise(6_000, decibels: 55, seed: 3)) == .silence)
    }

    @Test(arguments: [(450.0, 350, 350), (425, 500, 500), (400, 400, 400)])
    func `busy tones of China and elsewhere`(frequency: Double, on: Int, off: Int) {
        #expect(Sounds.result(Sounds.cadence(frequency, on: on, off: off, times: 6)) == .busyTone)
    }

    @Test func `a North American busy tone is two tones`() {
        #expect(Sounds.result(Sounds.cadence(480, 620, on: 500, off: 500, times: 5)) == .busyTone)
        #expect(Sounds.result(Sounds.cadence(480, 620, on: 250, off: 250, times: 8)) == .congestionTone)
    }

    @Test(arguments: [(450.0, 700, 700), (425, 200, 200)])
    func `congestion is slower in China, faster elsewhere`(frequency: Double, on: Int, off: Int) {
        #expect(Sounds.result(Sounds.cadence(frequency, on: on, off: off, times: 6)) == .congestionTone)
    }

    @Test func `what still rings is waited for`() throws {
        let ringing = Sounds.cadence(450, on: 1_000, off: 4_000, times: 2)
        var settings = AnswerDetection()
        settings.longest = 30_000
        let word = try Speaking(voice: "en", speed: 160, pitch: 50).say("Hello?")
        #expect(Sounds.result(ringing + word + Sounds.silence(1_500), settings) == .human)
    }

    @Test func `a fax tells itself by 2 100 Hz, or by 1 100`() {
        #expect(Sounds.result(Sounds.silence(1_000) + Sounds.tone(2_100, milliseconds: 2_600)) == .fax)
        #expect(Sounds.result(Sounds.cadence(1_100, on: 500, off: 3_000, times: 2)) == .fax)
    }

    @Test func `special information is told with what it says`() {
        #expect(Sounds.result(Sounds.special((950, 330), (1_400, 330), (1_800, 330))) == .specialTone)
        let vacant = Sounds.findings(Sounds.special((985.2, 380), (1_370.6, 274), (1_776.7, 380)))
        guard case .result(.specialTone, let reason)? = vacant.first?.finding else {
            Issue.record("\(vacant)")
            return
        }
        #expect(reason.hasSuffix("vacant"))
    }

    @Test func `settings out of range are refused with a sentence`() {
        var settings = AnswerDetection()
        #expect(settings.problem == nil)
        settings.mostWords = 0
        #expect(settings.problem != nil)
        settings = AnswerDetection(initialSilence: 1)
        #expect(settings.problem != nil)
    }
}

/// How often it errs, on people and machines that espeak-ng plays, over A-law with and without noise on the line.
@Suite struct AnswerConfusionTests {
    private static let people: [(voice: String, text: String)] = [
        ("en", "Hello?"), ("en", "Yes?"), ("en", "Hello, Anna speaking."), ("en", "Good morning."),
        ("en", "Smith."), ("en", "Who is this?"), ("cmn", "喂？"), ("cmn", "喂，你好。"), ("cmn", "你好，哪位？"),
        ("cmn", "喂，请讲。"),
    ]
    private static let machines: [(voice: String, text: String)] = [
        (
            "en",
            "You have reached the mailbox of five five five, one two three four. Please leave a message after the tone."
        ),
        ("en", "Hi, this is Bob. I am not here right now, but leave me a message and I will call you back."),
        ("en", "The number you have dialled is not in service. Please check the number and dial again."),
        ("cmn", "您好，您拨打的电话暂时无法接通，请稍后再拨。"), ("cmn", "您拨打的用户已关机，请在嘀声后留言，留言后请挂机。"),
        ("cmn", "你好，我现在不方便接听电话，请在提示音之后留言，我会尽快给您回电话。"),
    ]
    private static let speakers: [(speed: Int, pitch: Int)] = [(130, 30), (160, 50), (190, 80)]
    private static let noises: [Double?] = [nil, 55, 48]

    private struct Table {
        var counts: [AnswerResult: Int] = [:]
        var total: Int { counts.values.reduce(0, +) }
        func share(_ result: AnswerResult) -> Double { Double(counts[result] ?? 0) / Double(max(total, 1)) }
        var text: String {
            counts.sorted { $0.value > $1.value }.map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
        }
    }

    private func table(_ said: [(voice: String, text: String)], beeps: Bool) throws -> Table {
        var table = Table()
        for (voice, text) in said {
            for speaker in Self.speakers {
                let speech = try Speaking(voice: voice, speed: speaker.speed, pitch: speaker.pitch).say(text)
                let end = beeps ? Sounds.silence(500) + Sounds.tone(1_000, milliseconds: 300) : []
                let sound = Sounds.silence(600) + speech + end + Sounds.silence(4_000)
                for (seed, noise) in Self.noises.enumerated() {
                    let line =
                        noise.map {
                            Sounds.mixed(
                                sound,
                                Sounds.noise(sound.count / 8 + 1, decibels: $0, seed: UInt64(seed + speech.count)))
                        } ?? sound
                    table.counts[Sounds.result(line) ?? .unsure, default: 0] += 1
                }
            }
        }
        return table
    }

    @Test func `of people more than nine in ten are known, of machines too`() throws {
        let people = try table(Self.people, beeps: false)
        let machines = try table(Self.machines, beeps: true)
        print("people: \(people.text); machines: \(machines.text)")
        #expect(people.share(.human) > 0.9, "\(people.text)")
        #expect(machines.share(.machine) > 0.9, "\(machines.text)")
    }
}

@Suite struct DialFailureTests {
    @Test(arguments: [
        (1, DialFailure.empty), (17, .busy), (19, .noAnswer), (20, .switchedOff), (21, .barred), (34, .networkBusy),
    ])
    func `the network's own cause counts most`(cause: Int, failure: DialFailure) {
        #expect(DialFailure(cause: cause) == failure)
    }

    @Test func `a cause is read from a Reason of Q.850 only`() {
        #expect(DialFailure.cause(inReason: "Q.850;cause=17;text=\"User busy\"") == 17)
        #expect(DialFailure.cause(inReason: "q.850 ; cause=1") == 1)
        #expect(DialFailure.cause(inReason: "SIP;cause=200") == nil)
        #expect(DialFailure.cause(inReason: "Q.850;cause=x") == nil)
    }

    @Test func `a cause that only says that the call ended is none`() {
        #expect(DialFailure(cause: 16) == nil)
        #expect(DialFailure(tone: .human) == nil)
        #expect(DialFailure(tone: .busyTone) == .busy)
        #expect(DialFailure(status: 404) == .empty)
    }
}
