import RTP
import Testing

@Suite struct RTCPTests {
    static let block = RTCPReportBlock(
        ssrc: 7, fractionLost: 12, lost: -3, highestSequence: 70_000, jitter: 44, lastSenderReport: 0x1234_5678,
        delaySinceLastSenderReport: 65_536)
    static let info = RTCPSenderInfo(
        time: NTPTime(microsecondsSince1970: 1_700_000_000_500_000), timestamp: 99, packets: 5, octets: 800)

    static let compound = written { writer in
        writer.senderReport(ssrc: 1, info, block)
        writer.sourceDescription(ssrc: 1, cname: "carillon")
        writer.bye(ssrc: 1)
    }

    @Test func `a compound of ours reads back the same`() {
        #expect(
            read(compound: Self.compound) == [
                .senderReport(ssrc: 1, Self.info, [Self.block]), .sourceDescription(ssrc: 1, cname: "carillon"),
                .bye([1], reason: nil),
            ])
    }

    @Test func `a receiver report needs no block`() {
        #expect(read(compound: written { $0.receiverReport(ssrc: 4) }) == [.receiverReport(ssrc: 4, [])])
        #expect(
            read(compound: written { $0.receiverReport(ssrc: 4, Self.block) })
                == [.receiverReport(ssrc: 4, [Self.block])])
    }

    @Test func `a bye may say why, and types we do not know are named`() {
        let bytes: [UInt8] =
            [0x80, 201, 0, 1, 0, 0, 0, 4] + [0x81, 203, 0, 2, 0, 0, 0, 4, 2, 0x6F, 0x6B, 0] + [0x80, 207, 0, 0]
        #expect(
            read(compound: bytes) == [.receiverReport(ssrc: 4, []), .bye([4], reason: "ok"), .other(type: 207)])
    }

    @Test(arguments: [
        [], [0x80, 200, 0], [0x80, 203, 0, 0], [0x40, 201, 0, 1, 0, 0, 0, 4], [0x80, 201, 0, 9, 0, 0, 0, 4],
        [0x80, 201, 0, 0], [0x81, 201, 0, 1, 0, 0, 0, 4], [0xA0, 201, 0, 1, 0, 0, 0, 4], [0x80, 200, 0, 1, 0, 0, 0, 4],
        Array(compound.dropLast()),
    ])
    func `what is not a compound is refused`(bytes: [UInt8]) {
        #expect(read(compound: bytes) == nil)
    }

    @Test func `what does not fit is left out`() {
        let bytes = written(40) { writer in
            writer.receiverReport(ssrc: 4)
            writer.senderReport(ssrc: 1, Self.info, Self.block)
            #expect(!writer.isComplete)
        }
        #expect(read(compound: bytes) == [.receiverReport(ssrc: 4, [])])
    }

    @Test func `the round trip is what is left when the peer's delay is taken off`() {
        let sent = NTPTime(microsecondsSince1970: 1_700_000_000_000_000)
        let now = NTPTime(microsecondsSince1970: 1_700_000_001_050_000)
        var block = Self.block
        block.lastSenderReport = sent.middle
        let roundTrip = block.roundTripMicroseconds(now: now)
        #expect(roundTrip.map { (49_900...50_100).contains($0) } == true)
        block.lastSenderReport = 0
        #expect(block.roundTripMicroseconds(now: now) == nil)
    }
}
