/// A call as SIP sees it, from the first INVITE to the end, with no I/O, no clock and no concurrency.
///
///     callee:  incoming ──answer──▶ talking (awaits ACK, repeats its 2xx) ──▶ talking ──▶ ended
///     caller:  calling ──2xx──▶ talking ──BYE──▶ ended
///
/// The endpoint feeds it inputs and carries out the actions it returns; one file a verb beside this one. An input that no
/// longer makes sense returns no action.
struct Session {
    enum Role { case caller, callee }
    enum Phase { case incoming, calling, talking, ended }

    let role: Role
    let settings: SessionSettings
    /// The first INVITE, as it was last sent or as it came.
    var invite: SIPRequest
    /// Callee: the INVITE to answer. Caller: the INVITE to cancel.
    var inviteTransaction: TransactionID?
    var phase: Phase
    var dialog: Dialog?
    /// Caller: what the far end's forks have opened so far.
    var earlyDialogs: [Dialog] = []
    /// `hangUp` came when nothing could yet be sent: do it at the first chance.
    var wantsEnd: SIPCallEnd?
    var hasProvisional = false
    /// Whatever it was: there is somebody.
    var hasResponse = false
    var hasCancelled = false
    var hasTold = false
    /// We have said BYE: nothing more is told but this end, when the peer has answered, or two T1 later. Until then it may
    /// take itself to be in a call.
    var farewell: SIPCallEnd?
    /// Our 2xx that has no ACK yet.
    var awaitedAck: AwaitedAck?
    /// The peer's re-INVITE or UPDATE that waits for its answer.
    var peerOffer: PeerOffer?
    /// The peer's REFER that waits for its answer, and the one that was accepted last.
    var peerReferral: PeerReferral?
    var acceptedReferral: AcceptedReferral?
    var hasReferral = false
    /// Callee: our ringing that is repeated until its PRACK comes, and what waits behind it.
    var reliable = ReliableRinging()
    /// Caller: what each fork has said reliably, by its tag.
    var heardReliably: [String: HeardReliably] = [:]
    /// The CSeq number of our re-INVITE under way.
    var ourOffer: UInt32?
    /// The peer's 2xx that waits for `acknowledge`.
    var unacknowledged: UInt32?
    /// The ACK we sent last, for when its 2xx is repeated.
    var lastAck: SIPRequest?
    var challengesAnswered = 0
    let credentials: DigestCredentials?
    /// The interval agreed on, in seconds, and whether we are to refresh.
    var interval: (seconds: Int, isOurs: Bool)?
    var intervalSerial: UInt32 = 0
    /// Our re-INVITE under way only refreshes: its end is nobody's business.
    var isRefreshing = false
    /// What we last said of our media.
    var lastBody: SIPBody?
    var peerTakesUpdate = false
    /// Timers are not cancelled: one that fires with an older number means nothing.
    var serial: UInt32 = 0

    /// A 2xx that is repeated until its ACK comes (RFC 3261 §13.3.1.4).
    struct AwaitedAck {
        let transaction: TransactionID
        let response: SIPResponse
        let serial: UInt32
        var interval: Duration
    }

    struct PeerOffer {
        let transaction: TransactionID
        let request: SIPRequest
    }

    mutating func handle(_ input: SessionInput) -> [SessionAction] {
        switch input {
        case .start: start()
        case .ring(let status, let body, let headers): ring(status, body, headers)
        case .answer(let body, let headers): answer(body, headers)
        case .reject(let status, let headers): reject(status, headers)
        case .hangUp(let headers): hangUp(.byUs, headers)
        case .acknowledge(let body): acknowledge(body)
        case .offer(let body, let headers): offer(body, headers)
        case .acceptOffer(let body): acceptOffer(body)
        case .refuseOffer(let status): refuseOffer(status)
        case .acceptReferral: acceptReferral()
        case .refuseReferral(let status): refuseReferral(status)
        case .notifyReferral(let status, let isLast): notifyReferral(status, isLast: isLast)
        case .send(let method, let body, let headers, let token): send(method, body, headers, token)
        case .received(let request, let transaction): received(request, transaction)
        case .ack(let request): acknowledged(request)
        case .cancelled(let cancel): cancelled(cancel)
        case .inviteSent(let transaction): inviteSent(transaction)
        case .response(let response, let request, let purpose): responded(response, request, purpose)
        case .timer(let timer, let serial): fired(timer, serial)
        }
    }

    /// A response to the INVITE that came to us, with what every one of them carries.
    func response(to request: SIPRequest, _ status: SIPStatus, _ body: SIPBody?, _ headers: SIPHeaders) -> SIPResponse {
        var response = request.response(status, tag: dialog?.id.localTag)
        if status.code < 300 {
            response.contacts = [settings.contact]
            for field in request.headers.fields where field.name == .recordRoute {
                response.headers.add(.recordRoute, field.value)
            }
            response.headers[.allow] = settings.allow
            if request.method == .invite { response.headers[.supported] = settings.supported() }
        }
        response.headers.add(headers)
        if let body { response.setBody(body) }
        return response
    }

