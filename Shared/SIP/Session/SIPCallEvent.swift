/// What happens to a call, told to whoever handles it, in order. `ended` comes exactly once and last; after a BYE of ours when
/// the peer has answered it, or a second later.
public enum SIPCallEvent: Sendable {
    /// Our INVITE: the far end rings or speaks early (101 to 199).
    case progress(SIPResponse)
    /// Our INVITE was answered. ACK is sent by itself, unless our INVITE carried no offer: then `acknowledge` sends it.
    case answered(SIPResponse)
    /// Our answer was acknowledged; the ACK's body is the peer's answer when our 2xx carried the offer.
    case confirmed(SIPRequest)
    /// The peer's re-INVITE. Reply by `acceptOffer` or `refuseOffer`.
    case offered(SIPRequest)
    /// Our re-INVITE was accepted.
    case offerAccepted(SIPResponse)
    /// Our re-INVITE was refused, the call goes on. 491: try again after a pause.
    case offerRefused(SIPResponse)
    /// An INFO, NOTIFY or MESSAGE in the call, already answered with 200.
    case received(SIPRequest)
    /// The peer's REFER: it wants the call led elsewhere. Reply by `acceptReferral` or `refuseReferral`.
    case referred(SIPReferral)
    case ended(SIPCallEnd)
}

/// Why a call is over.
public enum SIPCallEnd: Sendable, Equatable {
    /// The peer's BYE.
    case byPeer(SIPRequest)
    /// The caller gave up before the answer.
    case cancelled(SIPRequest)
    /// Our INVITE was refused: any final response of 300 or more. `isLocal` 408: nobody answered; 503: unreachable.
    case refused(SIPResponse)
    /// By `hangUp` or `reject`.
    case byUs
    /// A limit of time: no answer within the ring limit, no ACK, or the call's longest duration.
    case timedOut(SIPCallLimit)
}

/// Which limit ended a call.
public enum SIPCallLimit: Sendable, Equatable {
    case ringing, acknowledgement, duration, session
}
