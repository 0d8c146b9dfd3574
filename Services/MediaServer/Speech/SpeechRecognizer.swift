import Contracts
import Foundation
import Logging
import Speech
import Synchronization

/// Understands what was said: by the service of the operator's choice, if there is one and it answers, else by a worker here.
final class SpeechRecognizer: Sendable {
    private let settings: SpeechConfiguration
    private let log: Logger
    private let running = Mutex(0)

    init(_ settings: SpeechConfiguration, log: Logger) {
        self.settings = settings
        self.log = log
    }

    /// Never throws: what goes wrong is told in the fact.
    func recognize(_ sound: [Int16], _ order: SpeechRecognition, on leg: LegID) async -> LegSpeechRecognized {
        let isFree = running.withLock { running in
            guard running < settings.atOnce else { return false }
            running += 1
            return true
        }
        guard isFree else {
            return LegSpeechRecognized(
                legID: leg, recognitionID: order.recognitionID, outcome: .engineFailed,
                reason: "\(settings.atOnce) callers are being understood already.")
        }
        defer { running.withLock { $0 -= 1 } }
        let job = SpeechJob(
            language: order.language, phrases: order.phrases, minimumDigits: order.minimumDigits,
            maximumDigits: order.maximumDigits)
        return LegSpeechRecognized(await answer(to: sound, job), order, on: leg)
    }

    private func answer(to sound: [Int16], _ job: SpeechJob) async -> SpeechAnswer {
        if let provider = settings.provider {
            do {
                return try await provider.recognize(sound, job)
            } catch {
                log.warning("recognition service of no use, the worker listens", metadata: ["error": "\(error)"])
            }
        }
        return await SpeechProcess.recognize(sound, job, program: settings.program, patience: settings.patience)
    }
}

extension LegSpeechRecognized {
    /// What an engine's answer means for who asked.
    init(_ answer: SpeechAnswer, _ order: SpeechRecognition, on leg: LegID) {
        let phrase = SpokenText.phrase(in: answer.text, of: order.phrases)
        let digits = order.maximumDigits.flatMap {
            SpokenText.digits(in: answer.text, max(1, order.minimumDigits ?? 1)...max(1, $0, order.minimumDigits ?? 1))
        }
        let outcome: SpeechOutcome =
            answer.failure != nil ? .engineFailed : phrase != nil || digits != nil ? .understood : .notUnderstood
        self.init(
            legID: leg, recognitionID: order.recognitionID, outcome: outcome, text: String(answer.text.prefix(500)),
            phrase: phrase, digits: phrase == nil ? digits : nil, confidence: answer.confidence.map(Self.percent),
            words: answer.words?.prefix(100).map {
                SpokenWord(text: $0.text, confidence: $0.confidence.map(Self.percent))
            },
            alternatives: answer.alternatives?.prefix(10).map {
                SpokenWord(text: $0.text, confidence: $0.confidence.map(Self.percent))
            }, reason: answer.failure)
    }

    private static func percent(_ share: Double) -> Int {
        share.isFinite ? Int((min(1, max(0, share)) * 100).rounded()) : 0
    }
}