    /// Where a request of one of our dialogs goes. A strict router's place is the Request-URI: Route alone does not tell.
    func nextHop(of request: SIPRequest) -> SIPURI? {
        // Once one fork has answered, what the others said early is out of date.
        let known = dialog.map { [$0] } ?? earlyDialogs
        return known.first { $0.id.remoteTag == request.to.tag ?? "" }?.nextHop
    }

    /// Tells of the end, once, and leaves the session to whatever is still under way.
    mutating func tellEnd(_ end: SIPCallEnd) -> [SessionAction] {
        guard !hasTold else { return [] }
        hasTold = true
        return [.event(.ended(end))]
    }

    mutating func tell(_ event: SIPCallEvent) -> [SessionAction] { hasTold ? [] : [.event(event)] }

    /// Tells of the end and is done.
    mutating func finish(_ end: SIPCallEnd) -> [SessionAction] {
        guard phase != .ended else { return [] }
        phase = .ended
        awaitedAck = nil
        return tellFarewell() + tellEnd(end) + [.finished]
    }

    private mutating func fired(_ timer: SessionTimer, _ serial: UInt32) -> [SessionAction] {
        switch timer {
        case .repeatAnswer: repeatAnswer(serial)
        case .acknowledgement: ackMissing(serial)
        case .firstResponse: unheard()
        case .ringing: ringingTooLong()
        case .cancelling: phase == .calling && hasCancelled ? finish(wantsEnd ?? .byUs) : []
        case .duration: phase == .talking ? hangUp(.timedOut(.duration), [:]) : []
        case .offerPending: offerPendingTooLong(serial)
        case .refresh: refresh(serial)
        case .expired: expired(serial)
        case .repeatRinging: repeatRinging(serial)
        case .prackMissing: prackMissing(serial)
        case .referralPending: referralPendingTooLong(serial)
        case .farewell: tellFarewell()
        }
    }
}

/// What a session knows of its endpoint.
struct SessionSettings {
    var contact: NameAddress
    var allow: String
    var timers: TransactionTimers
    var ringLimit: Duration
    /// Until the first response to our INVITE; nil for no limit of our own.
    var firstResponseLimit: Duration?
    var durationLimit: Duration
    /// The session interval we ask for; nil for none.
    var sessionSeconds: Int?

    /// The extensions that we know, as `Supported` says them.
    func supported(ringsReliably: Bool = true) -> String {
        ((sessionSeconds == nil ? [] : ["timer"]) + (ringsReliably ? ["100rel"] : []) + ["replaces"])
            .joined(separator: ", ")
    }
}

/// What can happen to a session: ours first, then the peer's.
enum SessionInput {
    case start
    case ring(SIPStatus, SIPBody?, SIPHeaders)
    case answer(SIPBody?, SIPHeaders)
    case reject(SIPStatus, SIPHeaders)
    case hangUp(SIPHeaders)
    case acknowledge(SIPBody?)
    case offer(SIPBody?, SIPHeaders)
    case acceptOffer(SIPBody?)
    case refuseOffer(SIPStatus)
    case acceptReferral
    case refuseReferral(SIPStatus)
    case notifyReferral(SIPStatus, isLast: Bool)
    case send(SIPMethod, SIPBody?, SIPHeaders, UInt64?)

    case received(SIPRequest, TransactionID)
    case ack(SIPRequest)
    case cancelled(SIPRequest)
    case inviteSent(TransactionID)
    case response(SIPResponse, to: SIPRequest, SessionPurpose)
    case timer(SessionTimer, UInt32)
}

/// Why a session sent a request.
enum SessionPurpose: Equatable, Sendable {
    case invite, reInvite, bye, refresh, prack
    /// An INFO, NOTIFY or the like, with the number of who waits for its response.
    case inDialog(UInt64?)
}

enum SessionTimer: Sendable {
    case repeatAnswer, acknowledgement, firstResponse, ringing, cancelling, duration, offerPending, refresh, expired
    case repeatRinging, prackMissing, referralPending, farewell
}

/// What a session wants done.
enum SessionAction {
    case respond(TransactionID, SIPResponse)
    /// Start a client transaction; Via is added on the way.
    case send(SIPRequest, SessionPurpose)
    /// An ACK of a 2xx, which has no transaction.
    case sendAck(SIPRequest)
    /// CANCEL the INVITE of that transaction.
    case cancel(TransactionID)
    case set(SessionTimer, Duration, UInt32)
    /// From now on requests of this dialog are this session's.
    case own(DialogID)
    case event(SIPCallEvent)
    /// A response for whoever sent an in-dialog request; nil if it could not be sent.
    case complete(UInt64, SIPResponse?)
    /// Nothing more is expected; forget the session.
    case finished
}
