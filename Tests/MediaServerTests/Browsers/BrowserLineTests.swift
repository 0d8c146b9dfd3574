import Contracts
import Foundation
import RTP
import Testing
import WebRTC

@testable import MediaServer

/// Lines of browsers in the media engine, over loopback.
@Suite(.timeLimit(.minutes(2))) struct BrowserLineTests {
    @Test(arguments: [1, 2]) func `a call on a browser's line is bridged, heard both ways, keyed and recorded`(
        threads: Int
    )
        async throws
    {
        let test = try TestEngine(threads: threads)
        let line = try await Line(test.engine)
        let phone = try TestPhone()
        let toPhone = try test.connect(.anna, to: phone)
        let file = test.file("browser.wav")
        test.engine.attach(.bert, to: Line.station)
        test.engine.bridge(.anna, .bert)
        test.engine.record(.one, customer: .anna, agents: [.bert], to: file)
        async let atBrowser = onThread { [browser = line.browser] in browser.talk(frames: 60, tone: 1_000, keys: "5#") }
        let atPhone = try await phone.talk(to: toPhone, frames: 60, tone: 440)
        #expect(await atBrowser.share(of: 440) > 0.9)
        #expect(await atBrowser.isSmooth)
        #expect(atPhone.share(of: 1_000) > 0.9)
        #expect(atPhone.keys == "5#")
        #expect(await test.first(\.key) == "5")
        test.engine.close(.bert)
        let statistics = await test.first { event -> MediaStatistics? in
            if case .closed(.bert, let statistics) = event { statistics } else { nil }
        }
        #expect(statistics.map { $0.packetsReceived > 40 && $0.packetsSent > 40 } == true)
        test.engine.stopRecording(.one)
        #expect(await test.first(\.recording)?.problem == nil)
        let wav = try readWAV(file.path)
        #expect(Goertzel.share(of: 440, in: wav.samples(channel: 0)) > 0.5)
        #expect(Goertzel.share(of: 1_000, in: wav.samples(channel: 1)) > 0.5)
        await test.end()
    }

    @Test func `the line outlives its calls: the next is heard over the same keys`() async throws {
        let test = try TestEngine()
        let line = try await Line(test.engine)
        for leg in [LegID.anna, .bert] {
            test.engine.attach(leg, to: Line.station)
            test.engine.play(leg, .tone(600, milliseconds: 2_000), PlayOptions(id: 1))
            let heard = await onThread { [browser = line.browser] in browser.talk(frames: 30, tone: 1_000) }
            #expect(heard.share(of: 600) > 0.9)
            test.engine.close(leg)
        }
        await test.end()
    }

    @Test func `a page that is loaded anew finds its call where it was`() async throws {
        let test = try TestEngine()
        let line = try await Line(test.engine)
        let phone = try TestPhone()
        let toPhone = try test.connect(.anna, to: phone)
        test.engine.attach(.bert, to: Line.station)
        test.engine.bridge(.anna, .bert)
        let anew = try TestBrowser()
        let local = ICECredentials.make()
        try test.engine.replaceLink(
            Line.station, try SecureLink(line.identity, local: local, remote: anew.transport), Line.media)
        let isThere = try await line.connect(anew, local)
        #expect(isThere)
        async let atBrowser = onThread { anew.talk(frames: 40, tone: 1_000) }
        let atPhone = try await phone.talk(to: toPhone, frames: 40, tone: 440)
        #expect(await atBrowser.share(of: 440) > 0.9)
        #expect(atPhone.share(of: 1_000) > 0.9)
        // Who was there before has no keys to this line any more.
        let old = await onThread { [browser = line.browser] in browser.talk(frames: 5, tone: 1_000) }
        #expect(old.sound.isEmpty)
        await test.end()
    }

    @Test func `after a change of network the same keys go another way`() async throws {
        let test = try TestEngine()
        let line = try await Line(test.engine)
        test.engine.attach(.bert, to: Line.station)
        let local = ICECredentials.make()
        test.engine.restartICE(Line.station, local: local, remote: line.browser.names)
        try line.browser.changeNetwork()
        let hasWay = try await line.findWay(line.browser, local)
        #expect(hasWay)
        test.engine.play(.bert, .tone(600, milliseconds: 2_000), PlayOptions(id: 1))
        let heard = await onThread { [browser = line.browser] in browser.talk(frames: 30, tone: 1_000) }
        #expect(heard.share(of: 600) > 0.9)
        await test.end()
    }

    @Test func `forged packets, foreign hellos and repeated sound change nothing`() async throws {
        let test = try TestEngine()
        let line = try await Line(test.engine)
        let phone = try TestPhone()
        let toPhone = try test.connect(.anna, to: phone)
        test.engine.attach(.bert, to: Line.station)
        test.engine.bridge(.anna, .bert)
        let stranger = try UDPSocket(bound: SocketAddress("127.0.0.1", port: 0))
        defer { stranger.close() }
        let target = try SocketAddress("127.0.0.1", port: line.port)
        for kind in [UInt8(0), 22, 128, 200] {
            for _ in 0..<50 {
                let forged = [kind, 8] + (0..<170).map { _ in UInt8.random(in: 0...255) }
                forged.withUnsafeBytes { stranger.send($0, to: target) }
                line.browser.send(forged)
            }
        }
        async let atBrowser = onThread { [browser = line.browser] in browser.talk(frames: 40, tone: 1_000) }
        let atPhone = try await phone.talk(to: toPhone, frames: 40, tone: 440)
        #expect(await atBrowser.share(of: 440) > 0.9)
        #expect(atPhone.share(of: 1_000) > 0.9)
        test.engine.close(.bert)
        test.engine.close(Line.station)
        let dropped = await test.first { event -> SecureLink.Dropped? in
            if case .browserDropped(let dropped) = event { dropped } else { nil }
        }
        #expect(
            dropped.map { $0.media >= 100 && $0.checks >= 50 && $0.strangeHellos >= 50 } == true, "\(dropped as Any)")
        await test.end()
    }

    @Test func `a browser that says goodbye is told of, and its call stays`() async throws {
        let test = try TestEngine()
        let line = try await Line(test.engine)
        test.engine.attach(.bert, to: Line.station)
        line.browser.goodbye()
        let lost = await test.first { event -> LegID? in
            if case .browserLost(let station) = event { station } else { nil }
        }
        #expect(lost == Line.station)
        test.engine.play(.bert, .tone(600, milliseconds: 100), PlayOptions(id: 1))
        #expect(await test.first(\.playback) == .finished)
        await test.end()
    }
}

/// A line that stands.
private struct Line {
    static let station = LegID(rawValue: "station")
    static let media = RemoteMedia(
        address: "0.0.0.0", port: 0, law: .aLaw, payloadType: 8, telephoneEventPayloadType: 126)

    let identity: DTLSIdentity
    let browser: TestBrowser
    let port: UInt16

    init(_ engine: MediaEngine) async throws {
        identity = try DTLSIdentity()
        browser = try TestBrowser()
        let local = ICECredentials.make()
        let link = try SecureLink(identity, local: local, remote: browser.transport)
        port = try engine.openBrowser(Self.station, link, Self.media).port
        let isThere = try await connect(browser, local)
        #expect(isThere)
    }

    func connect(_ browser: TestBrowser, _ server: ICECredentials) async throws -> Bool {
        guard try await findWay(browser, server) else { return false }
        return await onThread { browser.handshake() }
    }

    func findWay(_ browser: TestBrowser, _ server: ICECredentials) async throws -> Bool {
        try await onThread { [port] in Result { try browser.findWay(to: port, server: server) } }.get()
    }
}
