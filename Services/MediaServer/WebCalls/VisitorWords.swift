import Contracts

/// What a page says of its visitor. Nobody vouches for any of it: it goes with the call as attributes (随路数据), and the call
/// itself is anonymous.
struct VisitorWords: Codable, Sendable, Equatable {
    /// What he is to be called.
    var name: String?
    /// Where he says that he can be called back.
    var number: String?
    /// The page's address.
    var page: String?
    /// `zh` or `en`: what the flow speaks, if it has both.
    var language: String?
    /// Only those that the entry names.
    var attributes: [String: String]?

    static let longestValue = 256
    /// Those that every call of a visitor's has, or that mean something to flows.
    static let ownNames: Set<String> = [
        "medium", "webEntry", "visitorName", "visitorNumber", "visitorPage", "language", "caller", "called",
    ]

    static func isAttributeName(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count) && !ownNames.contains(text)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// As they go with the call.
    /// - Throws: `Failure.invalid` for what no page of ours sends.
    func checked(_ entry: WebEntry) throws(Failure) -> [String: String] {
        var kept = ["medium": "web", "webEntry": entry.id.rawValue]
        kept["visitorName"] = try Self.text(name, "name", upTo: 64)
        kept["visitorNumber"] = try Self.number(number)
        kept["visitorPage"] = try Self.page(page)
        if let language, !language.isEmpty {
            guard language == "zh" || language == "en" else {
                throw Self.wrong("language is zh or en.")
            }
            kept["language"] = language
        }
        for (name, value) in attributes ?? [:] {
            guard entry.attributes.contains(name) else {
                throw Self.wrong("The entry takes no attribute of that name.")
            }
            kept[name] = try Self.text(value, "A value", upTo: Self.longestValue)
        }
        return kept
    }

    private static func wrong(_ sentence: String) -> Failure {
        Failure(.invalid, sentence, code: "visitor_words_invalid")
    }

    private static func text(_ text: String?, _ what: String, upTo limit: Int) throws(Failure) -> String? {
        guard let text, !text.isEmpty else { return nil }
        guard text.count <= limit, text.utf8.count <= 4 * limit, text.isPlain else {
            throw wrong("\(what) has at most \(limit) characters, none of which is a control character.")
        }
        return text
    }

    /// Digits as they are dialled, without what people put between them.
    private static func number(_ text: String?) throws(Failure) -> String? {
        guard let text, !text.isEmpty else { return nil }
        let digits = text.utf8.count <= 40 ? text.filter { !" -()".contains($0) } : ""
        let isPlus = digits.hasPrefix("+")
        let rest = digits.dropFirst(isPlus ? 1 : 0)
        guard (3...20).contains(rest.utf8.count), rest.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw wrong("number is a telephone number of 3 to 20 digits.")
        }
        return digits
    }

    private static func page(_ text: String?) throws(Failure) -> String? {
        guard let address = try self.text(text, "page", upTo: longestValue) else { return nil }
        guard address.hasPrefix("https://") || address.hasPrefix("http://") else {
            throw wrong("page is an address that begins with https:// or http://.")
        }
        return address
    }
}
