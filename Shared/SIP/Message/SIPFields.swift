/// What requests and responses have in common: the fields every message must carry, the other headers, the body.
public struct SIPFields: Sendable, Equatable {
    /// Topmost, which is the nearest hop, first.
    public var via: [Via] = []
    public var from: NameAddress
    public var to: NameAddress
    public var callID: String
    public var cseq: CSeq
    public var contacts: [NameAddress] = []
    /// `Contact: *`, with which a REGISTER removes everything.
    public var hasWildcardContact = false
    /// Everything but Via, From, To, Call-ID, CSeq, Contact and Content-Length.
    public var headers = SIPHeaders()
    public var body: [UInt8] = []

    public init(from: NameAddress, to: NameAddress, callID: String, cseq: CSeq) {
        self.from = from
        self.to = to
        self.callID = callID
        self.cseq = cseq
    }
}

/// A request or a response, seen as its fields.
public protocol SIPFieldsHolder {
    var fields: SIPFields { get set }
}

extension SIPFieldsHolder {
    public var via: [Via] {
        get { fields.via }
        _modify { yield &fields.via }
    }
    public var from: NameAddress {
        get { fields.from }
        _modify { yield &fields.from }
    }
    public var to: NameAddress {
        get { fields.to }
        _modify { yield &fields.to }
    }
    public var callID: String {
        get { fields.callID }
        _modify { yield &fields.callID }
    }
    public var cseq: CSeq {
        get { fields.cseq }
        _modify { yield &fields.cseq }
    }
    public var contacts: [NameAddress] {
        get { fields.contacts }
        _modify { yield &fields.contacts }
    }
    public var headers: SIPHeaders {
        get { fields.headers }
        _modify { yield &fields.headers }
    }
    public var body: [UInt8] {
        get { fields.body }
        _modify { yield &fields.body }
    }

    public var bodyText: String { String(decoding: fields.body, as: UTF8.self) }

    /// The media type without parameters, lower-case: `application/sdp`.
    public var contentType: String? {
        headers[.contentType].map { trimmed($0.utf8.prefix { $0 != UInt8(ascii: ";") }).lowercased() }
    }

    /// Sets body and Content-Type together.
    public mutating func setBody(_ body: SIPBody?) {
        fields.body = body?.bytes ?? []
        headers[.contentType] = body?.type
    }
}

/// A body and what it is.
public struct SIPBody: Sendable, Equatable {
    public var type: String
    public var bytes: [UInt8]

    public init(type: String, bytes: [UInt8]) {
        self.type = type
        self.bytes = bytes
    }

    public static func sdp(_ text: String) -> SIPBody { SIPBody(type: "application/sdp", bytes: Array(text.utf8)) }
    public static func sdp(_ bytes: [UInt8]) -> SIPBody { SIPBody(type: "application/sdp", bytes: bytes) }
}
