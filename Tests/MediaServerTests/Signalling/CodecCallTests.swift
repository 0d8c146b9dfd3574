import Contracts
import Foundation
import RTP
import SDP
import SIP
import TestSupport
import Testing

@testable import MediaServer

/// Which codec a call gets, through a whole switch.
@Suite(.timeLimit(.minutes(1))) struct CodecCallTests {
    @Test func `the second leg is offered first what the first one speaks, and then nothing is translated`()
        async throws
    {
        try await withSwitch { test in
            let (anna, bert) = try (TestPhone(.g722), TestPhone(.g722))
            let caller = try await test.answeredCaller(anna)
            try await test.originate("out", to: .number("13900139000"), beside: caller.leg)
            let (called, _) = try #require(await test.world.nextCall())
            let offer = try SessionDescription(parsing: called.request.body)
            #expect(offer.media.first?.payloadFormats.first?.codec == .g722)
            called.call.answer(.sdp(bert.offer))
            _ = await test.next(LegAnswered.self)
            try await test.command(caller.leg, .bridge(with: "out"))
            let toBert = try rtpPort(called.request.body)
            let heard = try await Conversation.hold(
                [Speaker(anna, to: caller.port, tone: 440), Speaker(bert, to: toBert, tone: 1_000)], frames: 30)
            #expect(Goertzel.share(of: 1_000, in: heard[0].sound.suffix(2_400)) > 0.85)
            // Nobody speaks: a translation would send silence.
            let silent = try await Conversation.hold(
                [Speaker(anna, to: caller.port), Speaker(bert, to: toBert)], frames: 20)
            #expect(silent.allSatisfy { $0.headers.count < 3 })
        }
    }

    @Test func `alone, a leg is offered what is set, in its order`() async throws {
        try await withSwitch { test in
            try await test.originate("out", to: .number("13900139000"))
            let (called, _) = try #require(await test.world.nextCall())
            let formats = try SessionDescription(parsing: called.request.body).media.first?.payloadFormats ?? []
            #expect(Array(formats.compactMap(\.codec).prefix(5)) == [.pcma, .pcmu, .g722, .opus, .gsm])
        }
    }

    @Test func `at its end a leg tells how its sound fared`() async throws {
        try await withSwitch { test in
            let anna = try TestPhone(.g722)
            let caller = try await test.answeredCaller(anna)
            _ = try await anna.talk(to: caller.port, frames: 20, tone: 440)
            try await test.command(caller.leg, .hangUp(.local))
            let ended = try #require(await test.next(LegMediaEnded.self))
            #expect(ended.legID == caller.leg)
            #expect(ended.sound.codec == "G722")
            #expect(ended.sound.packetsReceived >= 18)
            #expect(ended.sound.score ?? 0 > 4)
        }
    }

    @Test func `who answered is told as a fact with its reason`() async throws {
        try await withSwitch { test in
            let anna = try TestPhone()
            let caller = try await test.answeredCaller(anna)
            let detection = AnswerDetection(initialSilence: 600)
            try await test.command(caller.leg, .detectAnswer(detection))
            let classified = try #require(await test.next(LegAnswerClassified.self))
            #expect(classified.result == .silence)
            #expect(!classified.reason.isEmpty)
            await #expect(throws: Failure.self) {
                try await test.command(caller.leg, .detectAnswer(AnswerDetection(initialSilence: 1)))
            }
        }
    }

    @Test func `a fax is known by its tone over the wire`() async throws {
        try await withSwitch { test in
            let anna = try TestPhone(.gsm)
            let caller = try await test.answeredCaller(anna)
            try await test.command(caller.leg, .detectAnswer(AnswerDetection(initialSilence: 5_000)))
            _ = try await anna.talk(to: caller.port, frames: 80, tone: 2_100)
            #expect(await test.next(LegAnswerClassified.self)?.result == .fax)
        }
    }

    @Test func `why a number was not reached is told by the network's own cause`() async throws {
        try await withSwitch { test in
            try await test.originate("out", to: .number("13900139000"))
            let (called, _) = try #require(await test.world.nextCall())
            called.call.reject(.init(480), headers: ["Reason": "Q.850;cause=20"])
            let ended = try #require(await test.next(LegEnded.self))
            #expect(ended.failure == .switchedOff)
        }
    }
}
