import Contracts
import Foundation
import RTP
import SDP
import TestSupport
import Testing

@testable import MediaServer

@Suite(.timeLimit(.minutes(1))) struct MediaEngineTests {
    @Test(arguments: [1, 2], [G711.aLaw, .muLaw])
    func `bridged legs hear each other, whatever their codecs and threads`(threads: Int, law: G711) async throws {
        let test = try TestEngine(threads: threads)
        let (anna, bert) = try (TestPhone(.aLaw), TestPhone(law))
        let (toAnna, toBert) = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
        test.engine.bridge(.anna, .bert)
        let heard = try await Conversation.hold(
            [Speaker(anna, to: toAnna, tone: 440), Speaker(bert, to: toBert, tone: 1_000)], frames: 40)
        let atAnna = heard[0]
        let atBert = heard[1]
        #expect(atAnna.share(of: 1_000) > 0.9)
        #expect(atBert.share(of: 440) > 0.9)
        #expect(atAnna.sound.count > 30 * 160)
        #expect(atBert.sound.count > 30 * 160)
        #expect(atAnna.isSmooth && atBert.isSmooth)
        await test.end()
    }

    @Test func `keys go through a bridge and are told`() async throws {
        let test = try TestEngine()
        let (anna, bert) = try (TestPhone(), TestPhone())
        let (toAnna, toBert) = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
        test.engine.bridge(.anna, .bert)
        let heard = try await Conversation.hold(
            [Speaker(anna, to: toAnna, tone: 440, keys: "4#"), Speaker(bert, to: toBert, tone: 1_000)], frames: 40)
        let atBert = heard[1]
        #expect(atBert.keys == "4#")
        #expect(await test.first(\.key) == "4")
        #expect(await test.first(\.key) == "#")
        await test.end()
    }

    @Test func `a bridge that is taken apart carries nothing`() async throws {
        let test = try TestEngine()
        let (anna, bert) = try (TestPhone(), TestPhone())
        let (toAnna, toBert) = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
        test.engine.bridge(.anna, .bert)
        test.engine.unbridge(.bert)
        let heard = try await Conversation.hold(
            [Speaker(anna, to: toAnna, tone: 440), Speaker(bert, to: toBert, tone: 1_000)], frames: 10)
        let atAnna = heard[0]
        let atBert = heard[1]
        #expect(atAnna.sound.count == 0)
        #expect(atBert.sound.count == 0)
        await test.end()
    }

    @Test func `what is asked of a bridge is done after it, though a leg of it still moves between threads`()
        async throws
    {
        let test = try TestEngine(threads: 2, legs: 40)
        var speakers: [Speaker] = []
        for pair in 0..<20 {
            let (first, second) = (LegID(rawValue: "a\(pair)"), LegID(rawValue: "b\(pair)"))
            let (anna, bert) = try (TestPhone(), TestPhone())
            let (toAnna, toBert) = try (test.connect(first, to: anna), test.connect(second, to: bert))
            test.engine.bridge(first, second)
            test.engine.unbridge(first)
            speakers += [try Speaker(anna, to: toAnna, tone: 440), try Speaker(bert, to: toBert, tone: 440)]
        }
        let heard = try await Conversation.hold(speakers, frames: 8)
        #expect(heard.map(\.sound.count).max() == 0)
        await test.end()
    }

    @Test func `a held leg neither hears nor is heard`() async throws {
        let test = try TestEngine()
        let (anna, bert) = try (TestPhone(), TestPhone())
        let (toAnna, toBert) = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
        test.engine.bridge(.anna, .bert)
        var held = bert.media
        held.direction = .inactive
        try test.engine.connect(.bert, held)
        let heard = try await Conversation.hold(
            [Speaker(anna, to: toAnna, tone: 440), Speaker(bert, to: toBert, tone: 1_000)], frames: 10)
        let atAnna = heard[0]
        let atBert = heard[1]
        #expect(atAnna.sound.count == 0)
        #expect(atBert.sound.count == 0)
        await test.end()
    }

    @Test func `a prompt is played in its own time and its end is told`() async throws {
        let test = try TestEngine()
        let anna = try TestPhone(.muLaw)
        let toAnna = try test.connect(.anna, to: anna)
        let source = PromptSource.tone(700, milliseconds: 200) + .tone(700, milliseconds: 210)
        test.engine.play(.anna, source, PlayOptions(id: 7))
        let heard = try await anna.talk(to: toAnna, frames: 35)
        #expect(heard.headers.count == 21)
        #expect(heard.isSmooth)
        #expect(heard.share(of: 700) > 0.9)
        #expect(heard.headers.first?.marker == true)
        #expect(await test.first { $0 } == .playFinished(.anna, id: 7, .finished))
        await test.end()
    }

    @Test func `a key interrupts a prompt that asks for it`() async throws {
        let test = try TestEngine()
        let anna = try TestPhone()
        let toAnna = try test.connect(.anna, to: anna)
        test.engine.play(.anna, .tone(700, milliseconds: 100), PlayOptions(id: 1, loops: true, stopsOnDigit: true))
        #expect(try await anna.talk(to: toAnna, frames: 10).share(of: 700) > 0.9)
        _ = try await anna.talk(to: toAnna, frames: 10, keys: "5")
        #expect(await test.first { $0 } == .playFinished(.anna, id: 1, .interrupted))
        #expect(await test.first(\.key) == "5")
        await test.end()
    }

    @Test func `a prompt is stopped by the next, by a bridge and by the end`() async throws {
        let test = try TestEngine()
        let anna = try TestPhone()
        _ = try (test.connect(.anna, to: anna), test.engine.open(.bert))
        let music = PromptSource.tone(700, milliseconds: 100)
        test.engine.play(.anna, music, PlayOptions(id: 1, loops: true))
        test.engine.play(.anna, music, PlayOptions(id: 2, loops: true))
        #expect(await test.first { $0 } == .playFinished(.anna, id: 1, .stopped))
        test.engine.bridge(.anna, .bert)
        #expect(await test.first { $0 } == .playFinished(.anna, id: 2, .stopped))
        test.engine.play(.anna, music, PlayOptions(id: 3, loops: true))
        test.engine.close(.anna)
        #expect(await test.first { $0 } == .playFinished(.anna, id: 3, .stopped))
        #expect(await test.first(\.statistics) != nil)
        await test.end()
    }

    @Test func `nothing to play is finished at once`() async throws {
        let test = try TestEngine()
        let anna = try TestPhone()
        _ = try test.connect(.anna, to: anna)
        test.engine.play(.anna, PromptSource([]), PlayOptions(id: 1, loops: true))
        #expect(await test.first(\.playback) == .finished)
        await test.end()
    }

    @Test func `keys are sent to the far end`() async throws {
        let test = try TestEngine()
        let anna = try TestPhone()
        let toAnna = try test.connect(.anna, to: anna)
        test.engine.sendDigits(.anna, "0815*")
        let heard = try await anna.talk(to: toAnna, frames: 80)
        #expect(heard.keys == "0815*")
        #expect(heard.isSmooth)
        await test.end()
    }

    @Test func `a leg that falls silent is reported once both ends have answered`() async throws {
        let test = try TestEngine(timeout: .milliseconds(150))
        let (anna, bert) = try (TestPhone(), TestPhone())
        _ = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
        test.engine.expectSound(.bert)
        #expect(await test.first { $0 } == .rtpTimeout(.bert))
        await test.end()
    }

    @Test func `who has put us on hold may be silent`() async throws {
        let test = try TestEngine(timeout: .milliseconds(150))
        let (anna, bert) = try (TestPhone(), TestPhone())
        _ = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
        var holding = anna.media
        holding.direction = .recvonly
        try test.engine.connect(.anna, holding)
        test.engine.expectSound(.anna)
        test.engine.expectSound(.bert)
        #expect(await test.first { $0 } == .rtpTimeout(.bert))
        await test.end()
    }

    @Test func `comfort noise is a sign of life`() async throws {
        let test = try TestEngine(timeout: .milliseconds(300))
        let (anna, bert) = try (TestPhone(), TestPhone())
        let toAnna = try SocketAddress("127.0.0.1", port: test.connect(.anna, to: anna))
        _ = try test.connect(.bert, to: bert)
        _ = try await anna.talk(to: toAnna.port, frames: 2, tone: 440)
        test.engine.expectSound(.anna)
        test.engine.expectSound(.bert)
        let noise = RTPHeader(payloadType: 13, sequence: 1, timestamp: 0, ssrc: anna.ssrc)
        let (listener, ended) = (try TestPhone(), Task { await test.first { $0 } })
        for _ in 0..<25 {
            anna.send(noise, [40], to: toAnna)
            _ = try await listener.talk(to: 9, frames: 1)
        }
        #expect(await ended.value == .rtpTimeout(.bert))
        await test.end()
    }

    @Test func `the end of a leg tells what was, and frees its ports`() async throws {
        let test = try TestEngine(legs: 1)
        let anna = try TestPhone()
        let toAnna = try test.connect(.anna, to: anna)
        #expect(throws: MediaError.noPortFree) { try test.engine.open(.bert) }
        test.engine.play(.anna, .tone(700, milliseconds: 100), PlayOptions(id: 1))
        _ = try await anna.talk(to: toAnna, frames: 20, tone: 440)
        test.engine.close(.anna)
        let statistics = await test.first(\.statistics)
        #expect(statistics?.packetsReceived == 20)
        #expect(statistics?.packetsLost == 0)
        #expect(statistics?.packetsSent == 5)
        #expect(statistics?.octetsSent == 800)
        #expect(try test.engine.open(.bert).port == toAnna)
        await test.end()
    }

    @Test func `a leg is opened once, and needs an address`() async throws {
        let test = try TestEngine()
        _ = try test.engine.open(.anna)
        #expect(throws: MediaError.legExists(.anna)) { try test.engine.open(.anna) }
        #expect(throws: MediaError.badAddress("pbx.example")) {
            try test.engine.connect(.anna, RemoteMedia(address: "pbx.example", port: 4, law: .aLaw))
        }
        await test.end()
        #expect(throws: MediaError.self) { try test.engine.open(.bert) }
    }

    @Test func `reports are sent to the next port, and a goodbye at the end`() async throws {
        let test = try TestEngine()
        let anna = try TestPhone()
        let control = try UDPSocket(bound: SocketAddress("127.0.0.1", port: anna.port + 1))
        defer { control.close() }
        let toAnna = try test.connect(.anna, to: anna)
        _ = try await anna.talk(to: toAnna, frames: 5, tone: 440)
        test.engine.close(.anna)
        #expect(await test.first(\.statistics) != nil)
        var buffer = [UInt8](repeating: 0, count: 2_048)
        let packets: [RTCPPacket]? = buffer.withUnsafeMutableBytes { bytes in
            guard let (count, _) = control.receive(into: bytes) else { return nil }
            return RTCPPacket.read(compound: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        }
        guard case .receiverReport(let ssrc, let blocks) = packets?.first else {
            Issue.record("no report: \(String(describing: packets))")
            return
        }
        #expect(blocks.first?.ssrc == anna.ssrc)
        #expect(packets?.last == .bye([ssrc], reason: nil))
        await test.end()
    }
}
