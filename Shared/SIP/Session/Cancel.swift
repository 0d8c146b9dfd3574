// CANCEL from both sides (RFC 3261 §9), and the limit on ringing.

extension Session {
    /// The caller gave up; the CANCEL itself was answered by the endpoint.
    mutating func cancelled(_ cancel: SIPRequest) -> [SessionAction] {
        if peerOffer?.request.cseq.number == cancel.cseq.number { return refuseOffer(487) }
        guard phase == .incoming, let inviteTransaction else { return [] }
        return [.respond(inviteTransaction, response(to: invite, 487, nil, [:]))] + finish(.cancelled(cancel))
    }

    mutating func sendCancel() -> [SessionAction] {
        guard phase == .calling, !hasCancelled, let inviteTransaction else { return [] }
        hasCancelled = true
        // §9.1: when 64·T1 bring no final response, the call is taken for cancelled.
        return [.cancel(inviteTransaction), .set(.cancelling, settings.timers.giveUp, 0)]
    }

    mutating func ringingTooLong() -> [SessionAction] {
        switch phase {
        case .calling: return hangUp(.timedOut(.ringing), [:])
        case .incoming:
            guard let inviteTransaction else { return [] }
            return [.respond(inviteTransaction, response(to: invite, 480, nil, [:]))] + finish(.timedOut(.ringing))
        case .talking, .ended: return []
        }
    }
}
