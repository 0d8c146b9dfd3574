import Contracts

// Somebody is listened to for what he says.

extension MediaWorker {
    /// Begins anew, or ends.
    mutating func listenForSpeech(_ slot: Int, _ recognition: SpeechRecognition?) {
        legs[slot].speechEar = recognition.map { SpeechEar($0, at: now) }
        listen(slot)
    }

    mutating func hearSpeech(_ slot: Int, _ samples: UnsafeBufferPointer<Int16>) {
        let isPrompted = legs[slot].playback != nil
        tell(slot, legs[slot].speechEar?.take(samples, isPrompted: isPrompted) ?? [])
    }

    mutating func catchUpSpeech(_ slot: Int) {
        let isPrompted = legs[slot].playback != nil
        tell(slot, legs[slot].speechEar?.catchUp(at: now, isPrompted: isPrompted) ?? [])
    }

    private mutating func tell(_ slot: Int, _ findings: [SpeechFinding]) {
        guard let recognitionID = legs[slot].speechEar?.recognitionID else { return }
        for finding in findings {
            // Who speaks has heard enough.
            if finding == .began { endPlayback(slot, .interrupted) }
            tell(.speech(legs[slot].id, recognitionID, finding))
        }
        guard legs[slot].speechEar?.isDone == true else { return }
        legs[slot].speechEar = nil
        listen(slot)
    }
}
