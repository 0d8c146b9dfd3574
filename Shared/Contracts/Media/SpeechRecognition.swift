/// How a leg is listened to for what its far end says. All times are in milliseconds of sound.
public struct SpeechRecognition: Codable, Sendable, Equatable {
    /// The most phrases that may be expected.
    public static let mostPhrases = 200
    public static let longestPhrase = 64

    /// Chosen by who asks; comes back in `leg.speech_recognized`.
    public var recognitionID: Int
    /// `zh` or `en`.
    public var language: String
    /// What may be said.
    public var phrases: [String]
    /// How many digits may be said instead; nil for none.
    public var minimumDigits: Int?
    public var maximumDigits: Int?
    /// Who says nothing for so long, counted from the end of what is played, is silent.
    public var initialSilence: Int
    /// Who has spoken and is silent for so long has ended.
    public var silenceAfterSpeech: Int
    /// Who speaks for longer is not understood.
    public var longest: Int
    /// Decibels below full scale; what is softer is silence.
    public var silenceDecibels: Int

    public init(
        recognitionID: Int, language: String, phrases: [String], minimumDigits: Int? = nil, maximumDigits: Int? = nil,
        initialSilence: Int = 5_000, silenceAfterSpeech: Int = 800, longest: Int = 15_000, silenceDecibels: Int = 42
    ) {
        self.recognitionID = recognitionID
        self.language = language
        self.phrases = phrases
        self.minimumDigits = minimumDigits
        self.maximumDigits = maximumDigits
        self.initialSilence = initialSilence
        self.silenceAfterSpeech = silenceAfterSpeech
        self.longest = longest
        self.silenceDecibels = silenceDecibels
    }

    /// Why it cannot be used; nil if it can.
    public var problem: String? {
        guard language == "zh" || language == "en" else { return "The language is zh or en." }
        guard phrases.count <= Self.mostPhrases,
            phrases.allSatisfy({ !$0.isEmpty && $0.count <= Self.longestPhrase })
        else { return "There are at most \(Self.mostPhrases) phrases of 1 to \(Self.longestPhrase) characters." }
        guard !phrases.isEmpty || maximumDigits != nil else {
            return "Nothing is expected: neither phrases nor digits."
        }
        if let most = maximumDigits {
            guard (1...32).contains(most), (1...most).contains(minimumDigits ?? 1) else {
                return "There are 1 to 32 digits, and not fewer at most than at least."
            }
        }
        let times = [initialSilence, silenceAfterSpeech, longest]
        guard times.allSatisfy({ (100...60_000).contains($0) }) else { return "A time is outside 100 to 60000 ms." }
        guard (20...70).contains(silenceDecibels) else { return "Silence is outside 20 to 70 dB below full scale." }
        return nil
    }
}

/// What came of listening to somebody.
public enum SpeechOutcome: String, Codable, Sendable, CaseIterable {
    /// It was one of the phrases, or digits.
    case understood
    /// Nothing was said.
    case silence
    /// Something was said that is not among what is expected.
    case notUnderstood
    /// He, or a noise, went on for longer than may be.
    case timedOut
    /// No engine could say anything.
    case engineFailed
}

/// Something that was said, or may have been.
public struct SpokenWord: Codable, Sendable, Equatable {
    public let text: String
    /// From 0 to 100; nil where the engine does not say.
    public let confidence: Int?

    public init(text: String, confidence: Int? = nil) {
        self.text = text
        self.confidence = confidence
    }
}

/// Listening to a leg is over. Published by media-server once for each time it was asked, unless a key was pressed first: keys win.
public struct LegSpeechRecognized: Fact, Equatable {
    public static let topic = "leg.speech_recognized"
    public let legID: LegID
    public let recognitionID: Int
    public let outcome: SpeechOutcome
    /// As the engine writes it; empty if nothing was understood.
    public let text: String
    /// Which of the phrases it was.
    public let phrase: String?
    /// The digits that were said.
    public let digits: String?
    /// From 0 to 100; nil where the engine does not say.
    public let confidence: Int?
    public let words: [SpokenWord]?
    /// What else it may have been, likeliest first.
    public let alternatives: [SpokenWord]?
    /// Why nothing was understood, in words for an operator.
    public let reason: String?
    public var subject: String { legID.rawValue }

    public init(
        legID: LegID, recognitionID: Int, outcome: SpeechOutcome, text: String = "", phrase: String? = nil,
        digits: String? = nil, confidence: Int? = nil, words: [SpokenWord]? = nil, alternatives: [SpokenWord]? = nil,
        reason: String? = nil
    ) {
        self.legID = legID
        self.recognitionID = recognitionID
        self.outcome = outcome
        self.text = text
        self.phrase = phrase
        self.digits = digits
        self.confidence = confidence
        self.words = words
        self.alternatives = alternatives
        self.reason = reason
    }
}
