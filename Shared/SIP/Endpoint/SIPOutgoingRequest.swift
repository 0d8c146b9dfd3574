/// A request outside any call: REGISTER, OPTIONS, MESSAGE.
public struct SIPOutgoingRequest: Sendable {
    public var method: SIPMethod
    public var uri: SIPURI
    /// A tag is added if it has none.
    public var from: NameAddress
    public var to: NameAddress?
    public var contacts: [NameAddress] = []
    public var hasWildcardContact = false
    public var headers: SIPHeaders = [:]
    public var body: SIPBody?
    /// Where to send, if not where the URI points.
    public var destination: SIPPeer?
    /// What answers a 401 or 407.
    public var credentials: DigestCredentials?
    /// The same for all requests of a registration; made up if left out.
    public var callID: String?
    /// Grows from one request of a Call-ID to the next.
    public var sequence: UInt32 = 1

    public init(_ method: SIPMethod, uri: SIPURI, from: NameAddress) {
        self.method = method
        self.uri = uri
        self.from = from
    }
}
