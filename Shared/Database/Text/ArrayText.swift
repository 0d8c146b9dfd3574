/// PostgreSQL's text for an array of one dimension: `{"a","b",NULL}`.
enum ArrayText {
    static func encode(_ elements: [String?]) -> String {
        var text = "{"
        for (index, element) in elements.enumerated() {
            if index > 0 { text += "," }
            guard let element else {
                text += "NULL"
                continue
            }
            text += "\""
            for scalar in element.unicodeScalars {
                if scalar == "\"" || scalar == "\\" { text += "\\" }
                text.unicodeScalars.append(scalar)
            }
            text += "\""
        }
        return text + "}"
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
