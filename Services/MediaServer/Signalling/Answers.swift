import Contracts
import Logging
import SIP

// Who or what answered a call that we made, and why one was not answered.

extension SwitchDesk {
    func found(_ finding: AnswerClassifier.Finding, of id: LegID, after milliseconds: Int) {
        guard let leg = state.legs[id], !leg.isEnding else { return }
        switch finding {
        case .result(let result, let reason):
            if leg.state != .answered { earlyTones[id] = result }
            parts.log.info(
                "answer classified",
                metadata: ["leg.id": "\(id)", "result": "\(result.rawValue)", "reason": "\(reason)"])
            parts.metrics.classified(result)
            parts.publish(
                LegAnswerClassified(legID: id, result: result, reason: reason, milliseconds: milliseconds), leg.tenant)
        case .greetingEnded(let hadBeep):
            parts.publish(LegGreetingEnded(legID: id, hadBeep: hadBeep), leg.tenant)
        }
    }
}

extension DialFailure {
    /// What a refused INVITE means, with the network's own cause (Q.850, RFC 3326) where it is told and the tone that was
    /// heard before it.
    init(_ response: SIPResponse, tone: AnswerResult?) {
        let causes = response.headers.values(.reason).lazy.compactMap(Self.cause(inReason:))
        self = causes.first.flatMap(Self.init(cause:)) ?? Self(tone: tone) ?? Self(status: response.status.code)
    }

    /// `Q.850;cause=16;text="…"`
    static func cause(inReason reason: String) -> Int? {
        let parts = reason.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
        guard parts.first == "q.850" else { return nil }
        return parts.first { $0.hasPrefix("cause=") }.flatMap { Int($0.dropFirst(6)) }
    }

    /// Nil for a cause that says no more than that the call ended.
    init?(cause: Int) {
        switch cause {
        case 1, 22, 28: self = .empty
        case 17: self = .busy
        case 18, 19: self = .noAnswer
        case 20: self = .switchedOff
        case 21, 55, 57, 87: self = .barred
        case 23: self = .forwarded
        case 2, 3, 27: self = .unreachable
        case 34, 38, 41, 42, 44, 47: self = .networkBusy
        default: return nil
        }
    }

    /// Nil for what says nothing of why.
    init?(tone: AnswerResult?) {
        switch tone {
        case .busyTone: self = .busy
        case .congestionTone: self = .networkBusy
        case .specialTone: self = .empty
        case .human, .machine, .fax, .silence, .unsure, nil: return nil
        }
    }

    init(status: Int) {
        switch status {
        case 404, 410, 484, 485, 604: self = .empty
        case 486, 600: self = .busy
        case 408, 487: self = .noAnswer
        case 480: self = .unreachable
        case 403, 603, 607, 608: self = .barred
        case 301, 302, 380: self = .forwarded
        case 503: self = .networkBusy
        default: self = .other
        }
    }
}
