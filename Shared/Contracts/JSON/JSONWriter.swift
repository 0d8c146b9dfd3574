import Foundation

/// The bytes of a value that is being written, and which objects and arrays of it are still open.
///
/// Containers are closed when something outside them is written. Whoever then goes on in a closed one, which no
/// synthesized code does, makes the whole unusual.
final class JSONWriter {
    enum Kind { case object, array }

    private struct Level {
        let kind: Kind
        /// Whose container it is.
        let value: UInt32
        var isEmpty = true
    }

    private let bytes = JSONBytes()
    private var levels: [Level] = []
    /// The number of the value that was begun last.
    private var begun: UInt32 = 0
    /// The value that was begun and of which nothing is written yet; 0 for none.
    private var pending: UInt32 = 0
    private var isUnusual = false

    init() {
        levels.reserveCapacity(16)
    }

    /// Nil if it has to be written by a general encoder.
    var data: Data? { isUnusual || bytes.count == 0 ? nil : bytes.data }

    func giveUp() { isUnusual = true }

    // MARK: Values and containers

    func begin() -> UInt32 {
        begun &+= 1
        pending = begun
        return begun
    }

    /// The container of the value that was begun, or the one that it has already.
    func open(_ kind: Kind, level: Int, value: UInt32) {
        if levels.count == level, pending == value {
            bytes.append(kind == .object ? UInt8(ascii: "{") : UInt8(ascii: "["))
            levels.append(Level(kind: kind, value: value))
            pending = 0
        } else if levels.count <= level || levels[level].value != value || levels[level].kind != kind {
            giveUp()
        }
    }

    /// Makes ready for the next element of a container: what is within it is closed.
    func next(level: Int, value: UInt32) {
        guard levels.count > level, levels[level].value == value else { return giveUp() }
        close(to: level + 1)
        if levels[level].isEmpty { levels[level].isEmpty = false } else { bytes.append(UInt8(ascii: ",")) }
    }

    /// Elements of a container that were written, for an array's count.
    func key(_ key: String) {
        write(key)
        bytes.append(UInt8(ascii: ":"))
    }

    private func close(to level: Int) {
        while levels.count > level, let last = levels.popLast() {
            bytes.append(last.kind == .object ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        }
    }

    /// Any value, as Foundation's encoder writes it.
    func write<Value: Encodable>(_ value: Value, level: Int) throws {
        if Value.self == String.self, let text = value as? String { return write(text) }
        if Value.self == Data.self, let data = value as? Data {
            bytes.append(UInt8(ascii: "\""))
            bytes.append(data.base64EncodedString())
            bytes.append(UInt8(ascii: "\""))
            return wrote()
        }
        if Value.self == URL.self || Value.self == Decimal.self { return giveUp() }
        let number = begin()
        try value.encode(to: JSONValueWriter(writer: self, level: level, value: number))
        if pending == number { writeBytes("{}") }
        close(to: level)
    }

    // MARK: Bytes

    private func wrote() { pending = 0 }

    private func writeBytes(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append($0) }
        wrote()
    }

    func writeNull() { writeBytes("null") }

    func write(_ value: Bool) { writeBytes(value ? "true" : "false") }

    func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            if Self.isPlain(utf8) { bytes.append(utf8) } else { writeEscaped(utf8) }
        }
        bytes.append(UInt8(ascii: "\""))
        wrote()
    }

    private func writeEscaped(_ utf8: UnsafeBufferPointer<UInt8>) {
        var done = 0
        for (place, byte) in utf8.enumerated() where Self.isEscaped(byte) {
            bytes.append(UnsafeBufferPointer(rebasing: utf8[done..<place]))
            escape(byte)
            done = place + 1
        }
        bytes.append(UnsafeBufferPointer(rebasing: utf8[done...]))
    }

    /// Without a way out of the loop, so that many bytes are looked at together.
    private static func isPlain(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
        var isEscaped = false
        for byte in utf8 { isEscaped = Self.isEscaped(byte) || isEscaped }
        return !isEscaped
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        guard byte < 0x20 else { return bytes.append(byte) }
        for digit: UInt8 in [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")] { bytes.append(digit) }
        bytes.append(Self.hexadecimal(byte >> 4))
        bytes.append(Self.hexadecimal(byte & 15))
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") &+ digit : UInt8(ascii: "a") &+ (digit &- 10)
    }

    func write(_ number: some BinaryInteger) {
        guard let magnitude = UInt64(exactly: number.magnitude) else { return giveUp() }
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        bytes.append(decimal: magnitude)
        wrote()
    }

    func write(_ number: Double) {
        guard number.isFinite else { return giveUp() }
        var text = number.description
        if text.hasSuffix(".0") { text.removeLast(2) }
        bytes.append(text)
        wrote()
    }

    func write(_ number: Float) {
        guard number.isFinite else { return giveUp() }
        var text = number.description
        if text.hasSuffix(".0") { text.removeLast(2) }
        bytes.append(text)
        wrote()
    }
}
