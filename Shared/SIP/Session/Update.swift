// UPDATE that comes (RFC 3311): a refresh without a body, an offer with one.

extension Session {
    mutating func updated(_ request: SIPRequest, _ transaction: TransactionID) -> [SessionAction] {
        guard request.body.isEmpty else { return offered(request, transaction) }
        dialog?.refreshTarget(request.contacts)
        let headers = grantInterval(request)
        return [.respond(transaction, response(to: request, 200, nil, headers))] + countInterval()
    }
}
