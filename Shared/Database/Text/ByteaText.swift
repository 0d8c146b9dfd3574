import Foundation

/// PostgreSQL's text for `bytea`: `\x` and hexadecimal digits.
enum ByteaText {
    private static let digits = Array("0123456789abcdef".utf8)

    static func encode(_ data: Data) -> String {
        var text = Array("\\x".utf8)
        text.reserveCapacity(2 + data.count * 2)
        for byte in data {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func decode(_ text: String) -> Data? {
        var bytes = text.utf8[...]
        guard bytes.popFirst() == UInt8(ascii: "\\"), bytes.popFirst() == UInt8(ascii: "x") else { return nil }
        var data = Data(capacity: bytes.count / 2)
        while let high = bytes.popFirst() {
            guard let low = bytes.popFirst(), let first = nibble(high), let second = nibble(low) else { return nil }
            data.append(first << 4 | second)
        }
        return data
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
