import Foundation

/// JSON that was passed over once: where each of its values lies. They are read when they are asked for.
///
/// Its nodes stand in the order of the text; behind an object come its names and values in turn. It belongs to the one who
/// reads it: it remembers where the last field was found, as fields are mostly read in the order in which they stand.
final class JSONDocument {
    enum Kind: UInt8 { case null, yes, no, integer, number, text, escaped, object, array }

    struct Node {
        let kind: Kind
        /// Of its bytes, without quotes.
        let start: Int32
        let end: Int32
        /// Its place behind the last node within it.
        var next: Int32
        /// Of an object: the name that was found last.
        var found: Int32
    }

    private let bytes: [UInt8]
    private var nodes: [Node]
    /// Something was met that a general decoder may read otherwise.
    private(set) var isUnusual = false

    /// Of a value that is not what was asked for; what exactly is wrong, the general decoder says.
    static let unread = DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "not read"))

    /// Nil if it is not JSON, or unusual.
    init?(_ data: Data) {
        guard data.count < Int32.max else { return nil }
        bytes = [UInt8](data)
        guard let nodes = JSONScanner.nodes(of: bytes) else { return nil }
        self.nodes = nodes
    }

    func givenUp() -> any Error {
        isUnusual = true
        return Self.unread
    }

    // MARK: Values

    func expect(_ kind: Kind, at place: Int) throws {
        guard nodes[place].kind == kind else { throw Self.unread }
    }

    func isNull(at place: Int) -> Bool { nodes[place].kind == .null }

    func bool(at place: Int) throws -> Bool {
        switch nodes[place].kind {
        case .yes: true
        case .no: false
        default: throw Self.unread
        }
    }

    func integer<Number: FixedWidthInteger>(at place: Int) throws -> Number {
        let node = nodes[place]
        guard node.kind == .integer else {
            // A general decoder takes 1e3 and 2.0 as well.
            throw node.kind == .number ? givenUp() : Self.unread
        }
        var digits = Int(node.start)
        let isNegative = bytes[digits] == UInt8(ascii: "-")
        if isNegative { digits += 1 }
        var magnitude: UInt64 = 0
        for byte in bytes[digits..<Int(node.end)] {
            let (tens, first) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, second) = tens.addingReportingOverflow(UInt64(byte &- UInt8(ascii: "0")))
            guard !first, !second else { throw givenUp() }
            magnitude = sum
        }
        if !isNegative, let number = Number(exactly: magnitude) { return number }
        if isNegative, let whole = Int64(exactly: magnitude), let number = Number(exactly: -whole) { return number }
        throw givenUp()
    }

    func floating<Number: LosslessStringConvertible>(at place: Int) throws -> Number {
        let node = nodes[place]
        guard node.kind == .integer || node.kind == .number else { throw Self.unread }
        guard let number = Number(String(decoding: bytes[Int(node.start)..<Int(node.end)], as: UTF8.self)) else {
            throw givenUp()
        }
        return number
    }

    func text(at place: Int) throws -> String {
        let node = nodes[place]
        let raw = bytes[Int(node.start)..<Int(node.end)]
        let text: String? =
            switch node.kind {
            case .text: String(validating: raw, as: UTF8.self)
            case .escaped: JSONScanner.unescaped(raw).flatMap { String(validating: $0, as: UTF8.self) }
            default: throw Self.unread
            }
        guard let text else { throw givenUp() }
        return text
    }

    func value<Value: Decodable>(_ type: Value.Type, at place: Int) throws -> Value {
        if type == String.self, let value = try text(at: place) as? Value { return value }
        if type == Data.self {
            guard let value = Data(base64Encoded: try text(at: place)) as? Value else { throw givenUp() }
            return value
        }
        if type == URL.self || type == Decimal.self { throw givenUp() }
        return try Value(from: JSONValueReader(document: self, place: place))
    }

    // MARK: Containers

    func end(of place: Int) -> Int { Int(nodes[place].next) }

    func count(of array: Int) -> Int {
        var count = 0
        var place = array + 1
        while place < end(of: array) {
            place = end(of: place)
            count += 1
        }
        return count
    }

    /// The value of a field: looked for behind the one that was found last, then from the beginning.
    func find(_ name: String, in object: Int) -> Int? {
        let first = object + 1
        let end = end(of: object)
        guard first < end else { return nil }
        var name = name
        return name.withUTF8 { name in
            let begun = Int(nodes[object].found)
            var place = begun
            repeat {
                if isName(name, at: place) {
                    nodes[object].found = Int32(truncatingIfNeeded: place)
                    return place + 1
                }
                place = self.end(of: place + 1)
                if place >= end { place = first }
            } while place != begun
            return nil
        }
    }

    private func isName(_ name: UnsafeBufferPointer<UInt8>, at place: Int) -> Bool {
        let node = nodes[place]
        guard Int(node.end - node.start) == name.count else { return false }
        return bytes[Int(node.start)..<Int(node.end)].elementsEqual(name)
    }

    func names(in object: Int) -> [String] {
        var names: [String] = []
        var place = object + 1
        while place < end(of: object) {
            guard let name = try? text(at: place) else {
                isUnusual = true
                return []
            }
            names.append(name)
            place = end(of: place + 1)
        }
        return names
    }
}
