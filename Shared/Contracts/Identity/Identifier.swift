/// A name of one thing, as a type of its own, so that an agent's id cannot be passed where a call's is wanted.
///
/// The raw value is opaque text of at most ``maximumLength`` UTF-8 bytes; it is stored and sent as it is.
public protocol Identifier: RawRepresentable<String>, Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    init(rawValue: String)
}

extension Identifier {
    public var description: String { rawValue }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// Whether the text may stand as an identifier that came from outside: 1 to 128 characters of `A-Za-z0-9._:@+*-/`.
    public static func isAcceptable(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "+"),
                    UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "/"):
                    true
                default: false
                }
            }
    }

    /// A new identifier that sorts by the time it was made: 12 hexadecimal digits of milliseconds, then 16 random ones.
    public static func make(at time: Timestamp) -> Self {
        let milliseconds = UInt64(clamping: time.microseconds / 1000)
        let random = UInt64.random(in: .min ... .max)
        return Self(rawValue: hexadecimal(milliseconds, digits: 12) + hexadecimal(random, digits: 16))
    }
}

private func hexadecimal(_ value: UInt64, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text.suffix(digits)
}
