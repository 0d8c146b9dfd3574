import Contracts
import Speech

/// What becomes of the nodes that do something for the caller, when a flow is only tried.
extension FlowSimulation {
    /// What a callback, a look-up or a request comes to.
    struct Answer: Codable, Sendable, Equatable {
        /// Nobody answered in time.
        var failed: Bool?
        /// Of a request.
        var status: Int?
        var body: JSONValue?
        /// Of a look-up.
        var customer: CustomerCard?
        /// Of `calledBefore`; nobody called if it is left out.
        var earlierCall: EarlierCall?
    }

    struct SurveyScore: Codable, Sendable, Equatable {
        let question: String
        let score: Int
    }

    /// The caller speaks for as long as the script says, and falls silent.
    mutating func recorded() -> End? {
        if isPlaying {
            isPlaying = false
            tell(.playFinished)
            return nil
        }
        guard run.taking?.stage == .sound, let timer else {
            guard let timer else { return .tooLong }
            now = now.adding(.seconds(timer.seconds))
            tell(.timeout(step: timer.step))
            return nil
        }
        let seconds = next(\.recordings) ?? 5
        now = now.adding(.seconds(min(seconds, timer.seconds)))
        tell(seconds < timer.seconds ? .heard(.silence) : .timeout(step: timer.step))
        return nil
    }

    /// What he says is held against what is expected; an engine is not asked.
    mutating func listened() -> End? {
        guard let order = listening else { return .tooLong }
        listening = nil
        isPlaying = false
        let said = next(\.speech) ?? ""
        if let last = result.steps.indices.last, !said.isEmpty {
            result.steps[last].spoken = (result.steps[last].spoken ?? []) + [said]
        }
        if said.isEmpty { now = now.adding(.milliseconds(order.initialSilence)) }
        let phrase = SpokenText.phrase(in: said, of: order.phrases)
        let digits = order.maximumDigits.flatMap { most in
            SpokenText.digits(in: said, (order.minimumDigits ?? 1)...max(order.minimumDigits ?? 1, most))
        }
        let outcome: SpeechOutcome =
            said.isEmpty ? .silence : phrase != nil || digits != nil ? .understood : .notUnderstood
        tell(
            .recognized(
                LegSpeechRecognized(
                    legID: LegID(rawValue: "simulated"), recognitionID: order.recognitionID, outcome: outcome,
                    text: said, phrase: phrase, digits: phrase == nil ? digits : nil)))
        return nil
    }

    mutating func answered() -> End? {
        guard let (question, step) = question else { return .tooLong }
        self.question = nil
        let answer = next(\.answers)
        guard answer?.failed != true else {
            now = now.adding(.seconds(timer?.seconds ?? 0))
            tell(.answered(step: step, .failed))
            return nil
        }
        switch question {
        case .callback: tell(.answered(step: step, .done))
        case .customer: tell(.answered(step: step, .customer(answer?.customer)))
        case .earlierCall: tell(.answered(step: step, .earlierCall(answer?.earlierCall)))
        case .request: tell(.answered(step: step, .response(status: answer?.status ?? 200, body: answer?.body)))
        }
        return nil
    }
}
