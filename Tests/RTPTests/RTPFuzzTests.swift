import RTP
import Testing

@Suite struct RTPFuzzTests {
    static let packets: [[UInt8]] = [
        RTPPacketTests.header + [UInt8](repeating: 0xD5, count: 160),
        [0xB2] + RTPPacketTests.header.dropFirst() + [UInt8](repeating: 1, count: 40) + [3],
        [0x80, 101, 0, 9, 0, 0, 9, 9, 1, 2, 3, 4, 5, 0x8A, 3, 0x20],
    ]

    @Test(arguments: [1, 2, 3, 4])
    func `mutated packets never trap anything that reads them`(seed: UInt64) {
        var random = SplitMix(state: seed)
        var statistics = ReceptionStatistics()
        var receiver = TelephoneEventReceiver()
        var jitter = JitterBuffer()
        var out = [UInt8](repeating: 0, count: JitterBuffer.usualPayload)
        var understood = 0
        for round in 0..<10_000 {
            let bytes = random.mutated(Self.packets[random.below(Self.packets.count)])
            bytes.withUnsafeBytes { raw in
                guard let packet = RTPPacket(raw) else { return }
                understood += 1
                #expect(packet.payload.lowerBound >= RTPHeader.size && packet.payload.upperBound <= raw.count)
                let payload = UnsafeRawBufferPointer(rebasing: raw[packet.payload])
                let now = UInt32(truncatingIfNeeded: random.next())
                statistics.take(packet.header, octets: payload.count, arrival: now)
                _ = jitter.insert(packet.header, payload, arrival: now)
                if let event = TelephoneEvent(payload) {
                    _ = receiver.take(event, timestamp: packet.header.timestamp, at: Int64(round) * 20_000)
                }
            }
            _ = out.withUnsafeMutableBytes { jitter.next(into: $0) }
            _ = receiver.expire(at: Int64(random.next() >> 2))
            if round % 100 == 0 { _ = statistics.report(on: 1, lastSenderReport: 1, delay: 1) }
        }
        #expect(understood > 1_000)
    }

    @Test(arguments: [1, 2, 3, 4])
    func `mutated control packets never trap, and what is read can be written`(seed: UInt64) {
        var random = SplitMix(state: seed)
        var understood = 0
        for _ in 0..<10_000 {
            let bytes = random.mutated(RTCPTests.compound)
            guard let packets = read(compound: bytes) else { continue }
            understood += 1
            for case .senderReport(let ssrc, let info, let blocks) in packets {
                let again = written { $0.senderReport(ssrc: ssrc, info, blocks.first) }
                #expect(read(compound: again) == [.senderReport(ssrc: ssrc, info, Array(blocks.prefix(1)))])
                _ = blocks.first?.roundTripMicroseconds(now: NTPTime(value: random.next()))
            }
        }
        #expect(understood > 100)
    }

    @Test func `mutated WAV files never trap`() {
        var random = SplitMix(state: 1)
        let bytes: [UInt8] =
            Array("RIFF0000WAVEfmt ".utf8) + [
                18, 0, 0, 0, 6, 0, 2, 0, 0x40, 0x1F, 0, 0, 0x80, 0x3E, 0, 0, 2, 0, 8, 0, 0, 0,
            ]
            + Array("data".utf8) + [8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]
        for _ in 0..<10_000 {
            guard let file = try? WAVFile(random.mutated(bytes)) else { continue }
            _ = file.samples(channel: 1)
        }
    }
}
