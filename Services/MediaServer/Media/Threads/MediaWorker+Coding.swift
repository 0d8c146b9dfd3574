import Codecs
import Contracts
import Logging
import RTP
import SDP

extension MediaWorker {
    /// Takes what was agreed on with the far end, and makes the coders it needs.
    mutating func describe(_ slot: Int, _ remote: RemoteMedia) {
        let before = legs[slot].remote
        legs[slot].remote = remote
        guard before == nil || before?.isCoded(like: remote) == false else { return }
        legs[slot].egress.clockRate = remote.codec.clockRate
        legs[slot].egress.switchSource()
        if !legs[slot].digits.isActive {
            legs[slot].digits = TelephoneEventSender(samplesPerFrame: remote.telephoneEventClockRate / 50)
        }
        do {
            legs[slot].voice = remote.isPlain ? nil : try LegVoice(remote)
        } catch {
            legs[slot].voice = nil
            cannotCode(slot, error)
        }
        listen(slot)
        sitAnew(slot)
    }

    /// A bridge that could be relayed may have to be translated now, or the other way round; a room hears another codec.
    private mutating func sitAnew(_ slot: Int) {
        if let peer = legs[slot].peer {
            join(slot, peer)
        } else if let seat = seatOf[slot] {
            if seat.room.id.isPair, let other = seat.room.slots.compactMap({ $0 }).first(where: { $0 != slot }) {
                join(slot, other)
            }
            if let seat = seatOf[slot] { seat.room.describe(seat.index, legs[slot].remote?.codec) }
        }
    }

    /// Gives the leg an ear if anybody needs one, and takes it away if nobody does.
    mutating func listen(_ slot: Int) {
        guard let remote = legs[slot].remote else { return }
        let hearsKeys = remote.telephoneEventPayloadType == nil
        guard
            hearsKeys || legs[slot].answerEar != nil || legs[slot].speechEar != nil
                || (legs[slot].track != nil && remote.law == nil)
        else {
            legs[slot].ear = nil
            return
        }
        if let ear = legs[slot].ear, ear.codec == remote.codec, (ear.keys != nil) == hearsKeys { return }
        do {
            legs[slot].ear = try LegEar(remote.codec, hearsKeys: hearsKeys)
        } catch {
            legs[slot].ear = nil
            cannotCode(slot, error)
        }
    }

    mutating func detectAnswer(_ slot: Int, _ detection: AnswerDetection) {
        legs[slot].answerEar = AnswerEar(detection, at: now)
        listen(slot)
    }

    mutating func tell(_ slot: Int, _ ear: AnswerEar, _ findings: [AnswerClassifier.Finding]) {
        for finding in findings { tell(.answer(legs[slot].id, finding, milliseconds: ear.milliseconds)) }
        guard ear.isDone else { return }
        legs[slot].answerEar = nil
        listen(slot)
    }

    private func cannotCode(_ slot: Int, _ error: CodecError) {
        surroundings.log.error(
            "a leg's sound cannot be coded", metadata: ["leg.id": "\(legs[slot].id)", "error": "\(error)"])
    }

    /// Passes on what a packet says to the recording, and listens for keys in it.
    mutating func hear(
        _ slot: Int, _ ear: LegEar, _ header: RTPHeader, _ payload: UnsafeRawBufferPointer, _ law: G711?
    ) {
        let heard = ear.take(header, payload)
        if let track = legs[slot].track {
            let arrival = MediaClock.samples(now)
            if let law {
                track.append(payload, law: law, at: legs[slot].timeline.position(of: header, arrival: arrival))
            } else if !heard.isEmpty {
                var narrow = header
                narrow.timestamp = ear.narrowTimestamp
                let position = legs[slot].timeline.position(of: narrow, arrival: arrival)
                let bytes = UnsafeMutableRawBufferPointer(rebasing: coded[..<heard.count])
                for index in 0..<heard.count { bytes[index] = G711.aLaw.encode(heard[index]) }
                track.append(UnsafeRawBufferPointer(bytes), law: .aLaw, at: position)
            }
        }
        if let answerEar = legs[slot].answerEar { tell(slot, answerEar, answerEar.take(heard)) }
        hearSpeech(slot, heard)
        guard let keys = ear.keys, !heard.isEmpty else { return }
        let wasPressed = keys.isPressed
        let press = keys.take(heard)
        if keys.isPressed, !wasPressed, legs[slot].playback?.options.stopsOnDigit == true {
            endPlayback(slot, .interrupted)
        }
        if let press { tell(.digit(legs[slot].id, press.key, milliseconds: press.milliseconds)) }
    }
}

extension RemoteMedia {
    /// The same coders serve.
    fileprivate func isCoded(like other: RemoteMedia) -> Bool {
        codec == other.codec && packetTime == other.packetTime && wishes == other.wishes
            && (telephoneEventPayloadType == nil) == (other.telephoneEventPayloadType == nil)
            && telephoneEventClockRate == other.telephoneEventClockRate
    }
}
