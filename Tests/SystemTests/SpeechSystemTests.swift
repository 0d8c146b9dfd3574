import Foundation
import Testing

/// A foreign telephone (sipp) that sounds like espeak-ng: what it says by RTP leads it through a flow, by the real engine.
@Suite(.serialized) struct SpeechSystemTests {
    @Test(
        .timeLimit(.minutes(4)),
        arguments: [
            ("13900000211", "cmn-latn-pinyin+f2", "tou2 su4", "complaints"),
            ("13900000212", "cmn-latn-pinyin", "xiao1 shou4", "sales"), ("13900000213", "en-us", "two", "second"),
        ])
    func `what a caller says leads him to the right queue`(
        number: String, voice: String, words: String, queue: String
    ) async throws {
        let house = try await SpeechHouse.shared()
        let line = queue == "second" ? SpeechHouse.english : house.crowd.number
        let caller = try house.caller(number, to: line, saying: words, voice: voice)
        let status = await caller.status()
        #expect(status == 0, "\(caller.words.suffix(1000)) \(Sipp.errors(house.place))")
        let record = try await eventually("the contact record", within: 30) {
            try await house.crowd.admin.record(of: number)
        }
        #expect(API.addsUp(record), "\(record)")
        let lost = try await house.crowd.admin.items("/reporting/v1/contacts?lost=true&queue=\(queue)&number=\(number)")
        #expect(lost.count == 1, "\(record)")
    }

    @Test(.timeLimit(.minutes(4)))
    func `a worker that is killed in the middle loses no call: it goes on by onFailed`() async throws {
        let house = try await SpeechHouse.shared()
        let number = "13900000214"
        let killer = Task.detached { try await house.killWorker() }
        let caller = try house.caller(number, to: house.crowd.number, saying: "tou2 su4", voice: "cmn-latn-pinyin")
        let killed = try await killer.value
        #expect(killed)
        _ = await caller.status()
        let record = try await eventually("the contact record", within: 30) {
            try await house.crowd.admin.record(of: number)
        }
        #expect(API.addsUp(record), "\(record)")
        let lost = try await house.crowd.admin.items("/reporting/v1/contacts?lost=true&queue=away&number=\(number)")
        #expect(lost.count == 1, "\(record)")
    }
}

/// A tenant with a number that listens in Chinese and one that listens in English.
struct SpeechHouse {
    static let english = "+861088885202"

    let crowd: Crowd
    let place: URL

    private static let made = Task { try await make() }

    static func shared() async throws -> SpeechHouse { try await made.value }

    private static func make() async throws -> SpeechHouse {
        let suite = try await RunningSuite.shared()
        let crowd = try await Crowd.make(1, tenant: "speech", number: "+861088885201", in: suite)
        try await crowd.own([english], by: try await suite.operatorsAPI())
        for queue in ["sales", "complaints", "second", "away"] {
            try await crowd.admin.insist("POST", "/acd/v1/queues", ["id": queue, "name": queue])
        }
        try await crowd.admin.insist("PUT", "/cti/v1/flows/chinese", try document(chinese))
        try await crowd.admin.insist("PUT", "/cti/v1/flows/english", try document(numbers))
        try await crowd.admin.insist("PUT", "/cti/v1/access-numbers/\(crowd.number)", ["flow": "chinese"])
        try await crowd.admin.insist("PUT", "/cti/v1/access-numbers/\(english)", ["flow": "english"])
        return SpeechHouse(crowd: crowd, place: try suite.scratch("speech"))
    }

    private static let chinese = """
        {"schema": 1, "name": "听", "language": "zh", "start": "ask", "nodes": {
            "ask": {"type": "recognize", "prompts": [{"say": "请说销售，或者投诉，或者人工服务。"}],
                "phrases": {"销售": "sales", "投诉": "complaints", "人工服务": "away"}, "attribute": "wish", "retries": 0,
                "onNothing": "bye", "onFailed": "away"},
            "sales": {"type": "queue", "queue": "sales"}, "complaints": {"type": "queue", "queue": "complaints"},
            "away": {"type": "queue", "queue": "away"}, "bye": {"type": "hangUp"}}}
        """

    private static let numbers = """
        {"schema": 1, "name": "Listen", "language": "en", "start": "ask", "nodes": {
            "ask": {"type": "recognize", "prompts": [{"say": "Say one for sales, two for support, or three."}],
                "phrases": {"one": "away", "two": "second", "three": "away"}, "retries": 0, "onNothing": "bye",
                "onFailed": "away"},
            "second": {"type": "queue", "queue": "second"}, "away": {"type": "queue", "queue": "away"},
            "bye": {"type": "hangUp"}}}
        """

    private static func document(_ json: String) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] ?? [:]
    }

    /// Calls, says his words once into the prompt, waits, and hangs up.
    func caller(_ number: String, to line: String, saying words: String, voice: String) throws -> RunningProgram {
        let sound = place.appendingPathComponent("\(number).al")
        let making = Process()
        making.executableURL = URL(filePath: "/bin/sh")
        making.arguments = [
            "-c",
            "espeak-ng -v \"$1\" -s 140 --stdout \"$2\" | sox -q -t wav - -r 8000 -c 1 -e a-law -t al \"$3\" pad 0.2 3",
            "sh", voice, words, sound.path,
        ]
        try making.run()
        making.waitUntilExit()
        var scenario = SippScenario(calling: line, from: number)
        scenario.send("INVITE", [], "application/sdp", SippScenario.sound("sendrecv", version: 1))
        scenario.mayHear(100, 180, 183)
        scenario.expect(response: 200, opensDialog: true)
        scenario.isInDialog()
        scenario.send("ACK")
        scenario.pause(1_000)
        scenario.say(sound.path)
        scenario.pause(10_000)
        scenario.send("BYE")
        scenario.expect(response: 200)
        return try Sipp.start(
            scenario.text, "speaker-\(number.suffix(3))", calls: line, mediaPort: 16_600, crowd.suite, place)
    }

    /// Kills the next worker that a media-server of the suite starts.
    func killWorker() async throws -> Bool {
        let parents = ["media-server-1", "media-server-2"].compactMap { try? crowd.suite.id(of: $0) }
        let end = ContinuousClock.now + .seconds(40)
        while ContinuousClock.now < end {
            for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
                guard let id = Int32(name), let stat = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
                    stat.contains("(speech-worker)"),
                    let parent = stat.split(separator: ")").last?.split(separator: " ").dropFirst().first,
                    parents.contains(Int32(parent) ?? 0)
                else { continue }
                return kill(id, SIGKILL) == 0
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        return false
    }
}

extension SippScenario {
    /// Sends a file of A-law as sound.
    mutating func say(_ file: String) {
        act("<nop><action><exec rtp_stream=\"\(file),1,8\"/></action></nop>")
    }
}
