/// What two ends remember of each other between INVITE and BYE: tags, sequence numbers, route, target (RFC 3261 §12). Pure.
public struct Dialog: Sendable, Equatable {
    public let id: DialogID
    public let local: NameAddress
    public let remote: NameAddress
    /// Number of the last request we sent in it.
    public private(set) var localSequence: UInt32
    /// Number of the last request the peer sent in it, if there was one.
    public private(set) var remoteSequence: UInt32?
    public let routeSet: [NameAddress]
    /// The peer's Contact: where requests go.
    public private(set) var remoteTarget: SIPURI

    /// The dialog of an INVITE that came to us (§12.1.1).
    /// - Throws: `SIPParseError` for a malformed Record-Route, or for a request without a Contact to answer to.
    public init(receiving request: SIPRequest, localTag: String) throws(SIPParseError) {
        guard let contact = request.contacts.first else { throw SIPParseError(.missing(.contact), at: 0) }
        id = DialogID(callID: request.callID, localTag: localTag, remoteTag: request.from.tag ?? "")
        var local = request.to
        local.tag = localTag
        self.local = local
        remote = request.from
        localSequence = 0
        remoteSequence = request.cseq.number
        routeSet = try Self.routes(request.headers)
        remoteTarget = contact.uri
    }

    /// The dialog that a response to our INVITE makes (§12.1.2); nil if the response makes none.
    public init?(sending request: SIPRequest, _ response: SIPResponse) {
        guard response.status.code > 100, response.status.code < 300 else { return nil }
        guard let routes = try? Self.routes(response.headers) else { return nil }
        if response.to.tag == nil, response.status.isProvisional { return nil }
        id = DialogID(
            callID: request.callID, localTag: request.from.tag ?? "", remoteTag: response.to.tag ?? "")
        local = request.from
        remote = response.to
        localSequence = request.cseq.number
        remoteSequence = nil
        routeSet = routes.reversed()
        remoteTarget = response.contacts.first?.uri ?? request.uri
    }

    private static func routes(_ headers: SIPHeaders) throws(SIPParseError) -> [NameAddress] {
        var routes: [NameAddress] = []
        for field in headers.fields where field.name == .recordRoute { routes += try NameAddress.list(field.value) }
        guard routes.count <= SIPLimits.addresses else { throw SIPParseError(.tooManyHeaders, at: 0) }
        return routes
    }

    /// The next request in the dialog, with its number (§12.2.1.1). Via and Contact are not its business.
    public mutating func request(_ method: SIPMethod) -> SIPRequest {
        localSequence = localSequence >= 0x7FFF_FFFF ? 1 : localSequence + 1
        return request(method, number: localSequence)
    }

    /// The ACK of a 2xx: the number of the INVITE it is for (§13.2.2.4).
    public func ack(number: UInt32) -> SIPRequest { request(.ack, number: number) }

    private func request(_ method: SIPMethod, number: UInt32) -> SIPRequest {
        var fields = SIPFields(from: local, to: remote, callID: id.callID, cseq: CSeq(number, method))
        var target = remoteTarget
        var routes = routeSet
        // A first route without lr is a strict router of RFC 2543: it becomes the Request-URI, our target the last route.
        if let first = routes.first, !first.uri.parameters.contains("lr") {
            routes.removeFirst()
            routes.append(NameAddress(uri: remoteTarget))
            target = first.uri
            target.headers = nil
        }
        for route in routes { fields.headers.add(.route, route.description) }
        fields.headers[.maxForwards] = "70"
        return SIPRequest(method: method, uri: target, fields: fields)
    }

    /// Where a request of this dialog goes: its first route, else its target.
    public var nextHop: SIPURI { routeSet.first?.uri ?? remoteTarget }

    /// Notes the number of a request that came in.
    /// - Returns: false if the request is older than the last one and wants 500 (§12.2.2).
    public mutating func accept(_ cseq: CSeq) -> Bool {
        if let last = remoteSequence, cseq.number <= last { return false }
        remoteSequence = cseq.number
        return true
    }

    /// A re-INVITE or its 2xx may move the peer (§12.2).
    public mutating func refreshTarget(_ contacts: [NameAddress]) {
        if let contact = contacts.first { remoteTarget = contact.uri }
    }

    /// Accounts for a request of ours that was sent anew under the next number, as after a challenge.
    mutating func skipTo(_ number: UInt32) { localSequence = max(localSequence, number) }
}
