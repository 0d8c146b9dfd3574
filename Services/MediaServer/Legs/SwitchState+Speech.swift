import Contracts

// Legs that are listened to for what is said. Keys win: who presses one is not listened to any more.

extension SwitchState {
    mutating func recognize(_ order: SpeechRecognition, on leg: Leg) throws(Failure) -> [Action] {
        try requireAnswered(leg)
        if let problem = order.problem { throw Failure(.invalid, problem) }
        // Told again, nothing changes.
        if leg.recognition?.recognitionID == order.recognitionID { return [] }
        note(order, on: leg.id)
        return [.recognize(leg.id, order)]
    }

    mutating func stopRecognizing(_ leg: LegID) -> [Action] {
        guard legs[leg]?.recognition != nil else { return [] }
        note(nil, on: leg)
        return [.stopRecognizing(leg)]
    }

    /// What comes of a recognition that is not wanted any more is nobody's business.
    mutating func recognized(_ fact: LegSpeechRecognized) -> [Action] {
        guard let leg = legs[fact.legID], leg.recognition?.recognitionID == fact.recognitionID else { return [] }
        note(nil, on: leg.id)
        return [.publish(fact, leg.tenant)]
    }
}
