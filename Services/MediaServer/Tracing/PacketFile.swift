import Contracts

/// Packets as a pcap file has them (draft-ietf-opsawg-pcap), each in an Ethernet, an IPv4 and a UDP header that are made here:
/// whatever carried it, TCP or TLS, it reads as UDP. Pure.
enum PacketFile {
    /// Little endian, microseconds, Ethernet.
    static let header: [UInt8] =
        UInt32(0xa1b2_c3d4).littleBytes + UInt16(2).littleBytes + UInt16(4).littleBytes + UInt32(0).littleBytes
        + UInt32(0).littleBytes + UInt32(65_535).littleBytes + UInt32(1).littleBytes

    /// The most of a packet that its frame has room for; what is longer is cut.
    static let longest = 65_535 - 14 - 28

    static func record(_ packet: TracedPacket) -> [UInt8] {
        let frame = frame(packet)
        let whole = max(0, packet.time.microseconds)
        return UInt32(clamping: whole / 1_000_000).littleBytes + UInt32(clamping: whole % 1_000_000).littleBytes
            + UInt32(frame.count).littleBytes + UInt32(frame.count).littleBytes + frame
    }

    private static func frame(_ packet: TracedPacket) -> [UInt8] {
        let payload = packet.bytes.prefix(longest)
        // Locally administered addresses; the type is IPv4.
        let ethernet: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]
        var ip: [UInt8] = [0x45, 0] + UInt16(28 + payload.count).bigBytes + [0, 0, 0x40, 0, 64, 17, 0, 0]
        ip += packet.source.address.bigBytes + packet.destination.address.bigBytes
        let sum = checksum(ip)
        ip[10] = UInt8(sum >> 8)
        ip[11] = UInt8(sum & 0xff)
        // Without a checksum of its own, which UDP allows (RFC 768).
        let udp =
            packet.source.port.bigBytes + packet.destination.port.bigBytes + UInt16(8 + payload.count).bigBytes + [
                0, 0,
            ]
        return ethernet + ip + udp + payload
    }

    /// RFC 1071.
    private static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count - 1, by: 2) {
            sum &+= UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
        }
        while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
        return ~UInt16(sum)
    }
}

/// Packets as the Homer Encapsulation Protocol carries them, version 3, to a collector. Pure.
enum HomerPacket {
    /// - Parameters:
    ///   - agent: who has seen it.
    ///   - correlation: what all packets of a trace have in common.
    static func bytes(_ packet: TracedPacket, agent: UInt32, correlation: String) -> [UInt8] {
        let time = max(0, packet.time.microseconds)
        var chunks = chunk(1, [2]) + chunk(2, [17]) + chunk(3, packet.source.address.bigBytes)
        chunks += chunk(4, packet.destination.address.bigBytes) + chunk(7, packet.source.port.bigBytes)
        chunks += chunk(8, packet.destination.port.bigBytes)
        chunks += chunk(9, UInt32(clamping: time / 1_000_000).bigBytes)
        chunks += chunk(10, UInt32(clamping: time % 1_000_000).bigBytes)
        chunks += chunk(11, [packet.kind.homerType]) + chunk(12, agent.bigBytes)
        chunks += chunk(17, Array(correlation.utf8.prefix(255)))
        // A datagram is no longer than this.
        chunks += chunk(15, Array(packet.bytes.prefix(60_000)))
        return Array("HEP3".utf8) + UInt16(chunks.count + 6).bigBytes + chunks
    }

    private static func chunk(_ kind: UInt16, _ body: [UInt8]) -> [UInt8] {
        UInt16(0).bigBytes + kind.bigBytes + UInt16(body.count + 6).bigBytes + body
    }
}

extension TracedPacket.Kind {
    /// The protocol's number in HEP.
    fileprivate var homerType: UInt8 {
        switch self {
        case .sip: 1
        case .rtp: 4
        case .rtcp: 5
        }
    }
}

extension FixedWidthInteger {
    fileprivate var bigBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
    fileprivate var littleBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}
