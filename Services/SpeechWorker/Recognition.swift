import Speech

/// A job made a grammar, and what was heard made an answer.
struct Recognition {
    /// More digits than this are not one number.
    static let mostDigits = 32

    let job: SpeechJob
    let phrases: [SpokenPhrase]

    init(_ job: SpeechJob) {
        self.job = job
        phrases = job.phrases.compactMap(SpokenPhrase.init)
    }

    func answer(to sound: [Int16]) -> SpeechAnswer {
        guard let recognizer = Recognizer() else {
            return SpeechAnswer(text: "", failure: "The model of pocketsphinx is not there.")
        }
        return answer(to: sound, recognizer)
    }

    func answer(to sound: [Int16], _ recognizer: Recognizer) -> SpeechAnswer {
        let words = Set(phrases.flatMap(\.words) + digits + AnySpeech.words)
        for word in words where !word.ways.isEmpty { recognizer.teach(word.name, ways: word.ways) }
        let sayable = phrases.filter { phrase in
            phrase.words.allSatisfy { !$0.ways.isEmpty || recognizer.knows($0.name) }
        }
        guard let grammar = grammar(sayable), recognizer.expect(grammar) else {
            return SpeechAnswer(text: "", failure: "Nothing that is expected can be said in the engine's words.")
        }
        guard let heard = recognizer.hear(Widening.widen(sound)) else { return SpeechAnswer(text: "", confidence: 0) }
        let names = heard.words.map(\.name)
        // It sounded more like anything else.
        guard !names.contains(where: AnySpeech.isPart) else {
            return SpeechAnswer(text: "", confidence: 0, alternatives: alternatives(heard, to: names))
        }
        let shown = heard.words.map { SpeechAnswer.Word(text: character($0.name), confidence: $0.confidence) }
        return SpeechAnswer(
            text: text(of: names), confidence: heard.confidence, words: shown,
            alternatives: alternatives(heard, to: names))
    }

    private func alternatives(_ heard: Recognizer.Hypothesis, to names: [String]) -> [SpeechAnswer.Word] {
        heard.others.filter { $0 != names && !$0.contains(where: AnySpeech.isPart) }
            .map { SpeechAnswer.Word(text: text(of: $0)) }
    }

    // MARK: The grammar

    /// What may be said in place of a digit.
    private var digits: [SpokenPhrase.Word] {
        guard job.maximumDigits != nil else { return [] }
        guard job.language == "zh" else {
            return SpokenText.english.keys.sorted().map { SpokenPhrase.Word(name: $0, ways: []) }
        }
        return SpokenText.mandarin.compactMap { SpokenPhrase.syllable($0.pinyin) }
    }

    /// In JSGF; nil if there is nothing to say.
    func grammar(_ phrases: [SpokenPhrase]) -> String? {
        var ways = phrases.map { $0.words.map(\.name).joined(separator: " ") }
        if let series { ways.append(series) }
        guard !ways.isEmpty else { return nil }
        let digit = digits.isEmpty ? "" : "<digit> = \(digits.map(\.name).joined(separator: " | "));\n"
        return "#JSGF V1.0;\ngrammar job;\npublic <said> = \(ways.joined(separator: " | ")) | <other>+;\n"
            + digit + AnySpeech.rule
    }

    /// So many digits at least, and each beyond only after the one before.
    private var series: String? {
        guard let maximum = job.maximumDigits else { return nil }
        let most = min(max(1, maximum), Self.mostDigits)
        let least = min(max(1, job.minimumDigits ?? 1), most)
        let needed = Array(repeating: "<digit>", count: least).joined(separator: " ")
        let rest = (least..<most).reduce("") { inner, _ in inner.isEmpty ? "[<digit>]" : "[<digit> \(inner)]" }
        return rest.isEmpty ? needed : "\(needed) \(rest)"
    }

    // MARK: The answer

    /// The phrase of these words; of digits the characters, or the words as they are.
    private func text(of names: [String]) -> String {
        if let phrase = phrases.first(where: { $0.words.map(\.name) == names }) { return phrase.text }
        return job.language == "zh" ? names.map(character).joined() : names.joined(separator: " ")
    }

    private func character(_ name: String) -> String {
        guard name.hasPrefix("zh_") else { return name }
        let pinyin = String(name.dropFirst(3))
        return SpokenText.mandarin.first { $0.pinyin == pinyin }?.character ?? pinyin
    }
}
