// REFER in a call (RFC 3515): the peer asks to be replaced by somebody else, and is told how that goes.

/// Where a peer wants its call to lead.
public struct SIPReferral: Sendable, Equatable {
    /// What Refer-To names, without the headers to be put into the request.
    public let target: SIPURI
    /// The call that the new one is to replace: an attended transfer (RFC 5589 §7).
    public let replaces: SIPReplaces?
    /// The number of our call that is meant, if there is one (`SIPCall.number`).
    public internal(set) var replacedCall: UInt64?

    /// Nil unless there is exactly one Refer-To that can be read (RFC 3515 §2.4.2).
    init?(_ request: SIPRequest) {
        let values = request.headers.values(.referTo)
        guard values.count == 1, let address = values.first.flatMap({ try? NameAddress($0) }) else { return nil }
        var target = address.uri
        let headers = target.headers
        target.headers = nil
        self.target = target
        let named = SIPReplaces.named(in: headers)
        replaces = named.flatMap { SIPReplaces($0) }
        if named != nil, replaces == nil { return nil }
    }
}

/// A REFER that waits for its answer.
struct PeerReferral {
    let transaction: TransactionID
    let request: SIPRequest
    let serial: UInt32
}

/// A REFER that was accepted, and whose outcome is still to be told.
struct AcceptedReferral {
    let number: UInt32
    /// The first of a dialog is told of without its number (§2.4.6).
    let isFirst: Bool
}

extension Session {
    mutating func referred(_ request: SIPRequest, _ transaction: TransactionID) -> [SessionAction] {
        guard phase == .talking, !hasTold, peerReferral == nil else {
            return [.respond(transaction, response(to: request, 500, nil, ["Retry-After": "2"]))]
        }
        guard let referral = SIPReferral(request) else {
            return [.respond(transaction, response(to: request, 400, nil, [:]))]
        }
        serial += 1
        peerReferral = PeerReferral(transaction: transaction, request: request, serial: serial)
        // Half of what the peer waits for its response.
        return [.set(.referralPending, settings.timers.giveUp / 2, serial)] + tell(.referred(referral))
    }

    mutating func acceptReferral() -> [SessionAction] {
        guard let referral = peerReferral, phase == .talking else { return [] }
        peerReferral = nil
        acceptedReferral = AcceptedReferral(number: referral.request.cseq.number, isFirst: !hasReferral)
        hasReferral = true
        return [.respond(referral.transaction, response(to: referral.request, 202, nil, [:]))]
    }

    mutating func refuseReferral(_ status: SIPStatus) -> [SessionAction] {
        guard let referral = peerReferral, status.code >= 300 else { return [] }
        peerReferral = nil
        return [.respond(referral.transaction, response(to: referral.request, status, nil, [:]))]
    }

    mutating func referralPendingTooLong(_ serial: UInt32) -> [SessionAction] {
        peerReferral?.serial == serial ? refuseReferral(500) : []
    }

    /// NOTIFY with the status as it would be told by the new call (§2.4.5).
    mutating func notifyReferral(_ status: SIPStatus, isLast: Bool) -> [SessionAction] {
        guard let referral = acceptedReferral else { return [] }
        if isLast { acceptedReferral = nil }
        let body = SIPBody(
            type: "message/sipfrag;version=2.0", bytes: Array("SIP/2.0 \(status.code) \(status.reason)\r\n".utf8))
        let headers: SIPHeaders = [
            "Event": referral.isFirst ? "refer" : "refer;id=\(referral.number)",
            "Subscription-State": isLast ? "terminated;reason=noresource" : "active;expires=60",
        ]
        return send(.notify, body, headers, nil)
    }
}
