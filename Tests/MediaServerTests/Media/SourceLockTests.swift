import Contracts
import RTP
import Synchronization
import TestSupport
import Testing

@testable import MediaServer

@Suite struct SourceLatchTests {
    static let signalled = SocketAddress(host: 0x0A00_0001, port: 4_000)
    static let behindNAT = SocketAddress(host: 0x0A00_0001, port: 61_000)
    static let elsewhere = SocketAddress(host: 0x0B00_0001, port: 4_000)
    var latch = SourceLatch()

    init() { latch.signal(Self.signalled, learns: true, at: 0) }

    mutating func take(
        _ source: SocketAddress, _ sequence: UInt16, ssrc: UInt32 = 1, payloadType: UInt8 = 8, at now: Int64 = 0
    ) -> SourceLatch.Verdict {
        latch.take(
            source, RTPHeader(payloadType: payloadType, sequence: sequence, timestamp: 0, ssrc: ssrc), at: now)
    }

    @Test mutating func `the signalled address is believed at once, and nobody else after it`() {
        #expect(take(Self.signalled, 1) == .accepted)
        for sequence: UInt16 in 0..<100 { #expect(take(Self.elsewhere, sequence) == .foreign) }
        #expect(take(Self.signalled, 9_000, ssrc: 5) == .accepted)
        #expect(latch.destination == Self.signalled)
    }

    @Test mutating func `the same host behind NAT is learnt from its second packet`() {
        #expect(take(Self.behindNAT, 65_535) == .learning)
        #expect(latch.destination == Self.signalled)
        #expect(take(Self.behindNAT, 0) == .accepted)
        #expect(latch.destination == Self.behindNAT)
        #expect(take(Self.elsewhere, 1) == .foreign)
    }

    @Test mutating func `another host needs four packets that agree`() {
        #expect((1...3).map { take(Self.elsewhere, $0) } == [.learning, .learning, .learning])
        #expect(take(Self.elsewhere, 4, ssrc: 2) == .learning)
        #expect(take(Self.elsewhere, 6, ssrc: 2) == .learning)
        // Keys between the sound agree with it.
        #expect(
            (7...9).map { take(Self.elsewhere, $0, ssrc: 2, payloadType: $0 == 8 ? 101 : 8) }
                == [.learning, .learning, .accepted])
    }

    @Test mutating func `a spray from many sources is never learnt`() {
        for number: UInt16 in 1...5_000 {
            #expect(take(SocketAddress(host: 0x0B00_0000 + UInt32(number), port: number), number) == .learning)
        }
        #expect(latch.locked == nil)
    }

    @Test mutating func `the signalled address takes a learnt lock back`() {
        for sequence: UInt16 in 1...4 { _ = take(Self.elsewhere, sequence) }
        #expect(latch.locked == Self.elsewhere)
        #expect(take(Self.signalled, 1) == .accepted)
        #expect(take(Self.elsewhere, 5) == .foreign)
    }

