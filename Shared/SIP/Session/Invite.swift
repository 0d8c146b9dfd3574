// INVITE and re-INVITE, from both sides (RFC 3261 §13 and §14).

extension Session {
    /// A session for an INVITE that came.
    /// - Throws: `SIPParseError` if no dialog can be made of it.
    init(receiving invite: SIPRequest, _ transaction: TransactionID, tag: String, _ settings: SessionSettings)
        throws(SIPParseError)
    {
        role = .callee
        self.settings = settings
        self.invite = invite
        inviteTransaction = transaction
        phase = .incoming
        peerTakesUpdate = invite.headers.tokens(.allow).contains("update")
        dialog = try Dialog(receiving: invite, localTag: tag)
        credentials = nil
    }

    /// A session for an INVITE to send.
    init(sending invite: SIPRequest, credentials: DigestCredentials?, _ settings: SessionSettings) {
        role = .caller
        self.settings = settings
        self.invite = invite
        phase = .calling
        lastBody = invite.body.isEmpty ? nil : .sdp(invite.body)
        self.credentials = credentials
    }

    mutating func start() -> [SessionAction] {
        switch role {
        case .caller: [.send(invite, .invite), .set(.ringing, settings.ringLimit, 0)]
        case .callee: (dialog.map { [.own($0.id)] } ?? []) + [.set(.ringing, settings.ringLimit, 0)]
        }
    }

    // MARK: The callee's side

    mutating func ring(_ status: SIPStatus, _ body: SIPBody?, _ headers: SIPHeaders) -> [SessionAction] {
        guard phase == .incoming, let inviteTransaction, status.isProvisional, status.code > 100 else { return [] }
        if ringsReliably(body) { return ringReliably(Ringing(status: status, body: body, headers: headers)) }
        return [.respond(inviteTransaction, response(to: invite, status, body, headers))]
    }

    mutating func answer(_ body: SIPBody?, _ headers: SIPHeaders) -> [SessionAction] {
        guard phase == .incoming, let inviteTransaction else { return [] }
        if reliable.awaited != nil {
            // RFC 3262 §3: what an answer builds on has to have arrived before.
            reliable.answer = (body, headers)
            reliable.waiting = []
            return []
        }
        phase = .talking
        // What was answered reliably while it rang is not answered again (RFC 6337 §3.1.1).
        let body = reliable.hasAnswered ? nil : body
        if let body { lastBody = body }
        var headers = headers
        headers.add(grantInterval(invite))
        let response = response(to: invite, 200, body, headers)
        return accept(inviteTransaction, response) + [.set(.duration, settings.durationLimit, 0)] + countInterval()
    }

    mutating func reject(_ status: SIPStatus, _ headers: SIPHeaders) -> [SessionAction] {
        guard phase == .incoming, let inviteTransaction, status.code >= 300 else { return [] }
        return [.respond(inviteTransaction, response(to: invite, status, nil, headers))] + finish(.byUs)
    }

    /// The peer's re-INVITE, or its UPDATE with an offer.
    mutating func offered(_ request: SIPRequest, _ transaction: TransactionID) -> [SessionAction] {
        if (phase == .incoming && !reliable.isSettled) || peerOffer != nil {
            // §14.2: one before ours to the last is answered.
            return [.respond(transaction, response(to: request, 500, nil, ["Retry-After": "2"]))]
        }
        let isEarly = phase == .incoming || hasEarlyAnswer(from: request)
        guard phase == .talking || (isEarly && request.method != .invite), !hasTold else {
            return [.respond(transaction, response(to: request, 481, nil, [:]))]
        }
        guard ourOffer == nil, unacknowledged == nil else {
            return [.respond(transaction, response(to: request, 491, nil, [:]))]
        }
        peerOffer = PeerOffer(transaction: transaction, request: request)
        refreshTarget(request)
        serial += 1
        return [.set(.offerPending, settings.timers.giveUp, serial)] + tell(.offered(request))
    }

    mutating func acceptOffer(_ body: SIPBody?) -> [SessionAction] {
        guard let offer = peerOffer, phase != .ended else { return [] }
        peerOffer = nil
        if let body { lastBody = body }
        let isTalking = phase == .talking
        let response = response(to: offer.request, 200, body, isTalking ? grantInterval(offer.request) : [:])
        let sent =
            offer.request.method == .invite
            ? accept(offer.transaction, response) : [.respond(offer.transaction, response)]
        return isTalking ? sent + countInterval() : sent
    }

    mutating func refuseOffer(_ status: SIPStatus) -> [SessionAction] {
        guard let offer = peerOffer, status.code >= 300 else { return [] }
        peerOffer = nil
        return [.respond(offer.transaction, response(to: offer.request, status, nil, [:]))]
    }

    mutating func offerPendingTooLong(_ serial: UInt32) -> [SessionAction] {
        serial == self.serial ? refuseOffer(500) : []
    }

    // MARK: The caller's side

    mutating func inviteSent(_ transaction: TransactionID) -> [SessionAction] {
        inviteTransaction = transaction
        return []
    }

