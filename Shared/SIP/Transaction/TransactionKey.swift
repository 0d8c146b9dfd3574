/// By what a request's sender tells its transactions apart, as seen by the receiver (RFC 3261 §17.2.3).
struct ServerTransactionKey: Hashable {
    private let branch: String
    private let host: String
    private let port: Int
    private let method: SIPMethod

    /// The key of the transaction the request belongs to; an ACK belongs to its INVITE's.
    init(_ request: SIPRequest) {
        self.init(request, method: request.method == .ack ? .invite : request.method)
    }

    /// The key of the INVITE a CANCEL is about.
    init(inviteOf cancel: SIPRequest) { self.init(cancel, method: .invite) }

    private init(_ request: SIPRequest, method: SIPMethod) {
        self.method = method
        let via = request.via.first
        host = via?.host ?? ""
        port = via?.port ?? 5060
        if let unique = via?.transactionBranch {
            branch = unique
        } else {
            // RFC 2543: no promise that the branch is unique. To's tag is left out, for an ACK has one and its INVITE none.
            branch =
                "\(request.callID) \(request.cseq.number) \(request.from.tag ?? "") \(request.uri) \(via?.branch ?? "")"
        }
    }
}

/// By what we tell our own transactions apart when a response comes (§17.1.3).
struct ClientTransactionKey: Hashable {
    private let branch: String
    private let method: SIPMethod

    init(branch: String, method: SIPMethod) {
        self.branch = branch
        self.method = method
    }

    init?(_ response: SIPResponse) {
        guard let branch = response.via.first?.branch else { return nil }
        self.init(branch: branch, method: response.cseq.method)
    }
}
