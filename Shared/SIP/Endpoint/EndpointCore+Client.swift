// Requests that go out, and their responses.

extension EndpointCore {
    /// Starts a client transaction. A request that cannot even be started fails like one that was never answered.
    @discardableResult
    func send(_ message: SIPRequest, to peer: SIPPeer, _ owner: Owner) -> TransactionID? {
        var request = message
        let branch = SIPRandom.branch()
        guard let via = via(for: peer.transport, branch: branch) else { return refuse(request, owner) }
        request.via.insert(via, at: 0)
        request.headers[.userAgent] = configuration.userAgent
        if request.headers[.maxForwards] == nil { request.headers[.maxForwards] = "70" }
        let isReliable = peer.transport.isReliable
        let timers = configuration.timers
        let machine: any Transaction =
            request.method == .invite
            ? InviteClientTransaction(request: request, isReliable: isReliable, timers: timers)
            : NonInviteClientTransaction(request: request, isReliable: isReliable, timers: timers)
        let key = ClientTransactionKey(branch: branch, method: request.method)
        guard let id = table.add(machine, client: key, peer: peer, owner: owner) else { return refuse(request, owner) }
        if request.method == .invite, case .session(let number, .invite) = owner { feed(number, .inviteSent(id)) }
        run(id, .start)
        return id
    }

    /// An ACK of a 2xx: no transaction, sent once for each 2xx.
    func sendAck(_ message: SIPRequest, to peer: SIPPeer) {
        var ack = message
        guard let via = via(for: peer.transport, branch: SIPRandom.branch()) else { return }
        ack.via = [via]
        transmit(SIPWriter.bytes(ack), to: peer, nil)
    }

    /// A CANCEL has its INVITE's branch and number (RFC 3261 §9.1).
    func cancel(_ invite: TransactionID) {
        guard let peer = table.peer(of: invite), let sent = table.request(of: invite), let via = sent.via.first,
            let branch = via.branch
        else { return }
        var fields = SIPFields(from: sent.from, to: sent.to, callID: sent.callID, cseq: CSeq(sent.cseq.number, .cancel))
        fields.via = [via]
        for route in sent.headers.values(.route) { fields.headers.add(.route, route) }
        fields.headers[.maxForwards] = "70"
        let cancel = SIPRequest(method: .cancel, uri: sent.uri, fields: fields)
        let client = NonInviteClientTransaction(
            request: cancel, isReliable: peer.transport.isReliable, timers: configuration.timers)
        let key = ClientTransactionKey(branch: branch, method: .cancel)
        run(invite, .cancelled)
        guard let id = table.add(client, client: key, peer: peer, owner: .nobody) else { return }
        run(id, .start)
    }

    func received(_ response: SIPResponse) {
        guard let key = ClientTransactionKey(response), let id = table.client(key) else {
            statistics.strays += 1
            return
        }
        run(id, .response(response))
    }

    /// A client transaction has a response for its owner.
    func delivered(_ response: SIPResponse, _ id: TransactionID) {
        guard let owner = table.owner(of: id), let request = table.request(of: id) else { return }
        give(response, to: owner, request)
    }

    /// A transaction failed without a final response; its owner hears of one made up here (RFC 3261 §8.1.3.1).
    func failed(_ id: TransactionID, _ status: SIPStatus) {
        guard let owner = table.owner(of: id), let request = table.request(of: id) else { return }
        statistics.timeouts += 1
        var response = request.response(status)
        response.isLocal = true
        give(response, to: owner, request)
    }

    private func refuse(_ request: SIPRequest, _ owner: Owner) -> TransactionID? {
        var response = request.response(503)
        response.isLocal = true
        give(response, to: owner, request)
        return nil
    }

    private func give(_ response: SIPResponse, to owner: Owner, _ request: SIPRequest) {
        switch owner {
        case .server, .nobody: break
        case .requester(let token): answered(response, token, request)
        case .session(let number, let purpose):
            guard sessions[number] == nil else { return feed(number, .response(response, to: request, purpose)) }
            switch purpose {
            case .invite: hangUpLate(response, request)
            case .inDialog(let token?) where response.status.isFinal: complete(token, response)
            default: break
            }
        }
    }

    private func answered(_ response: SIPResponse, _ token: UInt64, _ request: SIPRequest) {
        guard let requester = requesters[token], response.status.isFinal else { return }
        if let credentials = requester.credentials, requester.answers < Self.challengeLimit,
            let repeated = request.authorized(response, credentials, clientNonce: SIPRandom.token()),
            let peer = table.client(request).flatMap({ table.peer(of: $0) })
        {
            requesters[token]?.answers += 1
            send(repeated, to: peer, .requester(token))
            return
        }
        complete(token, response)
    }

    /// One for the challenge, and for nonces that grow old on the way; a server that calls every nonce old is broken.
    private static let challengeLimit = 3

    func complete(_ token: UInt64, _ response: SIPResponse?) {
        guard let requester = requesters.removeValue(forKey: token) else { return }
        tell { requester.completion(response) }
    }

    /// A 2xx for a call that was given up: acknowledge it and hang up.
    private func hangUpLate(_ response: SIPResponse, _ request: SIPRequest) {
        guard response.status.isSuccess, var dialog = Dialog(sending: request, response) else { return }
        let peer = SIPPeer(dialog.nextHop)
        sendAck(dialog.ack(number: request.cseq.number), to: peer)
        send(dialog.request(.bye), to: peer, .nobody)
    }

    /// Sends a request outside any call. The completion always hears a response, made up here if need be.
    func request(_ outgoing: SIPOutgoingRequest, _ completion: @escaping (SIPResponse?) -> Void) {
        let peer = outgoing.destination ?? SIPPeer(outgoing.uri)
        var from = outgoing.from
        if from.tag == nil { from.tag = SIPRandom.token() }
        var fields = SIPFields(
            from: from, to: outgoing.to ?? NameAddress(uri: outgoing.uri), callID: outgoing.callID ?? newCallID(),
            cseq: CSeq(outgoing.sequence, outgoing.method))
        fields.contacts = outgoing.contacts
        fields.hasWildcardContact = outgoing.hasWildcardContact
        fields.headers = outgoing.headers
        var request = SIPRequest(method: outgoing.method, uri: outgoing.uri, fields: fields)
        if let body = outgoing.body { request.setBody(body) }
        let token = number()
        var abandoned = request.response(503)
        abandoned.isLocal = true
        requesters[token] = Requester(
            completion: { [abandoned] in completion($0 ?? abandoned) }, credentials: outgoing.credentials)
        turn(tellsLater: true) { send(request, to: peer, .requester(token)) }
    }

    func newCallID() -> String { SIPRandom.token() + SIPRandom.token() }

    private func via(for transport: SIPTransportKind, branch: String) -> Via? {
        guard let local = advertised[transport] else { return nil }
        var via = Via(
            transport: transport.rawValue, host: SIPPeer.bracketed(local.host), port: local.port, branch: branch)
        if transport == .udp { via.parameters.addFlag("rport") }
        return via
    }
}

extension TransactionTable {
    /// The transaction that sent this request.
    func client(_ request: SIPRequest) -> TransactionID? {
        guard let branch = request.via.first?.branch else { return nil }
        return client(ClientTransactionKey(branch: branch, method: request.method))
    }
}
