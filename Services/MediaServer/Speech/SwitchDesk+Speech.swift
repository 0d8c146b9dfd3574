import Contracts
import Logging

// What becomes of what was said.

extension SwitchDesk {
    func heardSpeech(_ leg: LegID, _ recognition: Int, _ finding: SpeechFinding) {
        guard let order = state.legs[leg]?.recognition, order.recognitionID == recognition else { return }
        func end(_ outcome: SpeechOutcome, _ reason: String) {
            ended(LegSpeechRecognized(legID: leg, recognitionID: recognition, outcome: outcome, reason: reason))
        }
        switch finding {
        case .began: break
        case .silence: end(.silence, "Nothing was said for \(order.initialSilence) ms.")
        case .tooLong: end(.timedOut, "It went on for \(order.longest) ms.")
        case .spoke(let sound):
            later { [post, recognizer = parts.recognizer] in
                post(.recognized(await recognizer.recognize(sound, order, on: leg)))
            }
        }
    }

    func ended(_ fact: LegSpeechRecognized) {
        parts.metrics.recognized(fact.outcome)
        if fact.outcome == .engineFailed {
            parts.log.error(
                "speech not recognized", metadata: ["leg.id": "\(fact.legID)", "reason": "\(fact.reason ?? "")"])
        }
        decide(.recognized(fact))
    }
}
