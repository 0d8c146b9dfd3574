/// The payload of a telephone-event packet (RFC 4733 §2.3): which key, for how long, and whether it was let go.
public struct TelephoneEvent: Equatable, Sendable {
    public static let size = 4

    public var event: UInt8
    public var isEnd: Bool
    /// 0…63, the power in dBm0 with the sign dropped.
    public var volume: UInt8
    /// In timestamp units.
    public var duration: UInt16

    public init(event: UInt8, isEnd: Bool = false, volume: UInt8 = 10, duration: UInt16) {
        self.event = event
        self.isEnd = isEnd
        self.volume = volume
        self.duration = duration
    }

    /// Nil if there are not four bytes.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.size else { return nil }
        self.init(
            event: bytes[0], isEnd: bytes[1] & 0x80 != 0, volume: bytes[1] & 0x3F, duration: bytes.bigEndian16(at: 2))
    }

    /// False if it does not fit.
    @discardableResult
    public func write(into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        guard buffer.count >= Self.size else { return false }
        buffer[0] = event
        buffer[1] = (isEnd ? 0x80 : 0) | (volume & 0x3F)
        buffer.storeBytes(of: duration.bigEndian, toByteOffset: 2, as: UInt16.self)
        return true
    }
}

/// A key of a telephone: `0`–`9`, `*`, `#`, `A`–`D`.
public enum Digit {
    /// The key of an event number; nil for what is not a key.
    public static func character(of event: UInt8) -> Character? {
        switch event {
        case 0...9: Character(UnicodeScalar(UInt8(ascii: "0") + event))
        case 10: "*"
        case 11: "#"
        case 12...15: Character(UnicodeScalar(UInt8(ascii: "A") + event - 12))
        default: nil
        }
    }

    /// The event number of a key; nil for what is not a key.
    public static func event(of character: Character) -> UInt8? {
        guard let code = character.asciiValue else { return nil }
        switch code {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return code - UInt8(ascii: "0")
        case UInt8(ascii: "*"): return 10
        case UInt8(ascii: "#"): return 11
        case UInt8(ascii: "A")...UInt8(ascii: "D"): return code - UInt8(ascii: "A") + 12
        case UInt8(ascii: "a")...UInt8(ascii: "d"): return code - UInt8(ascii: "a") + 12
        default: return nil
        }
    }
}
