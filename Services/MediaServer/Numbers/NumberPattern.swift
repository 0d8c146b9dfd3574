/// What a number has to look like: digits, `+`, `*` and `#` stand for themselves, `X` for any digit, `Z` for 1 to 9, `N` for 2
/// to 9, `[13-5]` for one of those; at the end `.` stands for one or more of anything, `!` for any number of it. Pure.
struct NumberPattern: Sendable, Equatable {
    private enum Rest { case none, some, any }

    static let longest = 64

    private let places: [SymbolSet]
    private let rest: Rest

    /// - Returns: nil if the text is no pattern.
    init?(_ text: String) {
        var bytes = Array(text.utf8)[...]
        guard (1...Self.longest).contains(bytes.count) else { return nil }
        var rest = Rest.none
        if let last = bytes.last, last == UInt8(ascii: ".") || last == UInt8(ascii: "!") {
            rest = last == UInt8(ascii: ".") ? .some : .any
            bytes.removeLast()
        }
        var places: [SymbolSet] = []
        while let byte = bytes.popFirst() {
            guard let place = byte == UInt8(ascii: "[") ? SymbolSet(list: &bytes) : SymbolSet(byte) else { return nil }
            places.append(place)
        }
        self.places = places
        self.rest = rest
    }

    func matches(_ number: String) -> Bool {
        let bytes = Array(number.utf8)
        switch rest {
        case .none: guard bytes.count == places.count else { return false }
        case .some: guard bytes.count > places.count else { return false }
        case .any: guard bytes.count >= places.count else { return false }
        }
        return zip(places, bytes).allSatisfy { $0.contains($1) }
    }
}

/// Which of the dialled symbols may stand at a place.
private struct SymbolSet: Sendable, Equatable {
    private var bits: UInt16 = 0

    /// One symbol, or a letter that stands for several.
    init?(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "X"), UInt8(ascii: "x"): insert(digits: 0...9)
        case UInt8(ascii: "Z"), UInt8(ascii: "z"): insert(digits: 1...9)
        case UInt8(ascii: "N"), UInt8(ascii: "n"): insert(digits: 2...9)
        default:
            guard let bit = Self.bit(byte) else { return nil }
            bits = bit
        }
    }

    /// What stands behind `[`, up to and with `]`.
    init?(list bytes: inout ArraySlice<UInt8>) {
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "]") {
                if bits == 0 { return nil }
                return
            }
            guard byte.isDigit else { return nil }
            var last = byte
            if bytes.first == UInt8(ascii: "-") {
                bytes.removeFirst()
                guard let end = bytes.popFirst(), end.isDigit, end >= byte else { return nil }
                last = end
            }
            insert(digits: (byte - UInt8(ascii: "0"))...(last - UInt8(ascii: "0")))
        }
        return nil
    }

    private mutating func insert(digits: ClosedRange<UInt8>) {
        for digit in digits { bits |= 1 << UInt16(digit) }
    }

    func contains(_ byte: UInt8) -> Bool { Self.bit(byte).map { bits & $0 != 0 } ?? false }

    private static func bit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): 1 << UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "*"): 1 << 10
        case UInt8(ascii: "#"): 1 << 11
        case UInt8(ascii: "+"): 1 << 12
        default: nil
        }
    }
}
