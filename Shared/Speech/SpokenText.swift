/// What was meant by what was said: one of the phrases, or digits.
public enum SpokenText {
    private static let chinese: [Character: Character] = [
        "零": "0", "〇": "0", "洞": "0", "一": "1", "幺": "1", "二": "2", "两": "2", "三": "3", "四": "4", "五": "5", "六": "6",
        "七": "7",
        "八": "8", "九": "9",
    ]
    /// How digits are said in English.
    public static let english: [String: Character] = [
        "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
        "seven": "7", "eight": "8", "nine": "9",
    ]
    /// How digits are said in Mandarin: pinyin, and the character that is written for it.
    public static let mandarin: [(pinyin: String, character: String)] = [
        ("ling", "零"), ("yi", "一"), ("yao", "幺"), ("er", "二"), ("san", "三"), ("si", "四"), ("wu", "五"), ("liu", "六"),
        ("qi", "七"), ("ba", "八"), ("jiu", "九"),
    ]

    static func isHan(_ character: Character) -> Bool {
        character.unicodeScalars.allSatisfy { (0x4E00...0x9FFF).contains($0.value) || $0.value == 0x3007 }
    }

    static func chineseDigit(of character: Character) -> String? {
        guard character.isASCII else { return nil }
        return chinese.first {
            $0.value == character && $0.key != "〇" && $0.key != "洞" && $0.key != "幺" && $0.key != "两"
        }
        .map { String($0.key) }
    }

    /// The digits that a text says; nil if there is anything else in it, or not as many as may be.
    public static func digits(in text: String, _ lengths: ClosedRange<Int>) -> String? {
        var digits = ""
        for word in text.lowercased().split(whereSeparator: { " ,，。.、-".contains($0) }) {
            if let digit = english[String(word)] {
                digits.append(digit)
                continue
            }
            for character in word {
                guard let digit = chinese[character] ?? (character.isASCII && character.isWholeNumber ? character : nil)
                else { return nil }
                digits.append(digit)
            }
        }
        return lengths.contains(digits.count) ? digits : nil
    }

    /// Which of the phrases a text means: the same but for signs and capitals, or the longest that it contains.
    public static func phrase(in text: String, of phrases: [String]) -> String? {
        let said = bare(text)
        guard !said.isEmpty else { return nil }
        if let same = phrases.first(where: { bare($0) == said }) { return same }
        let words = padded(said)
        return phrases.filter { !bare($0).isEmpty && words.contains(padded(bare($0))) }.max { $0.count < $1.count }
    }

    /// Of English whole words only, of Chinese any characters.
    private static func padded(_ text: String) -> String { text.contains(where: isHan) ? text : " \(text) " }

    private static func bare(_ text: String) -> String {
        var bare = ""
        for character in text.lowercased() {
            if character.isLetter || character.isNumber || character == "'" {
                bare.append(character)
            } else if character.isWhitespace || character == "-", let last = bare.last, last != " ", !isHan(last) {
                bare.append(" ")
            }
        }
        return bare.hasSuffix(" ") ? String(bare.dropLast()) : bare
    }
}
