/// Mandarin syllables in the phones of American English (ARPAbet), which is what the engine's model was taught. An approximation:
/// English has neither tones nor all the sounds, so several ways of saying each are tried. A table of our own.
public enum MandarinPhones {
    /// The most ways of saying one syllable.
    static let mostWays = 8

    /// How a syllable of pinyin without tones may sound, as `["JH IY OW", "CH IY OW"]`; empty for what is no syllable.
    public static func ways(_ syllable: String) -> [String] {
        guard let (initial, final) = split(syllable), let begins = initials[initial], let ends = finals[final]
        else { return [] }
        let all = begins.flatMap { begin in ends.map { begin.isEmpty ? $0 : begin + " " + $0 } }
        return Array(all.prefix(mostWays))
    }

    static let initials: [String: [String]] = [
        "": [""], "b": ["B", "P"], "p": ["P"], "m": ["M"], "f": ["F"], "d": ["D", "T"], "t": ["T"], "n": ["N"],
        "l": ["L"], "g": ["G", "K"], "k": ["K"], "h": ["HH"], "j": ["JH", "CH", "D"], "q": ["CH", "T", "K"],
        "x": ["SH", "S"], "zh": ["JH", "CH"], "ch": ["CH"], "sh": ["SH"], "r": ["R", "ZH"], "z": ["D Z", "T S"],
        "c": ["T S"], "s": ["S"],
    ]

    /// `-i` is the vowel of zi, ci, si; `-r` that of zhi, chi, shi, ri.
    static let finals: [String: [String]] = [
        "a": ["AA"], "o": ["AO", "W AO"], "e": ["AH", "ER"], "i": ["IY", "Y IY"], "u": ["UW", "W UW"],
        "v": ["Y UW", "IY"],
        "ai": ["AY"], "ei": ["EY"], "ao": ["AW"], "ou": ["OW"], "an": ["AE N", "AA N"], "en": ["AH N"],
        "ang": ["AA NG"], "eng": ["AH NG"], "ong": ["UH NG", "OW NG"], "er": ["AA R", "ER", "AO R", "AH L"],
        "ia": ["Y AA"], "ie": ["Y EH"], "iao": ["Y AW", "Y AO"], "iu": ["Y OW"], "ian": ["Y EH N"], "in": ["IY N"],
        "iang": ["Y AA NG"], "ing": ["IY NG"], "iong": ["Y UH NG"],
        "ua": ["W AA"], "uo": ["W AO"], "uai": ["W AY"], "ui": ["W EY"], "uan": ["W AA N"], "un": ["W AH N"],
        "uang": ["W AA NG"], "ve": ["Y UW EH", "Y EH"], "van": ["Y EH N"], "vn": ["Y UW N", "IY N"],
        "-i": ["IH", "UH", "AH", "Z"], "-r": ["ER", "IH", "UH", "R"],
    ]

    /// Initials of two letters first.
    private static let known = ["zh", "ch", "sh"] + "bpmfdtnlgkhjqxrzcs".map(String.init)

    /// After w and y, by what follows.
    private static let afterY = [
        "a": "ia", "e": "ie", "ao": "iao", "ou": "iu", "an": "ian", "ang": "iang", "ong": "iong", "o": "o", "i": "i",
        "in": "in", "ing": "ing", "u": "v", "ue": "ve", "uan": "van", "un": "vn",
    ]
    private static let afterW = [
        "a": "ua", "o": "uo", "ai": "uai", "ei": "ui", "an": "uan", "en": "un", "ang": "uang", "eng": "eng", "u": "u",
    ]

    private static func split(_ syllable: String) -> (String, String)? {
        if syllable.hasPrefix("y") { return afterY[String(syllable.dropFirst())].map { ("", $0) } }
        if syllable.hasPrefix("w") { return afterW[String(syllable.dropFirst())].map { ("", $0) } }
        guard let initial = known.first(where: syllable.hasPrefix) else { return ("", syllable) }
        var final = String(syllable.dropFirst(initial.count))
        switch initial {
        case "z", "c", "s": if final == "i" { final = "-i" }
        case "zh", "ch", "sh", "r": if final == "i" { final = "-r" }
        case "j", "q", "x": if final.hasPrefix("u") { final = "v" + final.dropFirst() }
        default: break
        }
        return (initial, final)
    }
}
