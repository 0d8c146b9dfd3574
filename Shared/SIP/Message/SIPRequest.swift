/// A request: a method, a URI, and fields.
public struct SIPRequest: SIPFieldsHolder, Sendable, Equatable {
    public var method: SIPMethod
    public var uri: SIPURI
    public var fields: SIPFields

    public init(method: SIPMethod, uri: SIPURI, fields: SIPFields) {
        self.method = method
        self.uri = uri
        self.fields = fields
    }

    /// A response to this request, with the fields RFC 3261 §8.2.6.2 wants copied.
    /// - Parameter tag: the tag of our side, put into To unless the request had one; leave out for 100.
    public func response(_ status: SIPStatus, tag: String? = nil) -> SIPResponse {
        var fields = SIPFields(from: from, to: to, callID: callID, cseq: cseq)
        fields.via = via
        if let tag, fields.to.tag == nil { fields.to.tag = tag }
        return SIPResponse(status: status, fields: fields)
    }
}

/// A message as it comes from the network.
public enum SIPMessage: Sendable, Equatable {
    case request(SIPRequest)
    case response(SIPResponse)
}
