import Contracts
import Foundation
import Logging
import SDP
import SIP

// What happens to a call, from both directions, and how it is ended.

extension SwitchDesk {
    func happened(_ event: SIPCallEvent, to leg: LegID) {
        switch event {
        case .progress(let response): progressed(leg, response)
        case .answered(let response):
            reached(leg, isAnswered: true)
            answered(leg, response.body)
        case .confirmed(let ack): confirmed(leg, ack.body)
        case .offered(let request): offered(leg, request.body)
        case .offerAccepted(let response): offerAccepted(leg, response.body)
        case .offerRefused(let response): offerRefused(leg, response.status.code)
        case .received(let request): received(leg, request)
        case .referred(let referral): referred(leg, referral)
        case .ended(let end): if !huntGoesOn(leg, end) { ended(leg, end) }
        }
    }

    /// The far end rings. A description is early media: what it sounds like before it answers is connected at once. One
    /// that leads to no sound is left aside, for the answer brings another.
    private func progressed(_ leg: LegID, _ response: SIPResponse) {
        guard response.status.code >= 180 else { return }
        reached(leg, isAnswered: false)
        decide(.ringing(leg, hasSound: !response.body.isEmpty && accept(leg, response.body)))
    }

    /// Our INVITE was answered.
    private func answered(_ leg: LegID, _ body: [UInt8]) {
        // Some gateways describe their sound while they ring and leave it out of the answer: it holds.
        let isKnown = body.isEmpty && lines[leg]?.isConnected == true
        guard isKnown || accept(leg, body) else { return decide(.soundFailed(leg)) }
        decide(.answered(leg))
    }

    /// Our answer was acknowledged; its body is the answer to the offer that was in it, if there was one.
    private func confirmed(_ leg: LegID, _ body: [UInt8]) {
        guard let line = lines[leg] else { return }
        if line.awaitsAnswer {
            lines[leg]?.awaitsAnswer = false
            // In a call that stands, what was agreed on before goes on.
            guard accept(leg, body) || line.isConnected else { return decide(.soundFailed(leg)) }
        }
        decide(.answered(leg))
    }

    /// Takes the answer to our offer.
    /// - Returns: whether there is sound now.
    func accept(_ leg: LegID, _ body: [UInt8]) -> Bool {
        guard var line = lines[leg] else { return false }
        do {
            let agreed = try line.audio.accept(try SessionDescription(parsing: body))
            try parts.engine.connect(leg, RemoteMedia(agreed))
            line.isConnected = true
            lines[leg] = line
            return true
        } catch {
            parts.log.warning("no common sound", metadata: ["leg.id": "\(leg)", "error": "\(error)"])
            return false
        }
    }

    /// The far end changes the sound: a new address, hold, or another codec.
    private func offered(_ leg: LegID, _ body: [UInt8]) {
        guard var line = lines[leg] else { return }
        guard !body.isEmpty else {
            let offer = line.audio.offer()
            line.awaitsAnswer = true
            lines[leg] = line
            line.call?.acceptOffer(.sdp(offer.description))
            return
        }
        do {
            let offer = try SessionDescription(parsing: body)
            if offer.wantsImage { return imageOffered(leg, offer) }
            let (answer, agreed) = try line.audio.answer(offer)
            try parts.engine.connect(leg, RemoteMedia(agreed))
            line.awaitsAnswer = false
            line.isConnected = true
            let wasImage = line.isImage
            line.isImage = false
            lines[leg] = line
            line.call?.acceptOffer(.sdp(answer.description))
            if wasImage { soundIsBack(leg) }
        } catch {
            line.call?.refuseOffer()
        }
    }

    /// Keys by INFO, for phones that do not send them as telephone-events.
    private func received(_ leg: LegID, _ request: SIPRequest) {
        if let key = InfoKey.read(request) { decide(.key(leg, key)) }
    }

    private func ended(_ leg: LegID, _ end: SIPCallEnd) {
        let wanted = lines[leg]?.endCause
        switch end {
        case .byPeer, .cancelled: decide(.ended(leg, wanted ?? .remote, sipStatus: nil))
        case .byUs: decide(.ended(leg, wanted ?? .local, sipStatus: nil))
        case .refused(let response):
            decide(
                .ended(
                    leg, wanted ?? EndCause(response), sipStatus: Int(response.status.code),
                    failure: wanted == nil ? DialFailure(response, tone: earlyTones[leg]) : nil))
        case .timedOut(.ringing):
            decide(
                .ended(
                    leg, wanted ?? .noAnswer, sipStatus: nil,
                    failure: wanted == nil ? DialFailure(tone: earlyTones[leg]) ?? .noAnswer : nil))
        case .timedOut: decide(.ended(leg, wanted ?? .failed, sipStatus: nil))
        }
    }

    func hangUp(_ id: LegID, _ cause: EndCause) {
        guard let leg = state.legs[id], let call = lines[id]?.call else {
            return decide(.ended(id, cause, sipStatus: nil))
        }
        lines[id]?.endCause = cause
        if !leg.isOutbound, leg.state == .arrived, !leg.isAnswering {
            // A telephone that dials is refused for nobody uses it now.
            let isOurs = leg.phoneID != nil && cause == .rejected
            let status = isOurs ? SIPStatus(403, "Nobody Is Signed In Here") : cause.status
            call.reject(status, headers: status.code == 503 ? ["Retry-After": "5"] : [:])
        } else {
            call.hangUp()
        }
    }
}

extension EndCause {
    /// What a caller is told who is not answered.
    var status: SIPStatus {
        switch self {
        case .busy: 486
        case .rejected: 603
        case .notFound: 404
        case .unavailable, .congestion: 503
        case .remote, .local, .noAnswer, .mediaTimeout, .failed: 480
        }
    }

    /// What a refused INVITE means.
    init(_ response: SIPResponse) {
        switch response.status.code {
        case 486, 600: self = .busy
        // Not the called, but whoever was to find it has kept silent.
        case 408 where response.isLocal: self = .unavailable
        case 408, 480, 487: self = .noAnswer
        case 401, 403, 407, 603, 607, 608: self = .rejected
        case 404, 410, 484, 604: self = .notFound
        case 503: self = .congestion
        case 500...599: self = .unavailable
        default: self = .failed
        }
    }
}
