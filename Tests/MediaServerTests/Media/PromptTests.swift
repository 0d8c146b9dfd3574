import Contracts
import Foundation
import Logging
import RTP
import TestSupport
import Testing

@testable import MediaServer

@Suite(.timeLimit(.minutes(2))) struct PromptStoreTests {
    let directory = FileManager.default.temporaryDirectory.appending(path: "prompts-\(UUID().uuidString)")

    func store(synthesizer: String = "espeak-ng") throws -> PromptStore {
        try FileManager.default.createDirectory(
            at: directory.appending(path: "acme"), withIntermediateDirectories: true)
        return PromptStore(
            PromptConfiguration(
                directory: directory, cache: directory.appending(path: "cache"), synthesizer: synthesizer),
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    func write(_ name: String, _ format: WAVFormat, tone: Double) throws {
        let path = directory.appending(path: name).path
        try? FileManager.default.removeItem(atPath: path)
        var generator = ToneGenerator([tone], sampleRate: Double(format.sampleRate))
        let samples = generator.next(format.sampleRate / 2)
        let writer = try WAVWriter(path: path, format: format)
        for sample in samples {
            let bits = UInt16(bitPattern: sample)
            let bytes = format.encoding.law.map { [$0.encode(sample)] }
            try writer.append(bytes ?? [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)])
        }
        try writer.close()
    }

    func cleanUp() { try? FileManager.default.removeItem(at: directory) }

    @Test(arguments: [
        WAVFormat(.pcm16), WAVFormat(.aLaw), WAVFormat(.muLaw), WAVFormat(.pcm16, sampleRate: 22_050),
        WAVFormat(.pcm16, sampleRate: 48_000),
    ])
    func `a file is read whatever it is written in`(format: WAVFormat) async throws {
        let store = try store()
        defer { cleanUp() }
        try write("hello.wav", format, tone: 600)
        let source = try await store.prompt(.file("hello"))
        let clip = try #require(source.clips.first)
        #expect(abs(clip.samples.count - 4_000) <= 1)
        #expect(Goertzel.share(of: 600, in: clip.law.decode(clip.samples)) > 0.98)
    }

    @Test func `a tenant's own file is preferred, and a changed file is read again`() async throws {
        let store = try store()
        defer { cleanUp() }
        try write("hello.wav", WAVFormat(.aLaw), tone: 600)
        try write("acme/hello.wav", WAVFormat(.muLaw), tone: 900)
        let acme = TenantID(rawValue: "acme")
        #expect(try await store.prompt(.file("hello"), tenant: acme).clips.first?.law == .muLaw)
        #expect(try await store.prompt(.file("hello"), tenant: TenantID(rawValue: "other")).clips.first?.law == .aLaw)
        try write("hello.wav", WAVFormat(.muLaw), tone: 700)
        #expect(try await store.prompt(.file("hello.wav")).clips.first?.law == .muLaw)
    }

    @Test func `names that lead elsewhere, files that are missing and files that are no sound are refused`()
        async throws
    {
        let store = try store()
        defer { cleanUp() }
        for name in ["", "../secret", "a/b", ".hidden", "a\0b"] {
            let refusal = Failure(
                .invalid, "\(name) cannot be the name of a prompt.", code: "promptNameInvalid")
            await #expect(throws: refusal) {
                try await store.prompt(.file(name))
            }
        }
        await #expect(throws: Failure(.notFound, "There is no prompt nothing.")) {
            try await store.prompt(.file("nothing"))
        }
        try Data("hello".utf8).write(to: directory.appending(path: "text.wav"))
        await #expect(throws: Failure.self) { try await store.prompt(.file("text")) }
    }

    @Test(arguments: [("zh", "您前面还有三位"), ("en", "You are number three in line"), ("en-GB", "Hello")])
    func `text is spoken, and kept on disk`(language: String, text: String) async throws {
        let speaking = try store()
        defer { cleanUp() }
        let source = try await speaking.prompt(.speech(text, language: language))
        #expect(source.duration > .milliseconds(300))
        let sound = source.clips.first.map { $0.law.decode($0.samples) } ?? []
        #expect(Goertzel.level(of: sound) > 0.01)
        // A store that cannot speak finds what was spoken before.
        let silent = try store(synthesizer: "/nowhere/espeak-ng")
        #expect(try await silent.prompt(.speech(text, language: language)) == source)
        await #expect(throws: Failure.self) { try await silent.prompt(.speech("new", language: language)) }
    }

    @Test func `the same text asked for at once is spoken once`() async throws {
        let store = try store()
        defer { cleanUp() }
        let sources = try await withThrowingTaskGroup(of: PromptSource.self) { group in
            for _ in 0..<10 { group.addTask { try await store.prompt(.speech("once", language: "en")) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sources.count == 10)
        #expect(sources.allSatisfy { $0 == sources[0] })
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.appending(path: "cache").path)
        #expect(files.count == 2)
    }

    @Test func `texts that cannot be spoken are refused, and none is silence`() async throws {
        let store = try store(synthesizer: "no-such-program")
        defer { cleanUp() }
        let long = String(repeating: "a", count: SpeechSynthesizer.maximumCharacters + 1)
        await #expect(throws: Failure.self) { try await store.prompt(.speech(long, language: "en")) }
        await #expect(throws: Failure(.invalid, "We do not speak tlh.", code: "languageUnknown")) {
            try await store.prompt(.speech("nuqneH", language: "tlh"))
        }
        await #expect(throws: Failure.self) { try await store.prompt(.speech("Hello", language: "en")) }
        #expect(try await store.prompt(.speech("  \n", language: "en")).clips.isEmpty)
    }

    @Test func `prompts follow each other`() async throws {
        let store = try store()
        defer { cleanUp() }
        try write("hello.wav", WAVFormat(.aLaw), tone: 600)
        let source = try await store.prompts([.file("hello"), .ringback, .music])
        #expect(source.duration == .seconds(0.5 + 5 + 16))
    }
}

