// Requests that come in: to their transaction, to their call, or to whoever takes new ones.

/// What a request and a copy of it that came by another way have in common.
struct MergeKey: Hashable {
    let callID: String
    let fromTag: String
    let cseq: CSeq

    init(_ request: SIPRequest) {
        callID = request.callID
        fromTag = request.from.tag ?? ""
        cseq = request.cseq
    }
}

extension EndpointCore {
    func received(_ message: SIPRequest, from source: SIPPeer) {
        var request = message
        guard !request.via.isEmpty else { return }
        Self.note(source, in: &request.via[0])
        let key = ServerTransactionKey(request)
        if let id = table.server(key) { return repeated(request, id) }
        switch request.method {
        case .ack: acknowledged(request)
        case .cancel: cancelled(request, key, source)
        default: new(request, key, source)
        }
    }

    /// RFC 3261 §18.2.1 and RFC 3581: where the request really came from.
    static func note(_ source: SIPPeer, in via: inout Via) {
        if via.parameters.contains("rport") {
            via.parameters["rport"] = String(source.port)
            via.parameters["received"] = source.host
        } else if SIPPeer.unbracketed(via.host) != source.host {
            via.parameters["received"] = source.host
        }
    }

    /// RFC 3261 §18.2.2. A Via's maddr is not followed: it would let anyone send our answers to anyone.
    static func replyPeer(_ via: Via, source: SIPPeer) -> SIPPeer {
        guard source.transport == .udp, !via.parameters.contains("rport") else { return source }
        return SIPPeer(.udp, source.host, via.port ?? 5060)
    }

    private func repeated(_ request: SIPRequest, _ id: TransactionID) {
        guard request.method == .ack else { return run(id, .retransmission) }
        run(id, .ack)
        // An old peer's ACK of a 2xx has its INVITE's branch.
        if table.isAccepted(id) { acknowledged(request) }
    }

    private func acknowledged(_ ack: SIPRequest) {
        guard let id = DialogID(receiving: ack), let number = dialogs[id] else {
            statistics.strays += 1
            return
        }
        feed(number, .ack(ack))
    }

    private func cancelled(_ request: SIPRequest, _ key: ServerTransactionKey, _ source: SIPPeer) {
        let invite = table.server(ServerTransactionKey(inviteOf: request))
        if invite == nil, isTooFast(source) { return overloaded(request, source) }
        guard let id = open(request, key, source) else { return }
        guard let invite else { return reply(id, request, 481) }
        reply(id, request, 200)
        if case .session(let number, _) = table.owner(of: invite) { feed(number, .cancelled(request)) }
    }

    private func new(_ request: SIPRequest, _ key: ServerTransactionKey, _ source: SIPPeer) {
        let dialog = DialogID(receiving: request)
        let call = dialog.flatMap { dialogs[$0] }
        // What belongs to a call that stands is never counted against its sender. A made-up tag is no call.
        if call == nil, isTooFast(source) { return overloaded(request, source) }
        guard let id = open(request, key, source) else { return }
        if dialog != nil {
            guard let number = call else { return reply(id, request, 481) }
            // So that a CANCEL of it finds the call.
            if request.method == .invite { table.setOwner(.session(number, .reInvite), of: id) }
            return feed(number, .received(request, id))
        }
        if let refusal = refusal(request) { return respond(id, refusal) }
        switch request.method {
        case .invite: invited(request, id, source)
        case .options: options(request, id)
        default: tell { self.onRequest(id, request, source) }
        }
    }

    private func isTooFast(_ source: SIPPeer) -> Bool { limiter?.allows(source.host, at: now) == false }

