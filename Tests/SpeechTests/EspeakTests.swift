import Foundation
import Speech
import Testing

@testable import SpeechWorker

/// What espeak-ng says is understood as far as docs/speech.md says: its voices are not a person's, but they are independent of us.
@Suite struct EspeakTests {
    struct Share: Equatable {
        var right = 0
        var refused = 0
        var all = 0
        var wrong: [String] = []
    }

    /// At 8 kHz through A-law's resolution, as a telephone gives it.
    static func say(_ text: String, voice: String, speed: Int) throws -> [Int16] {
        let place = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).raw")
        defer { try? FileManager.default.removeItem(at: place) }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c",
            "espeak-ng -v \"$1\" -s \"$2\" --stdout \"$3\" | sox -q -t wav - -r 8000 -c 1 -e a-law -t al - pad 0.3 0.3"
                + " | sox -q -t al -r 8000 -c 1 - -t raw -e signed -b 16 \"$4\"",
            "sh", voice, String(speed), text, place.path,
        ]
        try process.run()
        process.waitUntilExit()
        let bytes = [UInt8](try Data(contentsOf: place))
        return stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }

    private func measure(
        _ job: SpeechJob, _ said: [(spoken: String, meant: String)], voices: [String], speeds: [Int]
    ) throws -> Share {
        var share = Share()
        for voice in voices {
            for speed in speeds {
                for (spoken, meant) in said {
                    let answer = Recognition(job).answer(to: try Self.say(spoken, voice: voice, speed: speed))
                    #expect(answer.failure == nil)
                    share.all += 1
                    if answer.text == meant { share.right += 1 }
                    if answer.text.isEmpty { share.refused += 1 }
                    if answer.text != meant { share.wrong.append("\(meant): \(answer.text)") }
                }
            }
        }
        return share
    }

    private static let english = ["en-us", "en-gb", "en-us+f2", "en-gb+m3"]
    private static let chinese = ["cmn-latn-pinyin", "cmn-latn-pinyin+f2", "cmn-latn-pinyin+m3"]
    private static let menu = [
        ("xiao1 shou4", "销售"), ("tou2 su4", "投诉"), ("cha2 xun2", "查询"), ("ren2 gong1", "人工"), ("zhang4 dan1", "账单"),
    ]

    @Test func `words of an English menu are understood`() throws {
        let words = ["sales", "support", "billing", "operator", "repeat"]
        let share = try measure(
            SpeechJob(language: "en", phrases: words), words.map { ($0, $0) }, voices: Self.english, speeds: [150])
        print("English menu: \(share)")
        #expect(share.right * 100 >= share.all * 65)
    }

    @Test func `words of a Chinese menu are understood`() throws {
        let share = try measure(
            SpeechJob(language: "zh", phrases: Self.menu.map(\.1)), Self.menu, voices: Self.chinese, speeds: [130])
        print("Chinese menu: \(share)")
        #expect(share.right * 100 >= share.all * 65)
    }

    @Test func `digits alone are often not understood, and seldom taken for another`() throws {
        let english = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "zero"]
        let job = SpeechJob(language: "en", phrases: [], minimumDigits: 1, maximumDigits: 1)
        let first = try measure(job, english.map { ($0, $0) }, voices: Self.english, speeds: [150])
        print("English digits: \(first)")
        let chinese = [
            ("yi1", "一"), ("er4", "二"), ("san1", "三"), ("si4", "四"), ("wu3", "五"), ("liu4", "六"), ("qi1", "七"),
            ("ba1", "八"), ("jiu3", "九"), ("ling2", "零"), ("yao1", "幺"),
        ]
        let second = try measure(
            SpeechJob(language: "zh", phrases: [], minimumDigits: 1, maximumDigits: 1), chinese,
            voices: Self.chinese, speeds: [130])
        print("Chinese digits: \(second)")
        #expect(first.right * 100 >= first.all * 35)
        #expect(second.right * 100 >= second.all * 30)
    }

    @Test func `what is none of the phrases is mostly nothing`() throws {
        let job = SpeechJob(language: "zh", phrases: Self.menu.map(\.1))
        let others = [("ni3 hao3", "你好"), ("zai4 jian4", "再见"), ("tian1 qi4", "天气"), ("bu2 yao4", "不要")]
        let share = try measure(job, others, voices: Self.chinese, speeds: [130])
        print("Chinese, not expected: \(share)")
        #expect(share.refused * 2 >= share.all)
    }

    @Test func `noise and silence are nothing, and unknown words are said to be unknown`() {
        let job = SpeechJob(language: "en", phrases: ["sales"])
        #expect(Recognition(job).answer(to: Array(repeating: 0, count: 8_000)).text.isEmpty)
        #expect(Recognition(job).answer(to: []).text.isEmpty)
        #expect(Recognition(SpeechJob(language: "en", phrases: ["xqzt"])).answer(to: []).failure != nil)
    }
}
