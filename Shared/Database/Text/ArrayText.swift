/// PostgreSQL's text for an array of one dimension: `{"a","b",NULL}`.
enum ArrayText {
    static func encode(_ elements: [String?]) -> String {
        var bytes: [UInt8] = []
        // Bodies of facts hold many quotation marks.
        bytes.reserveCapacity(elements.reduce(2) { $0 + ($1?.utf8.count ?? 4) * 5 / 4 + 4 })
        bytes.append(UInt8(ascii: "{"))
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            guard var element else {
                bytes.append(contentsOf: "NULL".utf8)
                continue
            }
            bytes.append(UInt8(ascii: "\""))
            element.withUTF8 { append($0, to: &bytes) }
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// With a backslash before what has a meaning. No byte of a longer UTF-8 sequence looks like one of those.
    private static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        for byte in text {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
    }

    /// The elements; nil if this is not an array of one dimension.
    static func decode(_ text: String) -> [String?]? {
        var reader = Reader(rest: text.unicodeScalars[...])
        return reader.array()
    }

    private struct Reader {
        var rest: Substring.UnicodeScalarView

        mutating func array() -> [String?]? {
            guard rest.popFirst() == "{" else { return nil }
            if rest.first == "}" { return rest.count == 1 ? [] : nil }
            var elements: [String?] = []
            while true {
                guard let element = element() else { return nil }
                elements.append(element)
                switch rest.popFirst() {
                case ",": continue
                case "}": return rest.isEmpty ? elements : nil
                default: return nil
                }
            }
        }

        /// One element: nil if it is malformed, `.some(nil)` if it is NULL.
        private mutating func element() -> String?? {
            var text = String.UnicodeScalarView()
            guard rest.first == "\"" else {
                while let next = rest.first, next != ",", next != "}" {
                    guard next != "{", next != "\"" else { return nil }
                    text.append(rest.removeFirst())
                }
                let word = String(text)
                return .some(word == "NULL" ? nil : word)
            }
            rest.removeFirst()
            while let next = rest.popFirst() {
                if next == "\"" { return .some(String(text)) }
                guard next == "\\" else {
                    text.append(next)
                    continue
                }
                guard let escaped = rest.popFirst() else { return nil }
                text.append(escaped)
            }
            return nil
        }
    }
}
