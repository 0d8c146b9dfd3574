import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Speech
import TestSupport
import Testing

@testable import MediaServer

@Suite(.serialized) struct SpeechEngineTests {
    private let order = SpeechRecognition(
        recognitionID: 7, language: "zh", phrases: ["投诉", "销售"], minimumDigits: 2, maximumDigits: 4)
    private let job = SpeechJob(language: "zh", phrases: ["投诉"])

    /// A program that does what a line of shell says, in place of a worker.
    private func worker(_ line: String) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "worker-\(UUID().uuidString)")
        try Data("#!/bin/sh\n\(line)\n".utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        return file.path
    }

    private func recognize(_ program: String, patience: Duration = .seconds(5), seconds: Int = 1) async -> SpeechAnswer
    {
        await SpeechProcess.recognize(
            Array(repeating: 0, count: 8_000 * seconds), job, program: program, patience: patience)
    }

    @Test func `a worker is given all of the sound and its line is the answer`() async throws {
        let program = try worker("n=$(/usr/bin/wc -c); echo '{\"text\": \"'$n'\"}'")
        let head = try job.head().count
        // More than a socket holds.
        #expect(await recognize(program, seconds: 60).text == "\(head + 960_000)")
    }

    @Test func `a worker that crashes, hangs, chatters or is not there fails its recognition`() async throws {
        #expect(await recognize(try worker("kill -SEGV $$")).failure == "The speech worker ended without an answer.")
        #expect(await recognize(try worker("echo nonsense")).failure == "The speech worker ended without an answer.")
        #expect(await recognize("/nowhere/speech-worker").failure?.hasPrefix("The program") == true)
        let began = ContinuousClock.now
        let hung = await recognize(try worker("exec /bin/sleep 60"), patience: .milliseconds(300))
        #expect(hung.failure == "The speech worker was not ready in time.")
        #expect(ContinuousClock.now - began < .seconds(10))
    }

    @Test func `more than may be at a time are refused at once`() async throws {
        var settings = SpeechConfiguration(program: try worker("exec /bin/sleep 60"))
        (settings.atOnce, settings.patience) = (1, .seconds(2))
        let recognizer = SpeechRecognizer(settings, log: Logger(label: "test"))
        async let first = recognizer.recognize([], order, on: "a")
        async let second = recognizer.recognize([], order, on: "b")
        let reasons = await [first, second].map { $0.reason ?? "" }.sorted()
        #expect(reasons == ["1 callers are being understood already.", "The speech worker was not ready in time."])
    }

    @Test func `an answer means a phrase, digits, nothing, or that there is no engine`() {
        func fact(_ answer: SpeechAnswer) -> LegSpeechRecognized { LegSpeechRecognized(answer, order, on: "l") }
        let phrase = fact(SpeechAnswer(text: "我要投诉。", confidence: 0.876))
        #expect((phrase.outcome, phrase.phrase, phrase.confidence) == (.understood, "投诉", 88))
        #expect(fact(SpeechAnswer(text: "幺二三")).digits == "123")
        #expect(fact(SpeechAnswer(text: "一")).outcome == .notUnderstood)
        #expect(fact(SpeechAnswer(text: "")).outcome == .notUnderstood)
        #expect(fact(SpeechAnswer(text: "", failure: "x")).outcome == .engineFailed)
        #expect(fact(SpeechAnswer(text: "投诉", confidence: .nan)).confidence == 0)
    }

    @Test func `a service is posted WAV with what is expected, and answers JSON`() async throws {
        let router = Router()
        router.post("/asr/zh") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 20)
            let kind = String(buffer: body.getSlice(at: 8, length: 4) ?? .init())
            let hints = HTTPField.Name("Carillon-Phrases").flatMap { request.headers[$0] } ?? ""
            return
                "{\"text\": \"\(kind) \(body.readableBytes) \(hints.removingPercentEncoding ?? "")\", \"confidence\": 0.5}"
        }
        router.post("/asr/en") { _, _ in "<html>" }
        try await withServer(router) { port in
            let provider = try #require(
                RecognitionProvider(
                    address: "http://127.0.0.1:\(port)/asr/{language}", authorization: nil, patience: .seconds(5)))
            let answer = try await provider.recognize([1, 2, 3], job)
            #expect(answer == SpeechAnswer(text: "WAVE 50 投诉", confidence: 0.5))
            await #expect(throws: Failure.self) {
                try await provider.recognize([1], SpeechJob(language: "en", phrases: ["x"]))
            }
        }
        #expect(RecognitionProvider(address: "ftp://x/", authorization: nil, patience: .seconds(1)) == nil)
    }

    @Test func `when the service does not answer the worker listens`() async throws {
        var settings = SpeechConfiguration(program: try worker("/usr/bin/wc -c >/dev/null; echo '{\"text\": \"投诉\"}'"))
        settings.provider = RecognitionProvider(
            address: "http://127.0.0.1:9/", authorization: nil, patience: .milliseconds(500))
        let recognizer = SpeechRecognizer(settings, log: Logger(label: "test"))
        #expect(await recognizer.recognize([0], order, on: "l").phrase == "投诉")
    }

    private func withServer(_ router: Router<BasicRequestContext>, _ body: (Int) async throws -> Void) async throws {
        let (ports, told) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in told.yield(channel.localAddress?.port ?? 0) })
        let server = Task { try await application.run() }
        defer { server.cancel() }
        for await port in ports {
            try await body(port)
            break
        }
    }
}
