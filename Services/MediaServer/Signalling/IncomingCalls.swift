import Contracts
import Logging
import SDP
import SIP

// Calls that come in: who may call, whose number it is, and what sound there will be.

extension SwitchDesk {
    func incoming(_ id: LegID, _ incoming: SIPIncomingCall) {
        do throws(CallRefusal) {
            if try replace(id, incoming) { return }
            let dialled = try phoneLeg(id, incoming)
            let leg = if let dialled { dialled } else { try admit(id, incoming) }
            try openAudio(of: leg, incoming)
            if let trunk = leg.trunkID { occupy(id, trunk) }
            parts.log.info("call arrived", metadata: ["leg.id": "\(id)", "tenant.id": "\(leg.tenant)"])
            decide(.arrived(leg))
            traceBeginning(id)
        } catch {
            // Strangers knock as often as they like; what a trunk is refused, an operator wants to know.
            parts.log.log(
                level: error.status.code == 401 || error.status.code == 403 ? .debug : .info, "call refused",
                metadata: ["sip.status": "\(error.status.code)", "reason": "\(error.reason)"])
            incoming.call.reject(error.status, headers: error.headers)
        }
    }

    private func admit(_ id: LegID, _ incoming: SIPIncomingCall) throws(CallRefusal) -> Leg {
        let book = parts.book()
        guard let trunk = book.trunk(at: incoming.source, parts.names()) else {
            throw CallRefusal(403, "the source is no trunk")
        }
        let plan = parts.configuration.numberPlan
        let request = incoming.request
        let called = trunk.settings.calledInTo == true ? request.to.uri : request.uri
        let number = trunk.calledIn.applied(to: Self.number(called) ?? "", plan)
        guard let tenant = book.tenant(of: number, plan) else { throw CallRefusal(404, "the number belongs to nobody") }
        guard state.canTakeMore(), trunkCalls[trunk.id, default: 0] < trunk.maxCalls else {
            throw CallRefusal(503, "there are too many calls", ["Retry-After": "5"])
        }
        guard !state.isOverloaded(at: now) else {
            parts.metrics.refusedInput()
            throw CallRefusal(503, "calls come faster than they are served", ["Retry-After": "5"])
        }
        return Leg(
            id: id, tenant: tenant, isOutbound: false,
            from: CallerIdentity(request, isTrusted: trunk.settings.assertsCaller == true).number.map {
                trunk.callerIn.applied(to: $0, plan)
            }
                ?? CallerIdentity.anonymous,
            to: number, trunkID: trunk.id, phoneID: nil, arrivedAt: now, state: .arrived)
    }

    /// The number in an address, if it can be one: it goes into facts and into PostgreSQL, which takes no U+0000.
    static func number(_ uri: SIPURI) -> String? {
        guard let number = uri.number, (1...64).contains(number.utf8.count),
            number.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { return nil }
        return number
    }

    private func openAudio(of leg: Leg, _ incoming: SIPIncomingCall) throws(CallRefusal) {
        var audio = try openPort(leg.id, leg.trunkID.flatMap { parts.book().trunk($0)?.codecs })
        var line = Line(call: incoming.call, audio: audio)
        // An INVITE without an offer wants ours in the answer (RFC 3261 §13.2.1).
        if !incoming.request.body.isEmpty {
            do {
                let (answer, agreed) = try audio.answer(try SessionDescription(parsing: incoming.request.body))
                try parts.engine.connect(leg.id, RemoteMedia(agreed))
                line.answer = answer
                line.audio = audio
                line.isConnected = true
            } catch {
                parts.engine.close(leg.id)
                throw CallRefusal(488, "there is no common sound: \(error)")
            }
        }
        lines[leg.id] = line
    }

    /// - Parameters:
    ///   - codecs: what a trunk may speak, best first; nil for all.
    ///   - codec: what is offered first, if it is among them.
    func openPort(
        _ leg: LegID, _ codecs: [AudioCodec]? = nil, preferring codec: AudioCodec? = nil
    ) throws(CallRefusal) -> AudioSession {
        do {
            return audio(port: try parts.engine.open(leg).port, codecs, preferring: codec)
        } catch {
            throw CallRefusal(503, "\(error)", ["Retry-After": "5"])
        }
    }

    func audio(port: UInt16, _ codecs: [AudioCodec]?, preferring codec: AudioCodec? = nil) -> AudioSession {
        AudioSession(
            address: parts.configuration.sipHost, port: port, sessionID: .random(in: 1...UInt64(Int64.max)),
            codecs: (codecs ?? parts.configuration.codecs).preferring(codec), packetTime: parts.configuration.packetTime
        )
    }

    func answer(_ leg: LegID) {
        guard var line = lines[leg] else { return answerOnWeb(leg) }
        let description = line.answer ?? line.audio.offer()
        line.awaitsAnswer = line.answer == nil
        lines[leg] = line
        line.call?.answer(.sdp(description.description))
    }
}

/// Why a call is not taken: what the far end is told, and what the log says.
struct CallRefusal: Error {
    let status: SIPStatus
    let reason: String
    let headers: SIPHeaders

    init(_ status: SIPStatus, _ reason: String, _ headers: SIPHeaders = [:]) {
        self.status = status
        self.reason = reason
        self.headers = headers
    }
}
