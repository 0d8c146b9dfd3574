import Contracts

extension FlowNode {
    /// Listens for what the caller says, and goes where that leads (语音识别); keys lead as well.
    struct Recognize: Codable, Sendable, Equatable {
        var prompts: [FlowPrompt]
        /// Node by what may be said: `{"销售": "sales", "投诉": "complaints"}`.
        var phrases: [String: String]?
        /// How many digits may be said or typed instead; then `next` is needed. Default 1 at least.
        var minimumDigits: Int?
        var maximumDigits: Int?
        /// What is spoken: `zh` or `en`; the flow's language if not given.
        var language: String?
        /// Node by key, for who would rather type.
        var keys: [String: String]?
        /// Holds what was understood: the phrase, the digits or the key.
        var attribute: String?
        /// What the engine is less sure of, in percent, is not understood. Default 0.
        var minimumConfidence: Int?
        /// Heard before the prompts after nothing was said or understood.
        var invalidPrompts: [FlowPrompt]?
        /// How long he may be silent after the prompts. Default 5.
        var timeoutSeconds: Int?
        /// How often the prompts are repeated. Default 2.
        var retries: Int?
        /// Where digits lead.
        var next: String?
        /// Where to if nothing was said or understood in the last try; `onFailed` if there is none.
        var onNothing: String?
        /// Where to if no engine can listen; the call is hung up if there is none.
        var onFailed: String?
    }
}

extension FlowValidation {
    static func contents(of recognize: FlowNode.Recognize) -> [String] {
        let phrases = (recognize.phrases ?? [:]).keys.sorted()
        let most = SpeechRecognition.longestPhrase
        return prompts(recognize.prompts, "prompts") + prompts(recognize.invalidPrompts, "invalidPrompts")
            + (phrases.isEmpty && recognize.maximumDigits == nil
                ? ["Nothing is expected: “phrases” or “maximumDigits” is needed."] : [])
            + (phrases.count > SpeechRecognition.mostPhrases
                ? ["“phrases” has at most \(SpeechRecognition.mostPhrases) entries."] : [])
            + phrases.filter { $0.count > most || $0.contains(".") || !$0.contains { $0.isLetter || $0.isNumber } }
            .map {
                "“phrases”: “\($0.prefix(40))” is not 1 to \(most) characters that can be said, without a full stop."
            }
            + number(recognize.maximumDigits, "maximumDigits", 1...32)
            + number(recognize.minimumDigits, "minimumDigits", 1...max(1, min(32, recognize.maximumDigits ?? 1)))
            + (recognize.maximumDigits != nil && recognize.next == nil ? ["“maximumDigits” needs “next”."] : [])
            + (recognize.language.map(isLanguage) ?? true ? [] : ["“language” must be zh or en."])
            + (recognize.keys ?? [:]).keys.sorted().filter { !isKey($0) }
            .map { "“\($0)” is not a key; keys are 0-9, * and #." }
            + (recognize.attribute.map { name($0, "attribute") } ?? [])
            + number(recognize.minimumConfidence, "minimumConfidence", 0...100)
            + number(recognize.timeoutSeconds, "timeoutSeconds", 1...60) + number(recognize.retries, "retries", 0...10)
    }
}
