extension RTCPPacket {
    /// Reads a compound (RFC 3550 §6.1 and appendix A.2); nil if it is not one. Nothing in the bytes can trap.
    public static func read(compound bytes: UnsafeRawBufferPointer) -> [RTCPPacket]? {
        var packets: [RTCPPacket] = []
        var offset = 0
        while offset < bytes.count {
            guard bytes.count - offset >= 4, bytes[offset] >> 6 == 2, bytes[offset] & 0x20 == 0 || offset > 0 else {
                return nil
            }
            let type = bytes[offset + 1]
            if offset == 0, type != RTCPType.senderReport, type != RTCPType.receiverReport { return nil }
            let end = offset + 4 + Int(bytes.bigEndian16(at: offset + 2)) * 4
            guard end <= bytes.count else { return nil }
            let count = Int(bytes[offset] & 0x1F)
            let body = UnsafeRawBufferPointer(rebasing: bytes[(offset + 4)..<end])
            guard let packet = read(type: type, count: count, body: body) else { return nil }
            packets.append(packet)
            offset = end
        }
        return packets.isEmpty ? nil : packets
    }

    private static func read(type: UInt8, count: Int, body: UnsafeRawBufferPointer) -> RTCPPacket? {
        switch type {
        case RTCPType.senderReport:
            guard body.count >= 24, let blocks = blocks(count, in: body, from: 24) else { return nil }
            let time = UInt64(body.bigEndian32(at: 4)) << 32 | UInt64(body.bigEndian32(at: 8))
            let info = RTCPSenderInfo(
                time: NTPTime(value: time), timestamp: body.bigEndian32(at: 12), packets: body.bigEndian32(at: 16),
                octets: body.bigEndian32(at: 20))
            return .senderReport(ssrc: body.bigEndian32(at: 0), info, blocks)
        case RTCPType.receiverReport:
            guard body.count >= 4, let blocks = blocks(count, in: body, from: 4) else { return nil }
            return .receiverReport(ssrc: body.bigEndian32(at: 0), blocks)
        case RTCPType.sourceDescription:
            guard count > 0 else { return .sourceDescription(ssrc: 0, cname: nil) }
            guard body.count >= 4 else { return nil }
            return .sourceDescription(ssrc: body.bigEndian32(at: 0), cname: cname(in: body))
        case RTCPType.bye:
            guard body.count >= count * 4 else { return nil }
            return .bye((0..<count).map { body.bigEndian32(at: $0 * 4) }, reason: text(in: body, lengthAt: count * 4))
        default:
            return .other(type: type)
        }
    }

    private static func blocks(_ count: Int, in body: UnsafeRawBufferPointer, from start: Int) -> [RTCPReportBlock]? {
        guard body.count >= start + count * RTCPReportBlock.size else { return nil }
        return (0..<count).map { index in
            let at = start + index * RTCPReportBlock.size
            let loss = body.bigEndian32(at: at + 4)
            return RTCPReportBlock(
                ssrc: body.bigEndian32(at: at), fractionLost: UInt8(truncatingIfNeeded: loss >> 24),
                // Shifted up and back to spread the sign of 24 bits.
                lost: Int32(bitPattern: loss << 8) >> 8, highestSequence: body.bigEndian32(at: at + 8),
                jitter: body.bigEndian32(at: at + 12), lastSenderReport: body.bigEndian32(at: at + 16),
                delaySinceLastSenderReport: body.bigEndian32(at: at + 20))
        }
    }

    /// The canonical name of the first source.
    private static func cname(in body: UnsafeRawBufferPointer) -> String? {
        var offset = 4
        while offset + 1 < body.count, body[offset] != 0 {
            if body[offset] == 1 { return text(in: body, lengthAt: offset + 1) }
            offset += 2 + Int(body[offset + 1])
        }
        return nil
    }

    private static func text(in body: UnsafeRawBufferPointer, lengthAt offset: Int) -> String? {
        guard offset < body.count else { return nil }
        let length = Int(body[offset])
        guard offset + 1 + length <= body.count else { return nil }
        return String(decoding: body[(offset + 1)..<(offset + 1 + length)], as: UTF8.self)
    }
}
