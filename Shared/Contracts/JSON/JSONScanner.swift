/// Passes over JSON once and notes where each value lies. Total: any bytes will do.
struct JSONScanner {
    /// More is left to a general decoder.
    private static let maximumDepth = 64
    private static let maximumFields = 256

    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0
    private var nodes: [JSONDocument.Node] = []

    /// Nil if it is not JSON, or unusual.
    static func nodes(of bytes: [UInt8]) -> [JSONDocument.Node]? {
        bytes.withUnsafeBufferPointer { bytes in
            var scanner = JSONScanner(bytes)
            guard scanner.passValue(depth: 0) else { return nil }
            scanner.passSpace()
            return scanner.place == bytes.count ? scanner.nodes : nil
        }
    }

    private init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        nodes.reserveCapacity(bytes.count / 12 + 4)
    }

    private mutating func passValue(depth: Int) -> Bool {
        passSpace()
        guard place < bytes.count, depth < Self.maximumDepth else { return false }
        switch bytes[place] {
        case UInt8(ascii: "{"): return passObject(depth: depth)
        case UInt8(ascii: "["): return passArray(depth: depth)
        case UInt8(ascii: "\""): return passText()
        case UInt8(ascii: "n"): return passWord("null", .null)
        case UInt8(ascii: "t"): return passWord("true", .yes)
        case UInt8(ascii: "f"): return passWord("false", .no)
        default: return passNumber()
        }
    }

    private mutating func passObject(depth: Int) -> Bool {
        let object = open(.object)
        if pass(UInt8(ascii: "}")) { return close(object) }
        var fields = 0
        // Of names that stand in it already, in few bits: only where they meet are names compared.
        var seen: UInt64 = 0
        repeat {
            passSpace()
            let name = nodes.count
            guard place < bytes.count, bytes[place] == UInt8(ascii: "\""), passText(), nodes[name].kind == .text,
                isNew(name, in: object, &seen), pass(UInt8(ascii: ":")), passValue(depth: depth + 1)
            else { return false }
            fields += 1
        } while fields < Self.maximumFields && pass(UInt8(ascii: ","))
        return pass(UInt8(ascii: "}")) && close(object)
    }

    private func isNew(_ name: Int, in object: Int, _ seen: inout UInt64) -> Bool {
        let text = bytes(of: name)
        // Foundation refuses an object with a name that is no text, whoever asks for it.
        if text.contains(where: { $0 >= 0x80 }), String(validating: text, as: UTF8.self) == nil { return false }
        let sum = text.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        let bit = UInt64(1) << UInt64((sum ^ (sum >> 16)) & 63)
        defer { seen |= bit }
        guard seen & bit != 0 else { return true }
        var other = object + 1
        while other < name {
            if bytes(of: other).elementsEqual(text) { return false }
            other = Int(nodes[other + 1].next)
        }
        return true
    }

    private func bytes(of place: Int) -> Slice<UnsafeBufferPointer<UInt8>> {
        bytes[Int(nodes[place].start)..<Int(nodes[place].end)]
    }

    private mutating func passArray(depth: Int) -> Bool {
        let array = open(.array)
        if pass(UInt8(ascii: "]")) { return close(array) }
        repeat {
            guard passValue(depth: depth + 1) else { return false }
        } while pass(UInt8(ascii: ","))
        return pass(UInt8(ascii: "]")) && close(array)
    }

    private mutating func passText() -> Bool {
        place += 1
        let start = place
        var kind = JSONDocument.Kind.text
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
            guard bytes[place] >= 0x20 else { return false }
            if bytes[place] == UInt8(ascii: "\\") {
                kind = .escaped
                place += 1
            }
            place += 1
        }
        guard place < bytes.count else { return false }
        note(kind, start, place)
        place += 1
        return true
    }

    private mutating func passWord(_ word: StaticString, _ kind: JSONDocument.Kind) -> Bool {
        let end = place + word.utf8CodeUnitCount
        guard end <= bytes.count, word.withUTF8Buffer({ $0.elementsEqual(bytes[place..<end]) }) else { return false }
        note(kind, place, end)
        place = end
        return true
    }

    private mutating func passNumber() -> Bool {
        let start = place
        _ = passByte(UInt8(ascii: "-"))
        let first = place
        guard passDigits(), place == first + 1 || bytes[first] != UInt8(ascii: "0") else { return false }
        var kind = JSONDocument.Kind.integer
        if passByte(UInt8(ascii: ".")) {
            kind = .number
            guard passDigits() else { return false }
        }
        if passByte(UInt8(ascii: "e")) || passByte(UInt8(ascii: "E")) {
            kind = .number
            _ = passByte(UInt8(ascii: "+")) || passByte(UInt8(ascii: "-"))
            guard passDigits() else { return false }
        }
        note(kind, start, place)
        return true
    }

    // MARK: Bytes

    private mutating func passDigits() -> Bool {
        let start = place
        while place < bytes.count, bytes[place] &- UInt8(ascii: "0") < 10 { place += 1 }
        return place > start
    }

    private mutating func passByte(_ byte: UInt8) -> Bool {
        guard place < bytes.count, bytes[place] == byte else { return false }
        place += 1
        return true
    }

    private mutating func pass(_ byte: UInt8) -> Bool {
        passSpace()
        return passByte(byte)
    }

    private mutating func passSpace() {
        while place < bytes.count {
            switch bytes[place] {
            case 0x20, 0x09, 0x0a, 0x0d: place += 1
            default: return
            }
        }
    }

    // MARK: Nodes

    private mutating func note(_ kind: JSONDocument.Kind, _ start: Int, _ end: Int) {
        let next = nodes.count + 1
        nodes.append(
            JSONDocument.Node(
                kind: kind, start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: end),
                next: Int32(truncatingIfNeeded: next), found: Int32(truncatingIfNeeded: next)))
    }

    private mutating func open(_ kind: JSONDocument.Kind) -> Int {
        note(kind, place, place)
        place += 1
        return nodes.count - 1
    }

    private mutating func close(_ container: Int) -> Bool {
        nodes[container].next = Int32(truncatingIfNeeded: nodes.count)
        return true
    }

    // MARK: Escapes

    /// Text with its escapes resolved; nil if one is none, or half a pair.
    static func unescaped(_ raw: ArraySlice<UInt8>) -> [UInt8]? {
        var text: [UInt8] = []
        text.reserveCapacity(raw.count)
        var place = raw.startIndex
        while place < raw.endIndex {
            guard raw[place] == UInt8(ascii: "\\") else {
                text.append(raw[place])
                place += 1
                continue
            }
            guard place + 1 < raw.endIndex else { return nil }
            if raw[place + 1] == UInt8(ascii: "u") {
                guard let (scalar, next) = scalar(raw, at: place) else { return nil }
                text.append(contentsOf: String(scalar).utf8)
                place = next
            } else {
                guard let byte = plain(raw[place + 1]) else { return nil }
                text.append(byte)
                place += 2
            }
        }
        return text
    }

    private static func plain(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0c
        case UInt8(ascii: "n"): 0x0a
        case UInt8(ascii: "r"): 0x0d
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    private static func scalar(_ raw: ArraySlice<UInt8>, at place: Int) -> (Unicode.Scalar, next: Int)? {
        guard let first = unit(raw, at: place) else { return nil }
        if let scalar = Unicode.Scalar(first) { return (scalar, place + 6) }
        guard UTF16.isLeadSurrogate(UInt16(first)), let second = unit(raw, at: place + 6),
            UTF16.isTrailSurrogate(UInt16(second)),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
        else { return nil }
        return (scalar, place + 12)
    }

    /// The code unit of `\uXXXX`.
    private static func unit(_ raw: ArraySlice<UInt8>, at place: Int) -> UInt32? {
        guard place + 6 <= raw.endIndex, raw[place] == UInt8(ascii: "\\"), raw[place + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var value: UInt32 = 0
        for byte in raw[(place + 2)..<(place + 6)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
