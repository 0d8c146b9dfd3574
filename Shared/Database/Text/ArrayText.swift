/// PostgreSQL's text for an array of one dimension: `{"a","b",NULL}`.
enum ArrayText {
    static func encode(_ elements: [String?]) -> String {
        // Were every byte to be marked; bodies of facts hold many quotation marks.
        let most = elements.reduce(2) { $0 + ($1.map { 2 * $0.utf8.count + 3 } ?? 5) }
        return String(unsafeUninitializedCapacity: most) { bytes in
            var writer = Writer(bytes: bytes)
            writer.append(UInt8(ascii: "{"))
            for (index, element) in elements.enumerated() {
                if index > 0 { writer.append(UInt8(ascii: ",")) }
                guard var element else {
                    for byte in "NULL".utf8 { writer.append(byte) }
                    continue
                }
                writer.append(UInt8(ascii: "\""))
                element.withUTF8 { writer.append(marked: $0) }
                writer.append(UInt8(ascii: "\""))
            }
            writer.append(UInt8(ascii: "}"))
            return writer.count
        }
    }

    /// Writes from the beginning of bytes of which there are enough.
    private struct Writer {
        let bytes: UnsafeMutableBufferPointer<UInt8>
        var count = 0

        mutating func append(_ byte: UInt8) {
            bytes.initializeElement(at: count, to: byte)
            count += 1
        }

        /// With a backslash before what has a meaning. No byte of a longer UTF-8 sequence looks like one of those.
        mutating func append(marked text: UnsafeBufferPointer<UInt8>) {
            for byte in text {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { append(UInt8(ascii: "\\")) }
                append(byte)
            }
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
