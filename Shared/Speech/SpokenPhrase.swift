import Foundation

/// A phrase, cut into what the engine can be taught: words of English, syllables of Mandarin.
public struct SpokenPhrase: Sendable, Equatable {
    /// A word of the engine's grammar.
    public struct Word: Sendable, Equatable, Hashable {
        /// As the grammar calls it: `zh_xiao`, `sales`.
        public let name: String
        /// How it sounds; empty for a word of English, which the engine's dictionary knows.
        public let ways: [String]

        public init(name: String, ways: [String]) {
            self.name = name
            self.ways = ways
        }
    }

    public let text: String
    public let words: [Word]

    /// Nil if it cannot be said: nothing in it, or a character that has no sound here.
    public init?(_ text: String) {
        self.text = text
        var words: [Word] = []
        for piece in Self.pieces(text) {
            guard let word = piece.isHan ? Self.syllable(piece.text) : Word(name: piece.text, ways: []) else {
                return nil
            }
            words.append(word)
        }
        guard !words.isEmpty else { return nil }
        self.words = words
    }

    /// The syllable as a word of the grammar; nil if it is none.
    public static func syllable(_ pinyin: String) -> Word? {
        let ways = MandarinPhones.ways(pinyin)
        return ways.isEmpty ? nil : Word(name: "zh_\(pinyin)", ways: ways)
    }

    /// The pinyin of Han characters without tones, a syllable each, `v` for ü.
    public static func pinyin(_ text: String) -> [String] {
        let withoutTones = MandarinReading.pinyin(text).decomposedStringWithCanonicalMapping.unicodeScalars
        var plain = String.UnicodeScalarView()
        for scalar in withoutTones {
            switch scalar.value {
            // The two dots of ü stay, as a v; tones go.
            case 0x308: if plain.popLast() != nil { plain.append("v") }
            case 0x300...0x36F: continue
            default: plain.append(scalar)
            }
        }
        return String(plain).lowercased().split { !$0.isASCII || !$0.isLetter }.map(String.init)
    }

    private static func pieces(_ text: String) -> [(text: String, isHan: Bool)] {
        var pieces: [(text: String, isHan: Bool)] = []
        var han = ""
        var latin = ""
        func flush() {
            // Together, so that what is written alike is said as its neighbours want it.
            pieces += pinyin(han).map { ($0, true) }
            if !latin.isEmpty { pieces.append((latin.lowercased(), false)) }
            (han, latin) = ("", "")
        }
        for character in text {
            if SpokenText.isHan(character) {
                if !latin.isEmpty { flush() }
                han.append(character)
            } else if character.isASCII, character.isLetter || character == "'" {
                if !han.isEmpty { flush() }
                latin.append(character)
            } else {
                flush()
                if let digit = SpokenText.chineseDigit(of: character) { pieces += pinyin(digit).map { ($0, true) } }
            }
        }
        flush()
        return pieces
    }
}
