/// Number ranges as people hand them in: a line each of `prefix,carrier,region`, perhaps behind a heading. What cannot be used
/// is refused by its line, and all else is taken. Pure.
struct NumberRangeImport: Sendable {
    /// A prefix as it is stored: E.164 digits.
    struct Row: Sendable, Equatable {
        let prefix: String
        let owner: NumberRanges.Owner
    }

    /// A line that was refused.
    struct Refusal: Codable, Sendable, Equatable {
        /// From 1, with the heading.
        let line: Int
        let reason: String
    }

    static let mostRows = 1_000_000
    /// So many refusals are told; the rest is only counted.
    static let mostTold = 1_000

    private(set) var rows: [Row] = []
    private(set) var refusals: [Refusal] = []
    private(set) var refused = 0

    init(csv bytes: some Sequence<UInt8>, _ plan: NumberPlan) {
        var line = 1
        var field: [UInt8] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                field.append(byte)
                continue
            }
            read(field, line, plan)
            field.removeAll(keepingCapacity: true)
            line += 1
        }
        read(field, line, plan)
    }

    private mutating func read(_ bytes: [UInt8], _ line: Int, _ plan: NumberPlan) {
        var text = String(decoding: bytes, as: UTF8.self)
        if text.hasSuffix("\r") { text.removeLast() }
        if line == 1, text.hasPrefix("\u{feff}") { text.removeFirst() }
        guard text.contains(where: { !$0.isWhitespace }) else { return }
        guard let fields = Self.fields(text) else { return refuse(line, "A quotation mark is not closed.") }
        if line == 1, fields.first?.lowercased() == "prefix" { return }
        guard fields.count == 2 || fields.count == 3 else {
            return refuse(line, "There are \(fields.count) fields, and not prefix, carrier and perhaps region.")
        }
        guard let prefix = plan.prefix(fields[0]) else {
            return refuse(line, "“\(fields[0].prefix(32))” is no prefix: digits, perhaps with + in front.")
        }
        let region = fields.count == 3 ? fields[2] : ""
        guard !fields[1].isEmpty else { return refuse(line, "The carrier is missing.") }
        guard [fields[1], region].allSatisfy({ $0.utf8.count <= 100 && !$0.contains("\0") }) else {
            return refuse(line, "Carrier and region have at most 100 bytes.")
        }
        guard rows.count < Self.mostRows else { return refuse(line, "These are more than \(Self.mostRows) lines.") }
        rows.append(Row(prefix: prefix, owner: NumberRanges.Owner(carrier: fields[1], region: region)))
    }

    private mutating func refuse(_ line: Int, _ reason: String) {
        refused += 1
        if refusals.count < Self.mostTold { refusals.append(Refusal(line: line, reason: reason)) }
    }

    /// Fields between commas, without blanks around them; in quotation marks a comma is none, and two marks are one
    /// (RFC 4180, but for line breaks).
    /// - Returns: nil if a quotation mark is not closed.
    static func fields(_ line: String) -> [String]? {
        var fields: [String] = []
        var field = ""
        var isQuoted = false
        var previous: Character?
        for character in line {
            switch character {
            case "\"":
                // The second of two in a field that goes on.
                if !isQuoted, previous == "\"" { field.append("\"") }
                isQuoted.toggle()
            case "," where !isQuoted:
                fields.append(trimmed(field))
                field = ""
            default: field.append(character)
            }
            previous = character
        }
        guard !isQuoted else { return nil }
        return fields + [trimmed(field)]
    }

    private static func trimmed(_ text: String) -> String {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(text[first...last])
    }
}
