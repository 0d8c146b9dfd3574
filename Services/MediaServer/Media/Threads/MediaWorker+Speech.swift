import Contracts

// Somebody is listened to for what he says.

extension MediaWorker {
    /// Begins anew, or ends.
    mutating func listenForSpeech(_ slot: Int, _ recognition: SpeechRecognition?) {
        legs[slot].speechEar = recognition.map { SpeechEar($0, at: now) }
        listen(slot)
    }

    mutating func hearSpeech(_ slot: Int, _ samples: UnsafeBufferPointer<Int16>) {
        guard let ear = legs[slot].speechEar else { return }
        tell(slot, ear, ear.take(samples, isPrompted: legs[slot].playback != nil))
    }

    mutating func catchUpSpeech(_ slot: Int) {
        guard let ear = legs[slot].speechEar else { return }
        tell(slot, ear, ear.catchUp(at: now, isPrompted: legs[slot].playback != nil))
    }

    private mutating func tell(_ slot: Int, _ ear: SpeechEar, _ findings: [SpeechFinding]) {
        for finding in findings {
            // Who speaks has heard enough.
            if finding == .began { endPlayback(slot, .interrupted) }
            tell(.speech(legs[slot].id, ear.recognitionID, finding))
        }
        guard ear.isDone else { return }
        legs[slot].speechEar = nil
        listen(slot)
    }
}
