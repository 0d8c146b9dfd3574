import COpenSSL
import Contracts
import Foundation
import RTP
import Synchronization
import Testing
import WebRTC

@testable import MediaServer

/// Browsers' lines under fire. `CARILLON_TEST_LONG=1` for as long, and as many, as docs/security.md says.
@Suite(.serialized, .timeLimit(.minutes(5))) struct BrowserFloodTests {
    private static let runsWhole = ProcessInfo.processInfo.environment["CARILLON_TEST_LONG"] != nil
    private static let station = LegID(rawValue: "station")
    private static let media = RemoteMedia(
        address: "0.0.0.0", port: 0, law: .aLaw, payloadType: 8, telephoneEventPayloadType: 126)

    @Test func `20 000 forged packets a second cost a call neither its line nor its sound`() async throws {
        let test = try TestEngine()
        let browser = try TestBrowser()
        let port = try await Self.line(test.engine, browser)
        let phone = try TestPhone()
        let toPhone = try test.connect(.anna, to: phone)
        test.engine.attach(.bert, to: Self.station)
        test.engine.bridge(.anna, .bert)
        // Half of them from the browser's own address, as somebody on the way between would send them.
        let stranger = try UDPSocket(bound: SocketAddress("127.0.0.1", port: 0))
        let target = try SocketAddress("127.0.0.1", port: port)
        let flood = Flood(perSecond: 20_000) { count in
            let forged = Self.forged(count)
            if count % 2 == 0 { browser.send(forged) } else { forged.withUnsafeBytes { stranger.send($0, to: target) } }
        }
        let frames = Self.runsWhole ? 3_000 : 300
        async let atBrowser = onThread { browser.talk(frames: frames, tone: 1_000) }
        let atPhone = try await phone.talk(to: toPhone, frames: frames, tone: 440)
        let heard = await (atBrowser.sound.count / 160, atPhone.sound.count / 160)
        let (count, perSecond) = await flood.stop()
        stranger.close()
        print("forged: \(count), \(perSecond) a second; heard of \(frames): by browser \(heard.0), by phone \(heard.1)")
        // Those of the first and the last moment may pass each other.
        for heard in [heard.0, heard.1] { #expect(Double(heard) >= Double(frames) * 0.99 - 10) }
        #expect(await atBrowser.share(of: 440) > 0.9)
        #expect(atPhone.share(of: 1_000) > 0.9)
        test.engine.close(.bert)
        let lost = await test.first { event -> Bool? in
            switch event {
            case .browserLost: true
            case .closed(.bert, _): false
            default: nil
            }
        }
        #expect(lost == false, "the line is up")
        await test.end()
    }

    @Test func `foreign hellos and hellos without encryption keep no browser from its line`() async throws {
        let lines = Self.runsWhole ? 500 : 40
        let test = try TestEngine()
        let stranger = try UDPSocket(bound: SocketAddress("127.0.0.1", port: 0))
        let hellos = [try Self.hello("DEFAULT"), try Self.hello("NULL:eNULL:@SECLEVEL=0")]
        let under = Atomic(0)
        let flood = Flood(perSecond: 2_000) { count in
            let port = UInt16(clamping: under.load(ordering: .relaxed))
            guard port > 0, let target = try? SocketAddress("127.0.0.1", port: port) else { return }
            hellos[count % 2].withUnsafeBytes { stranger.send($0, to: target) }
        }
        var up = 0
        for _ in 0..<lines {
            let browser = try TestBrowser()
            guard (try? await Self.line(test.engine, browser, { under.store(Int($0), ordering: .relaxed) })) != nil
            else { continue }
            up += 1
            under.store(0, ordering: .relaxed)
            test.engine.close(Self.station)
        }
        let (count, perSecond) = await flood.stop()
        stranger.close()
        print("\(up) of \(lines) lines up beside \(count) hellos, \(perSecond) a second")
        #expect(up == lines)
        await test.end()
    }

    /// Opens a line and joins the browser to it.
    private static func line(
        _ engine: MediaEngine, _ browser: TestBrowser, _ opened: (UInt16) -> Void = { _ in }
    ) async throws -> UInt16 {
        let local = ICECredentials.make()
        let link = try SecureLink(try DTLSIdentity(), local: local, remote: browser.transport)
        let port = try engine.openBrowser(station, link, media).port
        opened(port)
        let hasWay = try await onThread { Result { try browser.findWay(to: port, server: local) } }.get()
        let hasKeys = await onThread { browser.handshake() }
        #expect(hasWay && hasKeys)
        return port
    }

    /// RTP as the call has it, with what nobody has sealed.
    private static func forged(_ count: Int) -> [UInt8] {
        var packet = [UInt8](repeating: UInt8(truncatingIfNeeded: count), count: 12 + 160 + 16)
        (packet[0], packet[1]) = (0x80, 8)
        (packet[2], packet[3]) = (UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count))
        for (offset, byte) in [0, 0, 0, UInt8(77)].enumerated() { packet[8 + offset] = byte }
        return packet
    }

    /// The first flight of a DTLS client that offers these.
    private static func hello(_ ciphers: String) throws -> [UInt8] {
        let context = SSL_CTX_new(DTLS_client_method())
        defer { SSL_CTX_free(context) }
        try #require(SSL_CTX_set_cipher_list(context, ciphers) == 1)
        SSL_CTX_set_tlsext_use_srtp(context, "SRTP_AEAD_AES_128_GCM")
        let ssl = SSL_new(context)
        defer { SSL_free(ssl) }
        let output = BIO_new(BIO_s_mem())
        SSL_set_bio(ssl, BIO_new(BIO_s_mem()), output)
        SSL_set_connect_state(ssl)
        SSL_do_handshake(ssl)
        var bytes = [UInt8](repeating: 0, count: 8_192)
        let count = Int(BIO_read(output, &bytes, Int32(bytes.count)))
        try #require(count > 100)
        return Array(bytes[..<count])
    }
}

/// Sends at a pace from a thread of its own.
private final class Flood: Sendable {
    private let over = Atomic(false)
    private let done: AsyncStream<Int>
    private let began = ContinuousClock.now

    init(perSecond: Int, _ send: @escaping @Sendable (Int) -> Void) {
        let (done, told) = AsyncStream.makeStream(of: Int.self)
        self.done = done
        Thread.detachNewThread { [self] in
            var count = 0
            while !over.load(ordering: .relaxed) {
                guard Double(count) < Double(perSecond) * ((ContinuousClock.now - began) / .seconds(1)) else {
                    usleep(500)
                    continue
                }
                send(count)
                count += 1
            }
            told.yield(count)
            told.finish()
        }
    }

    func stop() async -> (count: Int, perSecond: Int) {
        over.store(true, ordering: .relaxed)
        let seconds = max((ContinuousClock.now - began) / .seconds(1), 0.001)
        var count = 0
        for await number in done { count = number }
        return (count, Int(Double(count) / seconds))
    }
}
