// Calls: feeds sessions their inputs and carries out what they want.

extension EndpointCore {
    /// Makes a call.
    func invite(_ invite: SIPInvite, number: UInt64, callID: String, _ handler: @escaping EventHandler) {
        let peer = invite.destination ?? SIPPeer(invite.uri)
        var from = invite.from
        from.tag = SIPRandom.token()
        var settings = settings(for: peer, configuration.contactUser ?? invite.from.uri.user)
        settings.ringLimit = invite.ringLimit
        var fields = SIPFields(
            from: from, to: invite.to ?? NameAddress(uri: invite.uri), callID: callID, cseq: CSeq(1, .invite))
        fields.contacts = [settings.contact]
        fields.headers[.allow] = settings.allow
        // Without an offer of ours a reliable response would bring one, to be answered in its PRACK.
        fields.headers[.supported] = settings.supported(ringsReliably: invite.offer != nil)
        if let seconds = settings.sessionSeconds { fields.headers[.sessionExpires] = "\(seconds)" }
        fields.headers.add(invite.headers)
        var request = SIPRequest(method: .invite, uri: invite.uri, fields: fields)
        if let offer = invite.offer { request.setBody(offer) }
        turn(tellsLater: true) {
            guard sessions.count < configuration.callLimit else {
                var response = request.response(503)
                response.isLocal = true
                return tell { handler(.ended(.refused(response))) }
            }
            let session = Session(sending: request, credentials: invite.credentials, settings)
            sessions[number] = SessionEntry(
                session: session, handler: handler,
                fixedPeer: invite.staysWithDestination ? invite.destination : nil, firstPeer: peer)
            feed(number, .start)
        }
    }

    /// Gives a call an input from its user.
    func command(_ number: UInt64, _ input: SessionInput) { turn { feed(number, input) } }

    /// Sends a request within a call; the completion hears nil if the call is over.
    func send(
        _ method: SIPMethod, _ body: SIPBody?, _ headers: SIPHeaders, in number: UInt64,
        _ completion: ((SIPResponse?) -> Void)?
    ) {
        guard let completion else { return command(number, .send(method, body, headers, nil)) }
        guard sessions[number] != nil else { return turn { tell { completion(nil) } } }
        let token = self.number()
        requesters[token] = Requester(completion: completion, credentials: nil)
        command(number, .send(method, body, headers, token))
    }

    func feed(_ number: UInt64, _ input: SessionInput) {
        guard let actions = sessions[number]?.session.handle(input) else { return }
        for action in actions { perform(action, number) }
    }

    private func perform(_ action: SessionAction, _ number: UInt64) {
        switch action {
        case .respond(let id, let response): respond(id, response)
        case .send(let request, let purpose):
            if let peer = peer(of: number, request) { send(request, to: peer, .session(number, purpose)) }
        case .sendAck(let ack): if let peer = peer(of: number, ack) { sendAck(ack, to: peer) }
        case .cancel(let invite): cancel(invite)
        case .set(let timer, let delay, let serial): wheel.add(.session(number, timer, serial), at: now + delay)
        case .own(let dialog): own(dialog, number)
        case .event(let event):
            guard let handler = sessions[number]?.handler else { return }
            let told = withReplacedCall(event)
            tell { handler(told) }
        case .complete(let token, let response): complete(token, response)
        case .finished: forget(number)
        }
    }

    /// An attended transfer names a dialog; its user knows calls.
    private func withReplacedCall(_ event: SIPCallEvent) -> SIPCallEvent {
        guard case .referred(var referral) = event, let replaces = referral.replaces else { return event }
        referral.replacedCall = dialogs[replaces.dialog]
        return .referred(referral)
    }

    private func own(_ dialog: DialogID, _ number: UInt64) {
        guard dialogs.updateValue(number, forKey: dialog) == nil else { return }
        sessions[number]?.dialogs.append(dialog)
    }

    private func forget(_ number: UInt64) {
        guard let entry = sessions.removeValue(forKey: number) else { return }
        for dialog in entry.dialogs where dialogs[dialog] == number { dialogs[dialog] = nil }
        if let key = entry.mergeKey { pendingInvites[key] = nil }
    }

    /// Where a request of the call goes: the first INVITE where it was told to, others where the dialog says.
    private func peer(of number: UInt64, _ request: SIPRequest) -> SIPPeer? {
        guard let entry = sessions[number] else { return nil }
        if let fixed = entry.fixedPeer { return fixed }
        if request.method == .invite, request.to.tag == nil { return entry.firstPeer }
        let hop =
            entry.session.nextHop(of: request) ?? request.headers[.route].flatMap { try? NameAddress($0) }?.uri
            ?? request.uri
        var peer = SIPPeer(hop)
        // Neither its Contact nor its scheme says for sure by which of the two a browser came.
        if peer.transport.isWebSocket, entry.firstPeer.transport.isWebSocket {
            peer.transport = entry.firstPeer.transport
        }
        // A connection that is open is the surest way to a peer that may not be reached otherwise (RFC 5923).
        if peer.transport.isReliable, entry.firstPeer.transport == peer.transport {
            peer.connection = entry.firstPeer.connection
        }
        return peer
    }

    func settings(for peer: SIPPeer, _ user: String?) -> SessionSettings {
        let local = advertised[peer.transport]
        var uri = SIPURI(user: user, host: SIPPeer.bracketed(local?.host ?? "invalid"), port: local?.port)
        uri.parameters["transport"] = peer.transport.uriParameter
        return SessionSettings(
            contact: NameAddress(uri: uri), allow: allow, timers: configuration.timers,
            ringLimit: configuration.ringLimit, durationLimit: configuration.durationLimit,
            sessionSeconds: configuration.sessionSeconds.map { max($0, SessionInterval.minimum) })
    }

    var allow: String {
        let methods: [SIPMethod] = [
            .invite, .ack, .cancel, .bye, .options, .info, .notify, .message, .update, .prack, .refer,
        ]
        let more = configuration.methods.filter { !methods.contains($0) }
        return (methods + more).map(\.rawValue).joined(separator: ", ")
    }
}
