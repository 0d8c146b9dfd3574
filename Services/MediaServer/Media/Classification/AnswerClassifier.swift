import Contracts
import Foundation

/// Tells who or what has answered, by listening: a person says hello and waits, a machine goes on speaking and beeps, a fax
/// whistles, a network has its tones. Pure: 20 ms go in at a time, findings come out, each with its reason.
///
///     listening ──short words, then a pause──▶ human
///         ├──speech that does not end, or a beep──▶ machine ──beep, or a long pause──▶ greetingEnded
///         ├──fax or network tones──▶ fax, specialTone, busy, congestion
///         ├──nothing for `initialSilence`──▶ silence
///         └──`longest`──▶ unsure
struct AnswerClassifier: Sendable {
    /// What it found.
    enum Finding: Equatable, Sendable {
        case result(AnswerResult, reason: String)
        /// After `.machine`: it listens to what we say from now on.
        case greetingEnded(hadBeep: Bool)
    }

    private enum Phase: Equatable { case listening, greeting, done }

    private static let frameMilliseconds = 20
    /// A beep is so long, in milliseconds, and so high, in Hz.
    private static let beep = (length: 160...3_000, frequency: 380...2_200)
    /// A tone that is shorter is a part of speech.
    private static let longestVowel = 140
    /// How long after the machine is known its end of greeting is waited for.
    private static let longestGreeting = 60_000

    private let settings: AnswerDetection
    private let threshold: Double
    private var phase = Phase.listening
    private var runs = ToneRuns()
    /// Since the beginning, in milliseconds.
    private var time = 0
    private var hasSpoken = false
    private var words = 0
    private var wordLength = 0
    private var isWordCounted = false
    /// How long what may be a vowel, or a tone, has sounded.
    private var tonal = 0
    /// Of all that was said.
    private var spoken = 0
    private var silence = 0
    private var ringingUntil = 0
    /// It was the beep that told the machine.
    private var hadBeep = false

    init(_ settings: AnswerDetection) {
        self.settings = settings
        threshold = pow(10, -Double(settings.silenceDecibels) / 20)
    }

    var isDone: Bool { phase == .done }

    /// - Parameter frame: 160 samples at 8 kHz; empty for a frame in which nothing came.
    mutating func take(_ frame: UnsafeBufferPointer<Int16>) -> Finding? {
        guard phase != .done else { return nil }
        let kind = frame.isEmpty ? SoundFrame.silence : SoundFrame(frame, threshold: threshold)
        let ended = runs.take(kind, at: time)
        time += Self.frameMilliseconds
        count(kind)
        return phase == .listening ? listen(ended) : awaitEnd(ended)
    }

    // MARK: Listening

    /// Speech is what is neither silence nor a steady tone; a tone that does not last is a vowel.
    private mutating func count(_ frame: SoundFrame) {
        switch frame {
        case .tone, .pair: tonal += Self.frameMilliseconds
        case .sound:
            speak(Self.frameMilliseconds + takeVowel())
            silence = 0
        case .silence:
            let vowel = takeVowel()
            if vowel > 0 {
                speak(vowel)
                silence = 0
            }
            silence += Self.frameMilliseconds
            if silence > settings.betweenWords {
                wordLength = 0
                isWordCounted = false
            }
        }
    }

    private mutating func takeVowel() -> Int {
        defer { tonal = 0 }
        return tonal < Self.longestVowel ? tonal : 0
    }

    private mutating func speak(_ milliseconds: Int) {
        wordLength += milliseconds
        spoken += milliseconds
        guard !isWordCounted, wordLength >= settings.shortestWord else { return }
        isWordCounted = true
        words += 1
        hasSpoken = true
    }

    private mutating func listen(_ ended: ToneRuns.Run?) -> Finding? {
        if let finding = network(ended) { return finding }
        if hasSpoken, let run = ended, Self.isBeep(run) {
            return found(.machine, "a beep of \(run.frequency) Hz after \(spoken) ms of speech", hadBeep: true)
        }
        if spoken >= settings.longestGreeting { return found(.machine, "it spoke for \(spoken) ms without waiting") }
        if words > settings.mostWords { return found(.machine, "it spoke \(words) words without waiting") }
        if hasSpoken, silence >= settings.silenceAfterGreeting {
            return found(.human, "\(spoken) ms of speech, then \(silence) ms of silence")
        }
        if !hasSpoken, time - ringingUntil >= settings.initialSilence, silence >= settings.initialSilence,
            runs.current == nil
        {
            return found(.silence, "nothing was said for \(time - ringingUntil) ms")
        }
        if time >= settings.longest { return found(.unsure, "neither is certain after \(time) ms") }
        return nil
    }

    private mutating func network(_ ended: ToneRuns.Run?) -> Finding? {
        guard let (tone, reason) = SignalTone.meaning(of: runs, afterSpeech: hasSpoken) else { return nil }
        switch tone {
        case .fax: return found(.fax, reason)
        case .special(let kind): return found(.specialTone, "\(reason): \(kind.rawValue)")
        case .busy: return found(.busyTone, reason)
        case .congestion: return found(.congestionTone, reason)
        case .ringing:
            // It still rings: nobody has been asked to speak.
            if ended != nil { ringingUntil = time + 4_000 }
            return nil
        }
    }

    private mutating func found(_ result: AnswerResult, _ reason: String, hadBeep: Bool = false) -> Finding {
        phase = result == .machine && settings.awaitsEndOfGreeting ? .greeting : .done
        self.hadBeep = hadBeep
        return .result(result, reason: reason)
    }

    private static func isBeep(_ run: ToneRuns.Run) -> Bool {
        !run.isPair && beep.length.contains(run.milliseconds) && beep.frequency.contains(run.frequency)
    }

    // MARK: The end of a machine's greeting

    private mutating func awaitEnd(_ ended: ToneRuns.Run?) -> Finding? {
        if hadBeep { return greetingEnded(true) }
        if let run = ended, Self.isBeep(run) { return greetingEnded(true) }
        if silence >= settings.silenceAfterMachine, runs.current == nil { return greetingEnded(false) }
        return time >= Self.longestGreeting ? greetingEnded(false) : nil
    }

    private mutating func greetingEnded(_ hadBeep: Bool) -> Finding {
        phase = .done
        return .greetingEnded(hadBeep: hadBeep)
    }
}