@Suite struct MadeSoundTests {
    @Test func `music is there all the time, and never too loud`() {
        let samples = G711.aLaw.decode(Music.hold().samples)
        for start in stride(from: 0, to: samples.count - 8_000, by: 4_000) {
            #expect(Goertzel.level(of: samples[start..<(start + 8_000)]) > 0.01)
        }
        #expect((samples.map { abs(Int($0)) }.max() ?? 0) < 24_000)
        #expect(abs(Int(samples[0]) - Int(samples[samples.count - 1])) < 1_500)
    }

    @Test func `the ring-back tone is one second in five`() {
        let samples = G711.aLaw.decode(Music.ringback().samples)
        #expect(Goertzel.share(of: 450, in: samples[..<8_000]) > 0.98)
        #expect(Goertzel.level(of: samples[8_000...]) < 0.001)
        #expect(samples.count == 40_000)
    }

    @Test(arguments: [11_025, 16_000, 22_050, 44_100, 48_000])
    func `what 8 kHz can carry passes, what it cannot does not`(rate: Int) throws {
        let resample = try #require(Resampler(from: rate))
        for (tone, passes) in [(300.0, true), (3_000.0, true), (5_000.0, false)] where tone * 2 < Double(rate) {
            var generator = ToneGenerator([tone], sampleRate: Double(rate))
            let samples = resample(generator.next(rate / 2))
            #expect(abs(samples.count - 4_000) <= 1)
            let middle = samples[500..<3_500]
            if passes {
                #expect(Goertzel.share(of: tone, in: middle) > 0.99)
                #expect(abs(Goertzel.level(of: middle) - 0.25 / 2.0.squareRoot()) < 0.01)
            } else {
                #expect(Goertzel.level(of: middle) < 0.001)
            }
        }
    }

    @Test func `8 kHz stays as it is, and odd rates are refused`() {
        #expect(Resampler(from: 8_000)?([1, 2, 3]) == [1, 2, 3])
        #expect(Resampler(from: 0) == nil)
        #expect(Resampler(from: 12_347) == nil)
    }
}
