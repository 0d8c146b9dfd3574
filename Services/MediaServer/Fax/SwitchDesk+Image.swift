import Contracts
import Fax
import Logging
import SDP
import SIP

/// What a re-INVITE of ours asks of a far end.
enum ImageQuestion: Sendable, Equatable {
    /// T.38 for the fax on the leg.
    case fax
    /// T.38, which the leg it is bridged with wants.
    case peer(LegID)
    /// Sound, as before the fax.
    case sound
}

// A call's sound gives way to T.38 and comes back: for a fax of ours, or because one leg of a bridge wants it of the other.

extension SwitchDesk {
    // MARK: A fax of ours

    func talk(_ id: FaxID, _ input: FaxTalk.Input) {
        guard let fax = faxes[id] else { return }
        for action in faxes[id]?.talk.handle(input) ?? [] {
            switch action {
            case .offer:
                if !ask(fax.leg, .fax, { $0.offerImage() }) { _ = faxes[id]?.talk.handle(.refused) }
            case .accept: if acceptImage(fax.leg) { talk(id, .agreed) }
            case .refuse: lines[fax.leg]?.call?.refuseOffer()
            case .change: changeWorker(id)
            }
        }
    }

    private func changeWorker(_ id: FaxID) {
        guard let fax = faxes[id], let terms = lines[fax.leg]?.imageTerms,
            let message = try? FaxProcess.changing(to: terms)
        else { return }
        parts.log.info("fax by T.38", metadata: ["leg.id": "\(fax.leg)", "fax.id": "\(id)"])
        parts.engine.tellFax(fax.leg, message)
    }

    /// Sends a re-INVITE.
    /// - Returns: false where none can be sent.
    private func ask(
        _ leg: LegID, _ question: ImageQuestion, _ offer: (inout AudioSession) -> SessionDescription
    ) -> Bool {
        guard var line = lines[leg], let call = line.call, state.legs[leg]?.isEnding == false else { return false }
        let description = offer(&line.audio)
        line.asks = question
        lines[leg] = line
        call.offer(.sdp(description.description))
        return true
    }

    // MARK: What the far end says of ours

    func offerAccepted(_ leg: LegID, _ body: [UInt8]) {
        guard let question = lines[leg]?.asks else { return }
        lines[leg]?.asks = nil
        switch question {
        case .sound:
            lines[leg]?.isImage = false
            _ = accept(leg, body)
        case .fax:
            guard let fax = state.legs[leg]?.fax else { return bringSoundBack(leg) }
            talk(fax, connectImage(leg, answer: body) == nil ? .refused : .agreed)
        case .peer(let other):
            guard let agreed = connectImage(leg, answer: body) else { return refuseImage(other) }
            answerImage(other, saying: agreed.terms)
        }
    }

    func offerRefused(_ leg: LegID, _ status: Int) {
        guard let question = lines[leg]?.asks else { return }
        lines[leg]?.asks = nil
        parts.log.info("re-INVITE refused", metadata: ["leg.id": "\(leg)", "sip.status": "\(status)"])
        switch question {
        case .sound: break
        case .fax: if let fax = state.legs[leg]?.fax { talk(fax, .refused) }
        // The peers stay with their modems in the sound.
        case .peer(let other): refuseImage(other)
        }
    }

    private func connectImage(_ leg: LegID, answer body: [UInt8]) -> AgreedImage? {
        guard let line = lines[leg] else { return nil }
        do {
            let agreed = try line.audio.acceptImage(try SessionDescription(parsing: body))
            try connect(leg, agreed)
            return agreed
        } catch {
            parts.log.warning("no T.38", metadata: ["leg.id": "\(leg)", "error": "\(error)"])
            return nil
        }
    }

    private func connect(_ leg: LegID, _ agreed: AgreedImage) throws {
        try parts.engine.connectImage(leg, address: agreed.remoteAddress, port: agreed.remotePort)
        lines[leg]?.isImage = true
        lines[leg]?.imageTerms = agreed.terms
    }

    // MARK: What the far end asks

    func imageOffered(_ leg: LegID, _ offer: SessionDescription) {
        lines[leg]?.imageOffer = offer
        if let fax = state.legs[leg]?.fax, faxes[fax]?.process != nil { return talk(fax, .peerOffers) }
        guard let other = state.legs[leg]?.bridgedWith, state.legs[other]?.state == .answered,
            let terms = offer.imageTerms
        else { return refuseImage(leg) }
        // Again, as to refresh the call: the other leg knows already.
        if lines[leg]?.isImage == true, lines[other]?.isImage == true {
            answerImage(leg, saying: lines[other]?.imageTerms)
            return
        }
        if !ask(other, .peer(leg), { $0.offerImage(terms) }) { refuseImage(leg) }
    }

    private func refuseImage(_ leg: LegID) {
        guard lines[leg]?.imageOffer != nil else { return }
        lines[leg]?.imageOffer = nil
        lines[leg]?.call?.refuseOffer(488)
    }

    private func acceptImage(_ leg: LegID) -> Bool { answerImage(leg, saying: nil) }

    /// - Parameter terms: the other leg's, which are the far end's partner; nil for our own.
    @discardableResult
    private func answerImage(_ leg: LegID, saying terms: T38Terms?) -> Bool {
        guard var line = lines[leg], let offer = line.imageOffer else { return false }
        do {
            let (answer, agreed) = try line.audio.answerImage(offer, saying: terms)
            line.imageOffer = nil
            lines[leg] = line
            try connect(leg, agreed)
            line.call?.acceptOffer(.sdp(answer.description))
            return true
        } catch {
            refuseImage(leg)
            return false
        }
    }

    // MARK: Back to sound

    /// Behind a fax that went by T.38, the call goes on in sound.
    func bringSoundBack(_ leg: LegID) {
        // A leg that was made for a fax has nothing else to say.
        guard lines[leg]?.isImage == true, lines[leg]?.asks == nil, state.legs[leg]?.isFax == false else { return }
        _ = ask(leg, .sound) { $0.offer() }
    }

    /// The far end has gone back to sound: so shall the leg it is bridged with.
    func soundIsBack(_ leg: LegID) {
        if let other = state.legs[leg]?.bridgedWith { bringSoundBack(other) }
    }
}
