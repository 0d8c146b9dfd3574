/// The two companding laws of G.711; the raw value is the RTP payload type.
public enum G711: UInt8, Sendable, CaseIterable {
    case muLaw = 0
    case aLaw = 8

    /// The byte that is heard as nothing.
    public var silence: UInt8 { self == .aLaw ? 0xD5 : 0xFF }

    public func decode(_ byte: UInt8) -> Int16 { self == .aLaw ? Self.decodeALaw(byte) : Self.decodeMuLaw(byte) }
    public func encode(_ sample: Int16) -> UInt8 { self == .aLaw ? Self.encodeALaw(sample) : Self.encodeMuLaw(sample) }

    public func decode(_ bytes: some Collection<UInt8>) -> [Int16] { bytes.map(decode) }
    public func encode(_ samples: some Collection<Int16>) -> [UInt8] { samples.map(encode) }

    /// 256 bytes that turn this law into the other.
    public func table(to other: G711) -> [UInt8] {
        (0...255).map { byte in self == other ? byte : other.encode(decode(byte)) }
    }

    private static func decodeALaw(_ byte: UInt8) -> Int16 {
        let code = byte ^ 0x55
        let segment = Int16(code >> 4 & 7)
        var value = Int16(code & 0x0F) << 4 + 8
        if segment > 0 { value = (value + 0x100) << (segment - 1) }
        return code & 0x80 != 0 ? value : -value
    }

    private static func encodeALaw(_ sample: Int16) -> UInt8 {
        let shifted = sample >> 3
        let magnitude = UInt16(shifted >= 0 ? shifted : ~shifted)
        let segment = max(0, 16 - magnitude.leadingZeroBitCount - 5)
        let mantissa = UInt8(truncatingIfNeeded: magnitude >> (segment < 2 ? 1 : UInt16(segment))) & 0x0F
        return (UInt8(segment) << 4 | mantissa) ^ (shifted >= 0 ? 0xD5 : 0x55)
    }

    private static func decodeMuLaw(_ byte: UInt8) -> Int16 {
        let code = ~byte
        let value = (Int16(code & 0x0F) << 3 + 0x84) << Int16(code >> 4 & 7) - 0x84
        return code & 0x80 != 0 ? -value : value
    }

    private static func encodeMuLaw(_ sample: Int16) -> UInt8 {
        let shifted = sample >> 2
        let magnitude = min(shifted.magnitude, 8_158) + 33
        let segment = max(0, 16 - magnitude.leadingZeroBitCount - 6)
        let mantissa = UInt8(truncatingIfNeeded: magnitude >> UInt16(segment + 1)) & 0x0F
        return (UInt8(segment) << 4 | mantissa) ^ (shifted >= 0 ? 0xFF : 0x7F)
    }
}
