// UPDATE that comes (RFC 3311): a refresh without a body, an offer with one.

extension Session {
    mutating func updated(_ request: SIPRequest, _ transaction: TransactionID) -> [SessionAction] {
        guard request.body.isEmpty else { return offered(request, transaction) }
        refreshTarget(request)
        // In an early dialog there is no interval yet.
        guard phase == .talking else { return [.respond(transaction, response(to: request, 200, nil, [:]))] }
        let headers = grantInterval(request)
        return [.respond(transaction, response(to: request, 200, nil, headers))] + countInterval()
    }

    /// Wherever the peer of a request has moved to: in the dialog, or in the fork that speaks (RFC 3311 §5.2).
    mutating func refreshTarget(_ request: SIPRequest) {
        guard dialog == nil else { return dialog?.refreshTarget(request.contacts) ?? () }
        guard let place = earlyDialogs.firstIndex(where: { $0.id.remoteTag == request.from.tag }) else { return }
        earlyDialogs[place].refreshTarget(request.contacts)
    }
}
