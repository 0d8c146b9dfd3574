/// A page of an Ogg stream (RFC 3533): some whole packets. Ours never carry a packet across two pages.
struct OggPage: Equatable, Sendable {
    static let maximumSegments = 255
    private static let headBytes = 27

    var isFirst = false
    var isLast = false
    /// Where the sound stands after this page, in samples of 48 kHz.
    var position: UInt64
    var serial: UInt32
    var number: UInt32
    var packets: [[UInt8]]

    /// How many segments a packet takes.
    static func segments(_ packet: [UInt8]) -> Int { packet.count / 255 + 1 }

    var bytes: [UInt8] {
        var bytes = Array("OggS".utf8) + [0, (isFirst ? 2 : 0) | (isLast ? 4 : 0)]
        bytes += Self.little(position, 8) + Self.little(UInt64(serial), 4) + Self.little(UInt64(number), 4)
        bytes += [0, 0, 0, 0]
        let lacing = packets.flatMap { [UInt8](repeating: 255, count: $0.count / 255) + [UInt8($0.count % 255)] }
        bytes += [UInt8(truncatingIfNeeded: lacing.count)] + lacing
        for packet in packets { bytes += packet }
        bytes.replaceSubrange(22..<26, with: Self.little(UInt64(Self.checksum(bytes)), 4))
        return bytes
    }

    static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }

    /// CRC-32 with the polynomial 0x04C11DB7, not reflected, from zero (RFC 3533 §6).
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.reduce(0) { $0 << 8 ^ table[Int(UInt8(truncatingIfNeeded: $0 >> 24) ^ $1)] }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index) << 24) { value, _ in value << 1 ^ (value & 0x8000_0000 == 0 ? 0 : 0x04C1_1DB7) }
    }

    /// Where a page's packets lie, and where the next page begins.
    /// - Throws: ``SoundError`` for what is no page of ours.
    static func read(at offset: Int, in bytes: any RecordedBytes) throws -> (packets: [Range<Int>], end: Int) {
        let head = try bytes.read(offset..<(offset + headBytes + maximumSegments))
        guard head.count >= headBytes, Array(head[..<4]) == Array("OggS".utf8), head[5] & 1 == 0 else {
            throw SoundError("It is no Ogg page.")
        }
        let segments = Int(head[26])
        guard head.count >= headBytes + segments else { throw SoundError("The Ogg page ends early.") }
        var packets: [Range<Int>] = []
        var start = offset + headBytes + segments
        var end = start
        for segment in head[headBytes..<(headBytes + segments)] {
            end += Int(segment)
            guard segment < 255 else { continue }
            packets.append(start..<end)
            start = end
        }
        guard end <= bytes.count else { throw SoundError("The Ogg page ends early.") }
        return (packets, end)
    }
}
