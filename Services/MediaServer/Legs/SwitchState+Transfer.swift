import Contracts

/// A telephone's own transfer key. What becomes of the call is cti's to say.
extension SwitchState {
    /// Only a tenant's telephone may ask: a carrier that could would call anywhere at our cost.
    mutating func transferAsked(_ id: LegID, _ number: String?, _ consultation: LegID?) -> [Action] {
        guard let leg = legs[id], leg.state == .answered, !leg.isEnding, !leg.asksTransfer else {
            return [.refuseReferral(id, status: 500)]
        }
        guard let phone = leg.phoneID else { return [.refuseReferral(id, status: 403)] }
        // An attended transfer leads to whom the other leg was made to, whatever the address says.
        guard let number = number ?? consultation.flatMap({ legs[$0]?.to }) else {
            return [.refuseReferral(id, status: 404)]
        }
        if let consultation {
            // Both ends of an attended transfer are that telephone's own.
            guard consultation != id, let other = legs[consultation], other.tenant == leg.tenant,
                other.phoneID == phone, !other.isEnding
            else { return [.refuseReferral(id, status: 403)] }
        }
        markTransfer(id, true)
        return [
            .acceptReferral(id),
            .publish(LegTransferAsked(legID: id, number: number, consultation: consultation), leg.tenant),
        ]
    }

    mutating func concludeTransfer(_ id: LegID, status: Int) -> [Action] {
        guard legs[id]?.asksTransfer == true else { return [] }
        markTransfer(id, false)
        return [.concludeReferral(id, status: status)]
    }
}

extension EndCause {
    /// What a telephone is told whose transfer is not to be.
    var transferStatus: Int {
        switch self {
        case .busy: 486
        case .notFound: 404
        case .rejected: 603
        case .unavailable, .congestion: 503
        case .remote, .local, .noAnswer, .mediaTimeout, .failed: 480
        }
    }
}
