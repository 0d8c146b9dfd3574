// Requests inside a call that change nothing of it: INFO (RFC 6086), NOTIFY, OPTIONS, MESSAGE.

extension Session {
    /// Sends one. In an early dialog too, once a ringing response has opened one.
    mutating func send(
        _ method: SIPMethod, _ body: SIPBody?, _ headers: SIPHeaders, _ token: UInt64?
    ) -> [SessionAction] {
        guard phase != .ended, !hasTold, var request = nextRequest(method) else {
            return token.map { [.complete($0, nil)] } ?? []
        }
        request.contacts = method == .notify || method == .subscribe || method == .refer ? [settings.contact] : []
        request.headers.add(headers)
        if let body { request.setBody(body) }
        return [.send(request, .inDialog(token))]
    }

    private mutating func nextRequest(_ method: SIPMethod) -> SIPRequest? {
        if dialog != nil { return dialog?.request(method) }
        guard let last = earlyDialogs.indices.last else { return nil }
        return earlyDialogs[last].request(method)
    }

    /// A request of this call's dialogs that came.
    mutating func received(_ request: SIPRequest, _ transaction: TransactionID) -> [SessionAction] {
        if dialog?.accept(request.cseq) == false {
            return [.respond(transaction, response(to: request, 500, nil, [:]))]
        }
        if request.method == .invite || request.method == .update, let headers = SessionInterval.refusal(request) {
            return [.respond(transaction, response(to: request, 422, nil, headers))]
        }
        switch request.method {
        case .invite: return offered(request, transaction)
        case .update: return updated(request, transaction)
        case .bye: return hungUp(request, transaction)
        case .prack: return pracked(request, transaction)
        case .refer: return referred(request, transaction)
        case .options:
            let headers: SIPHeaders = ["Accept": "application/sdp"]
            return [.respond(transaction, response(to: request, 200, nil, headers))]
        case .info, .notify, .message:
            return [.respond(transaction, response(to: request, 200, nil, [:]))] + tell(.received(request))
        default:
            return [.respond(transaction, response(to: request, 405, nil, ["Allow": settings.allow]))]
        }
    }

    mutating func responded(
        _ response: SIPResponse, _ request: SIPRequest, _ purpose: SessionPurpose
    ) -> [SessionAction] {
        switch purpose {
        case .invite: return inviteResponded(response, to: request)
        case .reInvite: return reInviteResponded(response, to: request)
        case .bye: return byeResponded(response, to: request)
        case .refresh: return refreshed(response, to: request)
        case .prack: return prackResponded(response, to: request)
        case .inDialog(let token):
            guard response.status.isFinal else { return [] }
            if let repeated = authorized(request, response) { return [.send(repeated, purpose)] }
            return token.map { [.complete($0, response)] } ?? []
        }
    }
}
