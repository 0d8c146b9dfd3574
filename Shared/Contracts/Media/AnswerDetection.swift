/// Who or what answers a call that we make, as it sounds.
public enum AnswerResult: String, Codable, Sendable, CaseIterable {
    case human
    /// A machine with a greeting, or a mailbox.
    case machine
    case fax
    /// Three rising tones: an announcement of the network's follows.
    case specialTone
    case busyTone, congestionTone
    /// Nothing was said within the time set.
    case silence
    /// Neither was certain within the time set.
    case unsure
}

/// How a leg's answer is listened to. All times are in milliseconds of sound.
public struct AnswerDetection: Codable, Sendable, Equatable {
    /// Who says nothing for so long is `silence`.
    public var initialSilence: Int
    /// Who has spoken and then waits for so long is a person.
    public var silenceAfterGreeting: Int
    /// Who speaks for longer in all, without such a pause, is a machine.
    public var longestGreeting: Int
    /// So is who says more words.
    public var mostWords: Int
    /// Sound must last so long to be a word.
    public var shortestWord: Int
    /// Silence must last so long to be between two words.
    public var betweenWords: Int
    /// Beyond, the answer is `unsure`.
    public var longest: Int
    /// Decibels below full scale; what is softer is silence.
    public var silenceDecibels: Int
    /// After `machine`, whether to go on until its beep, or until it has been silent for a while.
    public var awaitsEndOfGreeting: Bool
    /// That while.
    public var silenceAfterMachine: Int

    public init(
        initialSilence: Int = 3_500, silenceAfterGreeting: Int = 800, longestGreeting: Int = 1_600, mostWords: Int = 5,
        shortestWord: Int = 100, betweenWords: Int = 60, longest: Int = 6_000, silenceDecibels: Int = 42,
        awaitsEndOfGreeting: Bool = true, silenceAfterMachine: Int = 2_500
    ) {
        self.initialSilence = initialSilence
        self.silenceAfterGreeting = silenceAfterGreeting
        self.longestGreeting = longestGreeting
        self.mostWords = mostWords
        self.shortestWord = shortestWord
        self.betweenWords = betweenWords
        self.longest = longest
        self.silenceDecibels = silenceDecibels
        self.awaitsEndOfGreeting = awaitsEndOfGreeting
        self.silenceAfterMachine = silenceAfterMachine
    }

    /// Why it cannot be used; nil if it can.
    public var problem: String? {
        let times = [initialSilence, silenceAfterGreeting, longestGreeting, longest, silenceAfterMachine]
        guard times.allSatisfy({ (100...60_000).contains($0) }) else { return "A time is outside 100 to 60000 ms." }
        guard (20...1_000).contains(shortestWord), (20...1_000).contains(betweenWords) else {
            return "A word's length, or the silence between two, is outside 20 to 1000 ms."
        }
        guard shortestWord % 20 == 0 else { return "The shortest word is no multiple of 20 ms." }
        guard (1...50).contains(mostWords) else { return "The most words are outside 1 to 50." }
        guard (20...70).contains(silenceDecibels) else { return "Silence is outside 20 to 70 dB below full scale." }
        return nil
    }
}

/// It is known who or what has answered. Published by media-server once for each time it was asked to find out.
public struct LegAnswerClassified: Fact, Equatable {
    public static let topic = "leg.answer_classified"
    public let legID: LegID
    public let result: AnswerResult
    /// A sentence with the figures that decided.
    public let reason: String
    /// How long it took, in milliseconds of sound.
    public let milliseconds: Int
    public var subject: String { legID.rawValue }

    public init(legID: LegID, result: AnswerResult, reason: String, milliseconds: Int) {
        self.legID = legID
        self.result = result
        self.reason = reason
        self.milliseconds = milliseconds
    }
}

/// A machine's greeting is over: what is said now is recorded by it. Published by media-server after
/// `leg.answer_classified` with `machine`.
public struct LegGreetingEnded: Fact, Equatable {
    public static let topic = "leg.greeting_ended"
    public let legID: LegID
    /// A beep was heard; otherwise it only fell silent.
    public let hadBeep: Bool
    public var subject: String { legID.rawValue }

    public init(legID: LegID, hadBeep: Bool) {
        self.legID = legID
        self.hadBeep = hadBeep
    }
}
