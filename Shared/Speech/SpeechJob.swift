import Foundation

/// What a worker is to understand: what the caller may say. The sound follows it: 16-bit samples at 8 kHz, low byte first, to the
/// end of the worker's input.
public struct SpeechJob: Codable, Sendable, Equatable {
    /// `zh` or `en`.
    public var language: String
    public var phrases: [String]
    /// How many digits may be said; nil for none.
    public var minimumDigits: Int?
    public var maximumDigits: Int?

    public init(language: String, phrases: [String], minimumDigits: Int? = nil, maximumDigits: Int? = nil) {
        self.language = language
        self.phrases = phrases
        self.minimumDigits = minimumDigits
        self.maximumDigits = maximumDigits
    }

    /// The longest a job itself may be.
    public static let maximumBytes = 1 << 20

    /// The job as it stands before its sound: its length in four bytes, low first, and its JSON.
    public func head() throws -> [UInt8] {
        let json = try JSONEncoder().encode(self)
        let length = UInt32(clamping: json.count)
        return (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * UInt32($0))) } + [UInt8](json)
    }

    /// Reads a job and its sound; nil if there is none.
    public static func read(_ input: [UInt8]) -> (job: SpeechJob, sound: [Int16])? {
        guard input.count >= 4 else { return nil }
        let length = input[..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= maximumBytes, input.count >= 4 + length,
            let job = try? JSONDecoder().decode(SpeechJob.self, from: Data(input[4..<(4 + length)]))
        else { return nil }
        let sound = input[(4 + length)...]
        let samples = stride(from: sound.startIndex, to: sound.endIndex - 1, by: 2).map {
            Int16(bitPattern: UInt16(sound[$0]) | UInt16(sound[$0 + 1]) << 8)
        }
        return (job, samples)
    }
}

/// What an engine has understood.
public struct SpeechAnswer: Codable, Sendable, Equatable {
    public struct Word: Codable, Sendable, Equatable {
        public var text: String
        /// From 0 to 1; nil where the engine does not say.
        public var confidence: Double?
        public init(text: String, confidence: Double? = nil) {
            self.text = text
            self.confidence = confidence
        }
    }

    /// Empty if nothing that was expected.
    public var text: String
    public var confidence: Double?
    public var words: [Word]?
    /// What else it may have been, likeliest first.
    public var alternatives: [Word]?
    /// Why there can be no answer.
    public var failure: String?

    public init(
        text: String, confidence: Double? = nil, words: [Word]? = nil, alternatives: [Word]? = nil,
        failure: String? = nil
    ) {
        self.text = text
        self.confidence = confidence
        self.words = words
        self.alternatives = alternatives
        self.failure = failure
    }
}
