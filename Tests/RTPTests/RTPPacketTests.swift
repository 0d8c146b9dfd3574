import RTP
import Testing

@Suite struct RTPPacketTests {
    static let header: [UInt8] = [0x80, 0x88, 0x12, 0x34, 0, 0, 0, 160, 0xDE, 0xAD, 0xBE, 0xEF]

    @Test func `a packet is read where it lies`() throws {
        let packet = try #require(RTPPacket(bytes: Self.header + [1, 2, 3]))
        #expect(
            packet.header
                == RTPHeader(marker: true, payloadType: 8, sequence: 0x1234, timestamp: 160, ssrc: 0xDEAD_BEEF))
        #expect(packet.payload == 12..<15)
    }

    @Test func `what is written is what is read`() {
        var bytes = [UInt8](repeating: 7, count: 14)
        let header = RTPHeader(marker: true, payloadType: 101, sequence: 65_535, timestamp: .max, ssrc: 1)
        let isWritten = bytes.withUnsafeMutableBytes { header.write(into: $0) }
        #expect(isWritten)
        #expect(RTPPacket(bytes: bytes)?.header == header)
        let fits = bytes.withUnsafeMutableBytes { header.write(into: .init(rebasing: $0[..<11])) }
        #expect(!fits)
    }

    @Test func `contributing sources, an extension and padding are left out of the payload`() throws {
        var bytes = Self.header
        bytes[0] = 0xB2
        bytes += [UInt8](repeating: 9, count: 8)
        bytes += [0xBE, 0xDE, 0, 1, 1, 2, 3, 4]
        bytes += [5, 6, 7, 0, 0, 3]
        #expect(try #require(RTPPacket(bytes: bytes)).payload == 28..<31)
    }

    static let foreign: [[UInt8]] = [
        [], [0x80], Array(header.dropLast()), changed([0x40]), changed([0x8F]), changed([0x90]),
        changed([0x90], [0, 0, 0xFF, 0xFF]), changed([0xA0], [0]), changed([0xA0], [9]), changed([0x80, 200]),
    ]

    static func changed(_ start: [UInt8], _ end: [UInt8] = []) -> [UInt8] {
        start + header.dropFirst(start.count) + end
    }

    @Test(arguments: foreign)
    func `what is not RTP is refused`(bytes: [UInt8]) {
        #expect(RTPPacket(bytes: bytes) == nil)
    }
}

@Suite struct SequenceTests {
    @Test func `numbers that wrap keep their order`() {
        #expect(Wrapping.distance(from: UInt16(65_535), to: 0) == 1)
        #expect(Wrapping.distance(from: UInt16(2), to: 65_534) == -4)
        #expect(Wrapping.distance(from: UInt32.max, to: 159) == 160)
    }

    @Test func `the highest number counts wraps`() {
        var tracker = SequenceTracker()
        #expect(tracker.take(65_534) == .restarted)
        #expect(tracker.take(65_535) == .next)
        #expect(tracker.take(1) == .next)
        #expect(tracker.take(0) == .late)
        #expect(tracker.take(1) == .late)
        #expect(tracker.highest == 65_537)
    }

    @Test func `a stray is not believed, two in a row are a restart`() {
        var tracker = SequenceTracker()
        _ = tracker.take(100)
        #expect(tracker.take(30_000) == .stray)
        #expect(tracker.take(101) == .next)
        #expect(tracker.take(30_000) == .stray)
        #expect(tracker.take(30_001) == .restarted)
        #expect(tracker.highest == 30_001)
    }

    @Test func `loss is counted across a wrap, and the fraction covers the time since the last report`() {
        var statistics = ReceptionStatistics()
        for sequence: UInt16 in [65_533, 65_534, 0, 1] {
            statistics.take(.numbered(sequence), octets: 160, arrival: 0)
        }
        #expect(statistics.lost == 1)
        let first = statistics.report(on: 5, lastSenderReport: 0, delay: 0)
        #expect(first.fractionLost == 51)
        #expect(first.lost == 1)
        #expect(first.highestSequence == 65_537)
        statistics.take(.numbered(2), octets: 160, arrival: 0)
        #expect(statistics.report(on: 5, lastSenderReport: 0, delay: 0).fractionLost == 0)
    }

    @Test func `loss before a restart is not forgotten`() {
        var statistics = ReceptionStatistics()
        for sequence: UInt16 in [10, 12, 40_000, 40_001, 40_002] {
            statistics.take(.numbered(sequence), octets: 160, arrival: 0)
        }
        #expect(statistics.lost == 1)
        #expect(statistics.received == 4)
        #expect(statistics.strays == 1)
    }

    @Test func `jitter is the smoothed difference of transit times`() {
        var steady = ReceptionStatistics()
        var unsteady = ReceptionStatistics()
        for index: UInt16 in 0..<200 {
            let due = UInt32(index) * 160
            steady.take(.numbered(index), octets: 160, arrival: due &+ 5_000)
            unsteady.take(.numbered(index), octets: 160, arrival: due &+ (index % 2 == 0 ? 0 : 80))
        }
        #expect(steady.jitter == 0)
        #expect((70...80).contains(unsteady.jitter))
    }
}
