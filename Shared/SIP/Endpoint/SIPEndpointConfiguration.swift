/// What an endpoint listens on, calls itself, and allows.
public struct SIPEndpointConfiguration: Sendable {
    /// Where to listen; port 0 takes any. UDP and TCP on the same port are two entries. One listener a transport.
    public var listeners: [SIPPeer]
    /// What a listener of TLS, and calls that go out by it, need.
    public var tls: SIPTLS?
    /// The address peers are told in Via and Contact, if the one listened on is not it (0.0.0.0, NAT).
    public var advertisedHost: String?
    public var userAgent = "Carillon"
    /// The user part of our Contact.
    public var contactUser: String?
    public var timers = TransactionTimers()
    /// Methods that are taken outside calls beside INVITE: others get 405. REGISTER for a registrar.
    public var methods: [SIPMethod] = [.options]
    /// Calls at once; beyond, an INVITE gets 503.
    public var callLimit = 20_000
    /// Transactions at once; beyond, a request gets 503.
    public var transactionLimit = 400_000
    public var connectionLimit = 4_096
    /// How long a call that came in may ring without an answer: 480.
    public var ringLimit: Duration = .seconds(180)
    /// How long any call may last: BYE.
    public var durationLimit: Duration = .seconds(3 * 3600)
    /// The session interval (RFC 4028) we ask for and grant: a peer that vanished costs no more than this. Nil for none.
    public var sessionSeconds: Int? = 1_800
    /// New requests each source address may send per second, with bursts of as much; nil for no limit.
    public var requestsPerSecondPerSource: Int?
    /// Datagrams that are read of all sources together that are not known, with bursts of as much; nil for no limit.
    public var strangersPerSecond: Int?
    /// Whether an address is that of somebody we work with. Asked on the event loop for each datagram.
    public var isKnown: @Sendable (String) -> Bool = { _ in false }
    /// All of those addresses, or more. While strangers send more than is read, the kernel drops most of theirs and none of these.
    /// Nil: it drops what comes when there is no room, whoever it is of.
    public var knownHosts: (@Sendable () -> Set<String>)?

    public init(listeners: [SIPPeer]) { self.listeners = listeners }
}

/// What an endpoint has done and has under way.
public struct SIPEndpointStatistics: Sendable, Equatable {
    public var messagesReceived = 0
    public var messagesSent = 0
    /// Datagrams of strangers that were not read, for there were too many.
    public var passedOver = 0
    /// The share of strangers' datagrams that the kernel lets through: less than 1 in a flood.
    public var strangersShare = 1.0
    /// Messages that could not be parsed.
    public var malformed = 0
    /// Requests refused for being too many: tables full or a source too fast.
    public var overload = 0
    /// Responses and ACKs that belong to nothing.
    public var strays = 0
    /// Client transactions that got no final response.
    public var timeouts = 0
    public var calls = 0
    public var transactions = 0
    public var timers = 0
}
