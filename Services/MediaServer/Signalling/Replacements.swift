import Contracts
import Logging
import SDP
import SIP

// A telephone's call that takes the place of another of its own (RFC 3891), as when it is moved from one device to another.
// The leg stays what it is, with its bridge and its recording; only its signalling and the far end of its sound change.

/// Which call speaks for a leg: at first the one it was made with, later one that replaced that.
struct LegVoices {
    /// By the name that a call's events come under.
    private var legOf: [LegID: LegID] = [:]
    private var voiceOf: [LegID: LegID] = [:]

    mutating func replace(_ leg: LegID, by voice: LegID) {
        legOf[voice] = leg
        voiceOf[leg] = voice
    }

    /// - Returns: the leg an event is about; nil if its call was replaced.
    mutating func leg(of voice: LegID, _ event: SIPCallEvent) -> LegID? {
        let leg = legOf[voice] ?? voice
        let speaks = (voiceOf[leg] ?? leg) == voice
        if case .ended = event {
            legOf[voice] = nil
            if speaks { voiceOf[leg] = nil }
        }
        return speaks ? leg : nil
    }
}

extension SwitchDesk {
    /// - Returns: false if the call replaces none.
    func replace(_ id: LegID, _ incoming: SIPIncomingCall) throws(CallRefusal) -> Bool {
        guard let number = incoming.replaces else { return false }
        let dialled = try phoneLeg(id, incoming)
        guard let taker = dialled, let (leg, line) = lines.first(where: { $0.value.call?.number == number }),
            let known = state.legs[leg], known.tenant == taker.tenant, known.phoneID == taker.phoneID, !known.isEnding
        else { throw CallRefusal(403, "only a telephone's own call can be replaced") }
        try take(leg, line, incoming)
        voices.replace(leg, by: id)
        line.call?.hangUp()
        parts.log.info("call replaced", metadata: ["leg.id": "\(leg)", "tenant.id": "\(known.tenant)"])
        return true
    }

    private func take(_ leg: LegID, _ old: Line, _ incoming: SIPIncomingCall) throws(CallRefusal) {
        var line = old
        line.call = incoming.call
        let description: SessionDescription
        do {
            if incoming.request.body.isEmpty {
                description = line.audio.offer()
                line.awaitsAnswer = true
            } else {
                let agreed: AgreedAudio
                (description, agreed) = try line.audio.answer(SessionDescription(parsing: incoming.request.body))
                try parts.engine.connect(leg, RemoteMedia(agreed))
                line.awaitsAnswer = false
                line.isConnected = true
            }
        } catch {
            throw CallRefusal(488, "there is no common sound: \(error)")
        }
        lines[leg] = line
        incoming.call.answer(.sdp(description.description))
    }
}
