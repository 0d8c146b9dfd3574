import Foundation

/// Writes one flat JSON object. Event headers are written so often that a general encoder would be most of the work.
struct FlatJSON {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    init() { bytes.reserveCapacity(256) }

    mutating func add(_ name: StaticString, _ text: String) {
        begin(name)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20: bytes.append(contentsOf: Self.escape(byte))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func add(_ name: StaticString, _ number: some FixedWidthInteger) {
        begin(name)
        bytes.append(contentsOf: String(number).utf8)
    }

    mutating func add(_ name: StaticString, _ value: Bool) {
        begin(name)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    consuming func data() -> Data {
        bytes.append(UInt8(ascii: "}"))
        return Data(bytes)
    }

    private mutating func begin(_ name: StaticString) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private static func escape(_ byte: UInt8) -> String.UTF8View {
        let digits = String(byte, radix: 16)
        return ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
    }
}