    mutating func offer(_ body: SIPBody?, _ headers: SIPHeaders) -> [SessionAction] {
        guard phase == .talking, !hasTold, awaitedAck == nil, peerOffer == nil, ourOffer == nil, unacknowledged == nil,
            var request = dialog?.request(.invite)
        else { return [] }
        request.contacts = [settings.contact]
        request.headers[.allow] = settings.allow
        request.headers.add(intervalHeaders)
        request.headers.add(headers)
        if let body { request.setBody(body) }
        ourOffer = request.cseq.number
        return [.send(request, .reInvite)]
    }

    mutating func inviteResponded(_ response: SIPResponse, to request: SIPRequest) -> [SessionAction] {
        switch response.status.code {
        case ..<200: progressed(response)
        case ..<300: answered(response)
        default: inviteRefused(response, to: request)
        }
    }

    private mutating func progressed(_ response: SIPResponse) -> [SessionAction] {
        guard phase == .calling else { return [] }
        let isFirst = !hasProvisional
        hasProvisional = true
        var actions: [SessionAction] = []
        if let early = Dialog(sending: invite, response), !earlyDialogs.contains(where: { $0.id == early.id }),
            earlyDialogs.count < Self.forkLimit
        {
            earlyDialogs.append(early)
            actions.append(.own(early.id))
        }
        switch heard(response) {
        case .plain: break
        case .repeated: return actions
        case .next(let prack): actions.append(.send(prack, .prack))
        }
        if response.status.code > 100 { actions += tell(.progress(response)) }
        // §9.1: a CANCEL waits for the first provisional response.
        if isFirst, wantsEnd != nil { actions += sendCancel() }
        return actions
    }

    private mutating func answered(_ response: SIPResponse) -> [SessionAction] {
        guard var answered = Dialog(sending: invite, response) else { return [] }
        if let dialog {
            // The same 2xx again wants the same ACK. Another fork's is acknowledged and hung up at once (§13.2.2.4).
            guard dialog.id != answered.id else { return ackAgain(response.cseq.number) }
            return [.sendAck(answered.ack(number: response.cseq.number)), .send(answered.request(.bye), .bye)]
        }
        if let early = earlyDialogs.first(where: { $0.id == answered.id }) { answered.skipTo(early.localSequence) }
        dialog = answered
        phase = .talking
        peerTakesUpdate = response.headers.tokens(.allow).contains("update")
        heardInterval(response)
        var actions: [SessionAction] = [.own(answered.id)]
        if invite.body.isEmpty, wantsEnd == nil {
            unacknowledged = response.cseq.number
        } else {
            actions += sendAck(number: response.cseq.number, nil)
        }
        if let end = wantsEnd { return actions + hangUp(end, [:]) }
        return actions + [.set(.duration, settings.durationLimit, 0)] + countInterval() + tell(.answered(response))
    }

    private mutating func inviteRefused(_ response: SIPResponse, to request: SIPRequest) -> [SessionAction] {
        guard phase == .calling else { return [] }
        if wantsEnd == nil, let repeated = authorized(request, response) ?? lengthened(request, response) {
            invite = repeated
            return [.send(repeated, .invite)]
        }
        return finish(wantsEnd ?? .refused(response))
    }

    mutating func reInviteResponded(_ response: SIPResponse, to request: SIPRequest) -> [SessionAction] {
        if response.status.isProvisional { return [] }
        if response.status.isSuccess { return reInviteAccepted(response, to: request) }
        guard ourOffer == request.cseq.number else { return [] }
        ourOffer = nil
        if let repeated = authorized(request, response) {
            ourOffer = repeated.cseq.number
            return [.send(repeated, .reInvite)]
        }
        let wasRefresh = isRefreshing
        isRefreshing = false
        // §12.2.1.2: the peer has lost the dialog; §14.1 wants it ended.
        if response.status.code == 481 || response.status.code == 408 {
            return hangUp(wasRefresh ? .timedOut(.session) : .refused(response), [:])
        }
        return wasRefresh ? refreshAgain() : tell(.offerRefused(response))
    }

    private mutating func reInviteAccepted(_ response: SIPResponse, to request: SIPRequest) -> [SessionAction] {
        guard ourOffer == response.cseq.number else { return ackAgain(response.cseq.number) }
        ourOffer = nil
        let wasRefresh = isRefreshing
        isRefreshing = false
        dialog?.refreshTarget(response.contacts)
        heardInterval(response)
        if !request.body.isEmpty, !wasRefresh { lastBody = .sdp(request.body) }
        var actions = countInterval()
        if request.body.isEmpty, !wasRefresh {
            unacknowledged = response.cseq.number
        } else {
            // A refresh without a body, of a call that never had one, is answered by what we last said.
            actions += sendAck(number: response.cseq.number, request.body.isEmpty ? lastBody : nil)
        }
        return wasRefresh ? actions : actions + tell(.offerAccepted(response))
    }

    /// More forks than any real call has.
    private static let forkLimit = 8
}
