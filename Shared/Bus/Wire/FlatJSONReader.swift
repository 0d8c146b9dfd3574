import Foundation

/// Reads one flat JSON object, field by field: what ``FlatJSON`` writes, and most that others write instead.
///
/// Headers come so often that a general decoder would be most of the work. What is unusual (escapes, numbers that are not
/// whole, objects within, a field twice) it does not read: then a general decoder has the last word, also on what is wrong.
struct FlatJSONReader {
    private static let maximumFields = 32

    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0

    /// - Parameter take: is given each field's name and takes its value; false for one that it cannot take.
    /// - Returns: false if not all was read.
    static func read(_ json: Data, _ take: (_ name: String, inout FlatJSONReader) -> Bool) -> Bool {
        json.withUnsafeBytes { read($0, take) }
    }

    /// The same, of bytes that lie among others.
    static func read(
        _ json: UnsafeRawBufferPointer, _ take: (_ name: String, inout FlatJSONReader) -> Bool
    ) -> Bool {
        var reader = FlatJSONReader(bytes: json.assumingMemoryBound(to: UInt8.self))
        return reader.readObject(take)
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private mutating func readObject(_ take: (String, inout FlatJSONReader) -> Bool) -> Bool {
        guard skip(UInt8(ascii: "{")) else { return false }
        var names: [String] = []
        names.reserveCapacity(8)
        while names.count < Self.maximumFields {
            guard let name = text(), !names.contains(name), skip(UInt8(ascii: ":")), take(name, &self) else {
                return false
            }
            names.append(name)
            if skip(UInt8(ascii: "}")) {
                passSpace()
                return place == bytes.count
            }
            guard skip(UInt8(ascii: ",")) else { return false }
        }
        return false
    }

    /// Text without escapes.
    mutating func text() -> String? {
        guard skip(UInt8(ascii: "\"")) else { return nil }
        let start = place
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
            guard bytes[place] >= 0x20, bytes[place] != UInt8(ascii: "\\") else { return nil }
            place += 1
        }
        guard place < bytes.count else { return nil }
        defer { place += 1 }
        return String(validating: bytes[start..<place], as: UTF8.self)
    }

    /// A whole number that fits.
    mutating func integer<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) -> Number? {
        passSpace()
        let isNegative = place < bytes.count && bytes[place] == UInt8(ascii: "-")
        if isNegative { place += 1 }
        let start = place
        var number: Number = 0
        while place < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) {
            let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let digit = Number(bytes[place] - UInt8(ascii: "0"))
            let (next, isOver) =
                isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
            guard !isTooLarge, !isOver else { return nil }
            number = next
            place += 1
        }
        // JSON has no leading zeros; what goes on behind the digits is not whole.
        guard place > start, place == start + 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
        return number
    }

    mutating func bool() -> Bool? {
        passSpace()
        if pass("true") { return true }
        return pass("false") ? false : nil
    }

    /// Passes over a value that nobody wants.
    mutating func ignore() -> Bool {
        passSpace()
        guard place < bytes.count else { return false }
        return switch bytes[place] {
        case UInt8(ascii: "\""): text() != nil
        case UInt8(ascii: "t"), UInt8(ascii: "f"): bool() != nil
        default: integer(Int64.self) != nil
        }
    }

    private mutating func pass(_ word: StaticString) -> Bool {
        let end = place + word.utf8CodeUnitCount
        guard end <= bytes.count, word.withUTF8Buffer({ $0.elementsEqual(bytes[place..<end]) }) else { return false }
        place = end
        return true
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        passSpace()
        guard place < bytes.count, bytes[place] == byte else { return false }
        place += 1
        return true
    }

    private mutating func passSpace() {
        while place < bytes.count {
            switch bytes[place] {
            case 0x20, 0x09, 0x0a, 0x0d: place += 1
            default: return
            }
        }
    }
}
