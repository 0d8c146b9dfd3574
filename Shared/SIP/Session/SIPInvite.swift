/// A call to make.
public struct SIPInvite: Sendable {
    /// The Request-URI.
    public var uri: SIPURI
    /// Who calls; the tag is added.
    public var from: NameAddress
    /// Who is called, if it is to read differently from the Request-URI.
    public var to: NameAddress?
    /// Where to send, if not where the URI points: a trunk's address, a telephone's registered source.
    public var destination: SIPPeer?
    /// Keep sending to `destination` in the call, whatever Contact says: for telephones behind NAT.
    public var staysWithDestination = false
    /// More headers, for instance P-Asserted-Identity.
    public var headers: SIPHeaders = [:]
    /// Without an offer, the 2xx brings it and `acknowledge` answers it.
    public var offer: SIPBody?
    /// What answers a 401 or 407.
    public var credentials: DigestCredentials?
    /// How long it may ring; beyond, it is cancelled.
    public var ringLimit: Duration = .seconds(180)
    /// How long the first response may take, a 100 too; beyond, the call ends as one that was never answered, with a local
    /// 408. Nil for as long as the transaction waits, 32 s.
    public var firstResponseLimit: Duration?

    public init(uri: SIPURI, from: NameAddress, offer: SIPBody?) {
        self.uri = uri
        self.from = from
        self.offer = offer
    }
}
