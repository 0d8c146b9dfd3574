/// A request: a method, a URI, and fields.
public struct SIPRequest: SIPFieldsHolder, Sendable, Equatable {
    private struct Content: Sendable, Equatable {
        var method: SIPMethod
        var uri: SIPURI
        var fields: SIPFields
    }

    /// Exactly one element. The array is there for its copy-on-write: a message is handed on by value many times in its
    /// life, and this way a copy is one reference and not thirty.
    private var content: [Content]

    public init(method: SIPMethod, uri: SIPURI, fields: SIPFields) {
        content = [Content(method: method, uri: uri, fields: fields)]
    }

    public var method: SIPMethod {
        get { content[0].method }
        set { content[0].method = newValue }
    }

    public var uri: SIPURI {
        get { content[0].uri }
        _modify { yield &content[0].uri }
    }

    public var fields: SIPFields {
        get { content[0].fields }
        _modify { yield &content[0].fields }
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
