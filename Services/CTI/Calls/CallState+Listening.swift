import Contracts

// A number that we called has answered: to a person's ear it goes to the queue, to anything else it ends.

extension CallState {
    /// How much longer than the detection itself is waited for its result.
    private static let patience = Duration.seconds(2)

    mutating func customerAnswered() -> [CallAction] {
        guard onAnswer != nil else { return end(.systemFailed) }
        guard detection != nil else { return goToQueue(because: "answered") }
        phase = .listening
        return detect()
    }

    /// Asked again, it begins anew.
    func detect() -> [CallAction] {
        guard let detection else { return [] }
        let due = now.adding(.milliseconds(detection.longest)).adding(Self.patience)
        return [.command(customerLeg, [.detectAnswer(detection)]), .startTimer(.detection, at: due)]
    }

    /// Whoever may be a person is heard by one.
    mutating func classified(_ result: AnswerResult) -> [CallAction] {
        if phase == .inFlow { return flowInput(.heard(result)) }
        guard phase == .listening else { return [] }
        return switch result {
        case .human: goToQueue(because: "answered")
        case .silence, .unsure: goToQueue(because: result.rawValue)
        case .machine: end(.machine)
        case .fax: end(.fax)
        case .busyTone: end(.busy)
        case .congestionTone: end(.unavailable)
        case .specialTone: end(.notFound)
        }
    }

    private mutating func goToQueue(because reason: String) -> [CallAction] {
        guard let onAnswer else { return end(.systemFailed) }
        return enqueue(onAnswer, isFromFlow: false, because: reason)
    }
}
