/// The fields of a form that a browser sends with files (`multipart/form-data`, RFC 7578). Reads any bytes.
struct FormData: Equatable {
    static let mostFields = 32

    struct Field: Equatable {
        let name: String
        let bytes: ArraySlice<UInt8>
    }

    let fields: [Field]

    /// Nil for what is no form, or one of more fields.
    init?(_ body: [UInt8], contentType: String) {
        guard let boundary = Self.boundary(contentType) else { return nil }
        let delimiter = Array("\r\n--".utf8) + boundary
        // The first delimiter has no line before it.
        let bytes = [13, 10] + body
        var fields: [Field] = []
        guard var place = Self.find(delimiter, in: bytes, from: 0) else { return nil }
        while true {
            let start = place + delimiter.count
            guard start + 2 <= bytes.count else { return nil }
            if bytes[start] == UInt8(ascii: "-"), bytes[start + 1] == UInt8(ascii: "-") { break }
            guard bytes[start] == 13, bytes[start + 1] == 10, fields.count < Self.mostFields,
                let end = Self.find(delimiter, in: bytes, from: start),
                let headEnd = Self.find([13, 10, 13, 10], in: bytes, from: start), headEnd + 4 <= end
            else { return nil }
            let head = String(decoding: bytes[start..<headEnd], as: UTF8.self)
            guard let name = Self.name(head) else { return nil }
            fields.append(Field(name: name, bytes: bytes[(headEnd + 4)..<end]))
            place = end
        }
        self.fields = fields
    }

    subscript(name: String) -> ArraySlice<UInt8>? { fields.first { $0.name == name }?.bytes }

    /// A field's text, without U+0000; nil if it is not there or empty.
    func text(_ name: String) -> String? {
        guard let bytes = self[name], !bytes.isEmpty else { return nil }
        return String(decoding: bytes, as: UTF8.self).replacing("\0", with: "\u{fffd}")
    }

    private static func boundary(_ contentType: String) -> [UInt8]? {
        guard contentType.lowercased().hasPrefix("multipart/form-data") else { return nil }
        for part in contentType.split(separator: ";") {
            let words = part.drop { $0 == " " }
            guard words.lowercased().hasPrefix("boundary=") else { continue }
            let value = words.dropFirst(9).filter { $0 != "\"" }
            return (1...70).contains(value.utf8.count) ? Array(value.utf8) : nil
        }
        return nil
    }

    private static func name(_ head: String) -> String? {
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-disposition:") {
            for part in line.split(separator: ";") {
                let words = part.drop { $0 == " " }
                if words.hasPrefix("name=") { return words.dropFirst(5).filter { $0 != "\"" } }
            }
        }
        return nil
    }

    private static func find(_ wanted: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard let first = wanted.first, start >= 0 else { return nil }
        var place = start
        while place <= bytes.count - wanted.count {
            guard let next = bytes[place...].firstIndex(of: first), next <= bytes.count - wanted.count else {
                return nil
            }
            if bytes[next..<(next + wanted.count)].elementsEqual(wanted) { return next }
            place = next + 1
        }
        return nil
    }
}
