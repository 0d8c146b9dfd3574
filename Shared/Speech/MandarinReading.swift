import Foundation

/// How Chinese text is read, as pinyin: what the system's table says, but for characters that are read otherwise in words that callers
/// hear and say.
public enum MandarinReading {
    /// Words that the table, which sees characters alone, reads wrongly.
    private static let words: [(written: String, read: String)] = [
        ("重新", " chóng xīn "), ("重复", " chóng fù "), ("重拨", " chóng bō "), ("重试", " chóng shì "),
        ("重听", " chóng tīng "),
        ("重录", " chóng lù "), ("重置", " chóng zhì "), ("重输", " chóng shū "), ("重选", " chóng xuǎn "),
        ("银行", " yín háng "),
        ("分行", " fēn háng "), ("支行", " zhī háng "), ("行业", " háng yè "), ("长途", " cháng tú "), ("音乐", " yīn yuè "),
        ("还是", " hái shì "), ("还有", " hái yǒu "), ("还款", " huán kuǎn "), ("退还", " tuì huán "), ("调整", " tiáo zhěng "),
        ("便宜", " pián yi "), ("单行", " dān háng "), ("了解", " liǎo jiě "), ("会计", " kuài jì "), ("都", " dōu "),
    ]

    /// Pinyin with tones, words of other languages and signs as they are.
    public static func pinyin(_ text: String) -> String {
        let known = words.reduce(text) { $0.replacingOccurrences(of: $1.written, with: $1.read) }
        return known.applyingTransform(.mandarinToLatin, reverse: false) ?? known
    }
}
