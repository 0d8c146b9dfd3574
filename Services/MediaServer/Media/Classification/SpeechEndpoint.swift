import Contracts
import Foundation

/// Tells when somebody begins to speak and when he has ended, by listening. Pure: 20 ms go in at a time.
///
///     waiting ──120 ms of sound in 200──▶ speaking ──`silenceAfterSpeech`──▶ spoke
///        └──`initialSilence` without a prompt──▶ silence      └──`longest`──▶ tooLong
struct SpeechEndpoint: Sendable {
    enum Finding: Equatable, Sendable {
        /// From here on: what is played to him may stop.
        case began
        case spoke
        case silence
        case tooLong
    }

    private static let frameMilliseconds = 20
    /// Of the last frames so many must sound: a click is not speech.
    private static let window = 10
    private static let needed = 6

    private let settings: SpeechRecognition
    private let threshold: Double
    private var recent: [Bool] = []
    private var isSpeaking = false
    private var silence = 0
    private var spoken = 0
    private(set) var isDone = false

    init(_ settings: SpeechRecognition) {
        self.settings = settings
        threshold = pow(10, -Double(settings.silenceDecibels) / 20)
        recent.reserveCapacity(Self.window + 1)
    }

    /// - Parameters:
    ///   - frame: 160 samples at 8 kHz; empty for a frame in which nothing came.
    ///   - isPrompted: something is played to him, so that his silence does not count yet.
    mutating func take(_ frame: UnsafeBufferPointer<Int16>, isPrompted: Bool) -> Finding? {
        guard !isDone else { return nil }
        let sounds = !frame.isEmpty && SoundFrame(frame, threshold: threshold) != .silence
        return isSpeaking ? goOn(sounds) : wait(sounds, isPrompted)
    }

    private mutating func wait(_ sounds: Bool, _ isPrompted: Bool) -> Finding? {
        recent.append(sounds)
        if recent.count > Self.window { recent.removeFirst() }
        if recent.filter({ $0 }).count >= Self.needed {
            (isSpeaking, silence, spoken) = (true, 0, recent.count * Self.frameMilliseconds)
            return .began
        }
        silence = isPrompted ? 0 : silence + Self.frameMilliseconds
        guard silence >= settings.initialSilence else { return nil }
        isDone = true
        return .silence
    }

    private mutating func goOn(_ sounds: Bool) -> Finding? {
        spoken += Self.frameMilliseconds
        silence = sounds ? 0 : silence + Self.frameMilliseconds
        guard silence >= settings.silenceAfterSpeech || spoken >= settings.longest else { return nil }
        isDone = true
        return silence >= settings.silenceAfterSpeech ? .spoke : .tooLong
    }
}