    @Test mutating func `another host is learnt only just after the description or the answer`() {
        let late = SourceLatch.learningTime + 1
        for sequence: UInt16 in 1...100 { #expect(take(Self.elsewhere, sequence, at: late) == .foreign) }
        latch.expect(at: late)
        #expect((1...4).map { take(Self.elsewhere, $0, at: late) }.last == .accepted)
    }

    @Test mutating func `the signalled host is learnt behind its NAT whenever it begins to speak`() {
        let late = SourceLatch.learningTime * 100
        #expect(take(Self.behindNAT, 1, at: late) == .learning)
        #expect(take(Self.behindNAT, 2, at: late) == .accepted)
    }

    @Test mutating func `while the peer holds by the address of nobody, nobody is learnt`() {
        latch.signal(SocketAddress(host: 0, port: 4_000), learns: true, at: 0)
        for sequence: UInt16 in 1...100 { #expect(take(Self.elsewhere, sequence) == .foreign) }
    }

    @Test mutating func `a peer that is not to be learnt is only its address`() {
        latch.signal(Self.signalled, learns: false, at: 0)
        for sequence: UInt16 in 1...100 { #expect(take(Self.behindNAT, sequence) == .foreign) }
    }

    @Test mutating func `the same address again keeps the lock, another begins anew`() {
        _ = (take(Self.behindNAT, 1), take(Self.behindNAT, 2))
        latch.signal(Self.signalled, learns: true, at: 0)
        #expect(latch.locked == Self.behindNAT)
        latch.signal(Self.elsewhere, learns: true, at: 0)
        #expect(latch.locked == nil)
        #expect(latch.destination == Self.elsewhere)
        #expect(take(Self.behindNAT, 3) == .learning)
    }

    @Test func `before anything is signalled everybody is foreign, and nothing is sent`() {
        var latch = SourceLatch()
        let header = RTPHeader(payloadType: 8, sequence: 1, timestamp: 0, ssrc: 1)
        #expect(latch.take(Self.elsewhere, header, at: 0) == .foreign)
        #expect(latch.destination == nil)
        latch.signal(SocketAddress(host: 0, port: 0), learns: true, at: 0)
        #expect(latch.destination == nil)
    }
}

@Suite(.timeLimit(.minutes(1))) struct SourceLockTests {
    @Test func `a stranger is neither heard nor answered in a running call`() async throws {
        let test = try TestEngine()
        let (anna, bert, stranger) = try (TestPhone(), TestPhone(), TestPhone())
        let (toAnna, toBert) = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
        test.engine.bridge(.anna, .bert)
        _ = try await Conversation.hold([Speaker(anna, to: toAnna, tone: 440), Speaker(bert, to: toBert)], frames: 3)
        let heard = try await Conversation.hold(
            [
                Speaker(anna, to: toAnna, tone: 440), Speaker(bert, to: toBert, tone: 1_000),
                Speaker(stranger, to: toAnna, tone: 2_000, keys: "9"),
            ], frames: 40)
        let atBert = heard[1]
        let atStranger = heard[2]
        #expect(atStranger.headers.isEmpty)
        #expect(atBert.share(of: 440) > 0.9)
        #expect(atBert.share(of: 2_000) < 0.01)
        #expect(atBert.keys.isEmpty)
        test.engine.close(.anna)
        let statistics = await test.first(\.statistics)
        #expect((statistics?.packetsForeign ?? 0) > 30)
        #expect(statistics?.packetsReceived == 43)
        await test.end()
    }

    @Test func `a phone behind NAT is answered where it speaks from`() async throws {
        let test = try TestEngine()
        let anna = try TestPhone()
        let toAnna = try test.engine.open(.anna).port
        try test.engine.connect(
            .anna, RemoteMedia(address: "127.0.0.1", port: 9, law: .aLaw, telephoneEventPayloadType: 101))
        test.engine.play(.anna, .tone(700, milliseconds: 100), PlayOptions(id: 1, loops: true))
        let heard = try await anna.talk(to: toAnna, frames: 20, tone: 440)
        #expect(heard.share(of: 700) > 0.9)
        #expect(heard.headers.count >= 10)
        await test.end()
    }

    @Test func `a key among the first packets of a phone that speaks from another host than it names is heard`()
        async throws
    {
        let test = try TestEngine()
        let anna = try TestPhone()
        let target = try SocketAddress("127.0.0.1", port: try test.engine.open(.anna).port)
        try test.engine.connect(
            .anna, RemoteMedia(address: "127.0.0.9", port: 9, law: .aLaw, telephoneEventPayloadType: 101))
        // As baresip sends them: a key and sound by turns from the first packet on, never four of one kind in a row.
        for packet: UInt16 in 0..<24 {
            let isKey = packet % 3 == 0
            let header = RTPHeader(
                payloadType: isKey ? 101 : 8, sequence: packet, timestamp: isKey ? 160 : UInt32(packet) * 160, ssrc: 7)
            let end: UInt8 = packet >= 15 ? 0x80 : 0
            let payload = isKey ? [7, end | 10, 12, 128] : [UInt8](repeating: 0xD5, count: 160)
            anna.send(header, payload, to: target)
        }
        let key = await test.first { event -> Character? in
            if case .digit(.anna, let key, _) = event { key } else { nil }
        }
        #expect(key == "7")
        await test.end()
    }

    @Test func `a stranger's flood does not crowd out the leg's own packets`() async throws {
        let test = try TestEngine(legs: 26)
        let (anna, bert, stranger) = try (TestPhone(), TestPhone(), TestPhone())
        let (toAnna, toBert) = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
        test.engine.bridge(.anna, .bert)
        // So many that packets are let gather between turns.
        for number in 0..<24 { _ = try test.engine.open(LegID(rawValue: "leg-\(number)")) }
        _ = try await Conversation.hold([Speaker(anna, to: toAnna, tone: 440)], frames: 3)
        let target = try SocketAddress("127.0.0.1", port: toAnna)
        let isTalking = Atomic(true)
        async let flood: Void = {
            var sequence: UInt16 = 0
            while isTalking.load(ordering: .relaxed) {
                for _ in 0..<60 {
                    sequence &+= 1
                    let header = RTPHeader(payloadType: 8, sequence: sequence, timestamp: 0, ssrc: 666)
                    stranger.send(header, [UInt8](repeating: 1, count: 160), to: target)
                }
                _ = try await stranger.talk(to: 9, frames: 1)
            }
        }()
        let heard = try await Conversation.hold(
            [Speaker(anna, to: toAnna, tone: 440), Speaker(bert, to: toBert)], frames: 50)
        isTalking.store(false, ordering: .relaxed)
        try await flood
        let atBert = heard[1]
        #expect(atBert.headers.count > 40)
        await test.end()
    }

    @Test func `any bytes at all leave the engine unharmed`() async throws {
        let test = try TestEngine()
        let (anna, bert, stranger) = try (TestPhone(), TestPhone(), TestPhone())
        let (toAnna, toBert) = try (test.connect(.anna, to: anna), test.connect(.bert, to: bert))
        test.engine.bridge(.anna, .bert)
        var random = SystemRandomNumberGenerator()
        for round in 0..<20_000 {
            var bytes = (0..<Int.random(in: 0...220, using: &random)).map { _ in UInt8.random(in: .min ... .max) }
            if bytes.count > 2, round % 4 != 0 { bytes.replaceSubrange(0..<2, with: [0x80, round % 2 == 0 ? 8 : 101]) }
            let port = round % 5 == 0 ? toAnna + 1 : toAnna
            let phone = round % 3 == 0 ? stranger : anna
            try bytes.withUnsafeBytes { phone.socket.send($0, to: try SocketAddress("127.0.0.1", port: port)) }
        }
        let heard = try await Conversation.hold(
            [Speaker(anna, to: toAnna, tone: 440), Speaker(bert, to: toBert, tone: 1_000)], frames: 30)
        let atAnna = heard[0]
        let atBert = heard[1]
        #expect(atAnna.share(of: 1_000) > 0.9)
        #expect(atBert.sound.count > 20 * 160)
        await test.end()
    }
}
