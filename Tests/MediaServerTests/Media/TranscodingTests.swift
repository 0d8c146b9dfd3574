import Codecs
import Contracts
import RTP
import SDP
import TestSupport
import Testing

@testable import MediaServer

/// Legs of all codecs through real sockets and the engine's threads.
@Suite(.timeLimit(.minutes(2))) struct TranscodingTests {
    private static let pairs: [(AudioCodec, AudioCodec)] = [
        (.pcma, .g722), (.g722, .opus), (.opus, .pcmu), (.gsm, .pcma), (.gsm, .opus), (.g729, .g722),
    ]

    @Test(arguments: pairs) func `legs of unlike codecs hear each other`(
        first: AudioCodec, second: AudioCodec
    ) async throws {
        guard first.isInstalled, second.isInstalled else { return }
        let test = try TestEngine(threads: 2)
        let (anna, bert) = try (TestPhone(first), TestPhone(second))
        let (toAnna, toBert) = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
        test.engine.bridge(.anna, .bert)
        let heard = try await Conversation.hold(
            [Speaker(anna, to: toAnna, tone: 440), Speaker(bert, to: toBert, tone: 1_000)], frames: 50)
        for (heard, tone) in zip(heard, [1_000.0, 440]) {
            let steady = heard.sound.suffix(4_800)
            // A packet that came late on a busy machine costs some of it; another's tone would leave next to nothing.
            #expect(Goertzel.share(of: tone, in: steady) > 0.6)
            let level = Goertzel.level(of: steady) / (0.25 / 2.0.squareRoot())
            // G.729 is made for voices: it plays a steady tone more softly.
            #expect(level > (first == .g729 ? 0.4 : 0.7) && level < 1.3)
            #expect(heard.isSmooth)
        }
        await test.end()
    }

    @Test(arguments: [AudioCodec.g722, .opus, .gsm, .g729])
    func `what both speak is relayed as it is, and not decoded`(codec: AudioCodec) async throws {
        guard codec.isInstalled else { return }
        let test = try TestEngine()
        let (anna, bert) = try (TestPhone(codec), TestPhone(codec))
        let (toAnna, toBert) = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
        test.engine.bridge(.anna, .bert)
        _ = try await Conversation.hold(
            [Speaker(anna, to: toAnna, tone: 440), Speaker(bert, to: toBert, tone: 1_000)], frames: 20)
        // Nobody speaks: a translation would send silence, a relay sends nothing.
        let heard = try await Conversation.hold(
            [Speaker(anna, to: toAnna), Speaker(bert, to: toBert)], frames: 20)
        #expect(heard.allSatisfy { $0.headers.count < 3 })
        await test.end()
    }

    @Test func `two wide-band legs of unlike codecs hear what is above 4 kHz`() async throws {
        let test = try TestEngine()
        let (anna, bert) = try (TestPhone(.g722, at: .wide), TestPhone(.opus, at: .wide))
        let (toAnna, toBert) = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
        test.engine.bridge(.anna, .bert)
        let heard = try await Conversation.hold(
            [Speaker(anna, to: toAnna, tone: 5_500), Speaker(bert, to: toBert, tone: 6_000)], frames: 50)
        #expect(Goertzel.share(of: 6_000, in: heard[0].sound.suffix(6_400), sampleRate: 16_000) > 0.8)
        #expect(Goertzel.share(of: 5_500, in: heard[1].sound.suffix(6_400), sampleRate: 16_000) > 0.8)
        await test.end()
    }

    @Test(arguments: [10, 30, 60]) func `packets are as long as agreed`(milliseconds: Int) async throws {
        let test = try TestEngine()
        for (leg, codec) in [(LegID.anna, AudioCodec.pcma), (.bert, .g722)] {
            let phone = try TestPhone(codec, packetTime: milliseconds)
            let port = try test.connect(leg, to: phone)
            test.engine.play(leg, .tone(700, milliseconds: 300), PlayOptions(id: 1))
            let heard = try await phone.talk(to: port, frames: 25)
            #expect(heard.packets.count == 300 / milliseconds)
            #expect(heard.packets.allSatisfy { $0 == milliseconds * 8 })
            #expect(heard.isSmooth)
            #expect(heard.share(of: 700) > 0.85)
            let steps = zip(heard.headers, heard.headers.dropFirst()).map { $1.timestamp &- $0.timestamp }
            #expect(steps.allSatisfy { $0 == UInt32(milliseconds * 8) })
        }
        await test.end()
    }

    @Test(arguments: AudioCodec.allCases) func `prompts are heard and recordings made with every codec`(
        codec: AudioCodec
    ) async throws {
        guard codec.isInstalled else { return }
        let test = try TestEngine()
        let anna = try TestPhone(codec)
        let port = try test.connect(.anna, to: anna)
        test.engine.record(.one, customer: .anna, agents: [], to: test.file("call.wav"))
        test.engine.play(.anna, .tone(700, milliseconds: 100), PlayOptions(id: 1, loops: true))
        let heard = try await anna.talk(to: port, frames: 50, tone: 440)
        #expect(Goertzel.share(of: 700, in: heard.sound.suffix(4_000)) > 0.85)
        test.engine.stopRecording(.one)
        let result = try #require(await test.first(\.recording))
        let left = try readWAV(result.path).samples(channel: 0)
        let steady = left[2_400..<max(2_400, min(6_400, left.count))]
        #expect(Goertzel.share(of: 440, in: steady) > 0.85)
        #expect(Goertzel.level(of: steady) > 0.12)
        await test.end()
    }

    @Test func `three of unlike codecs in a room each hear the two others`() async throws {
        let test = try TestEngine(threads: 2)
        let legs = [LegID.anna, .bert, .carl]
        let tones: [Double] = [440, 660, 880]
        let phones = try [TestPhone(.pcma), TestPhone(.opus), TestPhone(.g722)]
        let speakers = try legs.indices.map {
            try Speaker(phones[$0], to: test.connect(legs[$0], to: phones[$0]), tone: tones[$0])
        }
        test.engine.arrange("c", legs.map { RoomSeat($0, .talk) })
        let heard = try await Conversation.hold(speakers, frames: 50)
        for listener in legs.indices {
            let loud = tones.filter { Goertzel.share(of: $0, in: heard[listener].sound.suffix(4_000)) > 0.1 }
            #expect(loud == tones.filter { $0 != tones[listener] })
        }
        await test.end()
    }

    @Test func `a leg that changes its codec is translated from then on, and relayed again`() async throws {
        let test = try TestEngine()
        let (anna, bert, other) = try (TestPhone(.pcma), TestPhone(.pcma), TestPhone(.opus))
        let (toAnna, toBert) = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
        test.engine.bridge(.anna, .bert)
        func hold(_ second: TestPhone, frames: Int, silent: Bool = false) async throws -> [Heard] {
            try await Conversation.hold(
                [
                    Speaker(anna, to: toAnna, tone: silent ? nil : 440),
                    Speaker(second, to: toBert, tone: silent ? nil : 1_000),
                ], frames: frames)
        }
        #expect(try await hold(bert, frames: 20).map(\.sound.count).min() ?? 0 > 10 * 160)
        try test.engine.connect(.bert, other.media)
        let translated = try await hold(other, frames: 50)
        #expect(Goertzel.share(of: 1_000, in: translated[0].sound.suffix(4_000)) > 0.85)
        #expect(Goertzel.share(of: 440, in: translated[1].sound.suffix(4_000)) > 0.85)
        try test.engine.connect(.bert, bert.media)
        _ = try await hold(bert, frames: 20)
        #expect(try await hold(bert, frames: 20, silent: true).allSatisfy { $0.headers.count < 3 })
        await test.end()
    }

    @Test(arguments: [AudioCodec.pcma, .g722])
    func `who sends no telephone-events is heard to press keys, and hears them`(codec: AudioCodec) async throws {
        let test = try TestEngine()
        let (anna, bert) = try (TestPhone(codec, hasEvents: false), TestPhone(codec))
        let (toAnna, toBert) = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
        test.engine.bridge(.anna, .bert)
        let heard = try await Conversation.hold(
            [Speaker(anna, to: toAnna, keys: "4#"), Speaker(bert, to: toBert, keys: "92")], frames: 80)
        #expect(heard[0].keys == "92")
        // He hears them in the sound, and not once more as events.
        #expect(heard[1].keys == "")
        var keys = ""
        while keys.count < 4, let key = await test.first(\.key) { keys.append(key) }
        #expect(keys.filter { "4#".contains($0) } == "4#")
        #expect(keys.filter { "92".contains($0) } == "92")
        await test.end()
    }
}
