/// The checksum of Ethernet and zip, to notice what a disk has changed. Eight bytes at a time: every fact is summed up.
enum CRC32 {
    /// `tables[k][byte]` is what the byte adds with `k` zero bytes behind it; all eight in a row.
    private static let tables: [UInt32] = {
        var tables: [UInt32] = (0..<256).map { index in
            var value = UInt32(index)
            for _ in 0..<8 { value = value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
            return value
        }
        for index in 256..<(8 * 256) {
            let before = tables[index - 256]
            tables.append(tables[Int(before & 0xff)] ^ (before >> 8))
        }
        return tables
    }()

    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var sum: UInt32 = 0xffff_ffff
            var offset = 0
            while offset + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                let mixed = word ^ UInt64(sum)
                sum = 0
                for place in 0..<8 {
                    let byte = Int(truncatingIfNeeded: mixed >> UInt64(8 * place)) & 0xff
                    sum ^= tables[(7 - place) * 256 + byte]
                }
                offset += 8
            }
            for byte in bytes[offset...] { sum = tables[Int((sum ^ UInt32(byte)) & 0xff)] ^ (sum >> 8) }
            return sum ^ 0xffff_ffff
        }
    }
}