    /// Opens a server transaction, or says 503 without one.
    private func open(_ request: SIPRequest, _ key: ServerTransactionKey, _ source: SIPPeer) -> TransactionID? {
        let peer = Self.replyPeer(request.via[0], source: source)
        let isReliable = source.transport.isReliable
        let timers = configuration.timers
        let machine: any Transaction =
            request.method == .invite
            ? InviteServerTransaction(
                trying: SIPWriter.bytes(request.response(100)), isReliable: isReliable, timers: timers)
            : NonInviteServerTransaction(isReliable: isReliable, timers: timers)
        guard let id = table.add(machine, server: key, peer: peer, owner: .server) else {
            overloaded(request, source)
            return nil
        }
        run(id, .start)
        return id
    }

    private func overloaded(_ request: SIPRequest, _ source: SIPPeer) {
        statistics.overload += 1
        var response = request.response(503, tag: SIPRandom.token())
        response.headers[.retryAfter] = "5"
        transmit(SIPWriter.bytes(response), to: Self.replyPeer(request.via[0], source: source), nil)
    }

    private func invited(_ request: SIPRequest, _ id: TransactionID, _ source: SIPPeer) {
        let key = MergeKey(request)
        if let other = pendingInvites[key], table.peer(of: other) != nil { return reply(id, request, 482) }
        guard !isDraining, sessions.count < configuration.callLimit else {
            statistics.overload += 1
            return reply(id, request, 503, ["Retry-After": "5"])
        }
        if let headers = SessionInterval.refusal(request) { return reply(id, request, 422, headers) }
        let session: Session
        let replaces: UInt64?
        do throws(ReplacesRefusal) {
            replaces = try replaced(by: request)
        } catch {
            return reply(id, request, error.status)
        }
        do {
            session = try Session(
                receiving: request, id, tag: SIPRandom.token(), settings(for: source, request.uri.user))
        } catch {
            return reply(id, request, error.status)
        }
        pendingInvites[key] = id
        let number = number()
        table.setOwner(.session(number, .invite), of: id)
        let handler = onInviteHandler(number, request, source)
        sessions[number] = SessionEntry(
            session: session, handler: handler, fixedPeer: nil, firstPeer: source, mergeKey: key,
            replaces: replaces)
        feed(number, .start)
    }

    /// The user is asked at the end of the turn, like for everything else; events of the call wait behind that.
    private func onInviteHandler(_ number: UInt64, _ request: SIPRequest, _ source: SIPPeer) -> EventHandler {
        final class Place { var handler: EventHandler? }
        let place = Place()
        tell { place.handler = self.onInvite(number, request, source) }
        return { event in place.handler?(event) }
    }

    private func options(_ request: SIPRequest, _ id: TransactionID) {
        guard !isDraining else { return reply(id, request, 503, ["Retry-After": "5"]) }
        let supported = settings(for: SIPPeer(.udp, "", 0), nil).supported()
        reply(id, request, 200, ["Accept": "application/sdp", "Allow": allow, "Supported": supported])
    }

    func reply(_ id: TransactionID, _ request: SIPRequest, _ status: SIPStatus, _ headers: SIPHeaders = [:]) {
        var response = request.response(status, tag: SIPRandom.token())
        response.headers.add(headers)
        respond(id, response)
    }

    func respond(_ id: TransactionID, _ response: SIPResponse) {
        var response = response
        if response.status.code > 100 { response.headers[.server] = configuration.userAgent }
        let bytes = SIPWriter.bytes(response)
        guard !isForgotten(response, id) else {
            if let peer = table.peer(of: id) { transmit(bytes, to: peer, nil) }
            return table.remove(id)
        }
        run(id, .respond(response.status, bytes))
    }

    /// RFC 3261 §26.3.2.4: who is not known is asked for a password once, without a transaction that would be kept for half a
    /// minute and repeat it to an address that may be another's. So it is with the answer to an OPTIONS (§8.2.7).
    private func isForgotten(_ response: SIPResponse, _ id: TransactionID) -> Bool {
        guard configuration.strangersPerSecond != nil,
            [401, 407].contains(response.status.code) || response.cseq.method == .options,
            let peer = table.peer(of: id), peer.transport == .udp, !configuration.isKnown(peer.host)
        else { return false }
        return table.isUnanswered(id)
    }
}
