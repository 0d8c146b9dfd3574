import Speech

/// Any sequence of the engine's phones, unlikely each: what is better said so than as a phrase was none of the phrases. Without it
/// the engine would take whatever it hears for what is nearest.
enum AnySpeech {
    /// The rarer, the more that was not meant is taken for a phrase; the more frequent, the more phrases are not understood. Measured:
    /// docs/speech.md.
    private static let weight = "1e-28"
    private static let phones = [
        "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY", "JH",
        "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH",
    ]

    static let words = phones.map { SpokenPhrase.Word(name: "_\($0.lowercased())", ways: [$0]) }
    static let rule = "<other> = \(words.map { "/\(weight)/ \($0.name)" }.joined(separator: " | "));\n"

    static func isPart(_ word: String) -> Bool { word.hasPrefix("_") }
}
