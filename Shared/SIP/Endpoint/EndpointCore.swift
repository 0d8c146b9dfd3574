/// Everything an endpoint does, without sockets and clocks: message in → transaction → action → message out.
///
/// It lives on one event loop and is called from nowhere else. What it tells its users is queued and told at the end of a
/// turn, so a handler may call back into it.
final class EndpointCore {
    /// For whom a transaction works.
    enum Owner {
        case server
        case session(UInt64, SessionPurpose)
        case requester(UInt64)
        case nobody
    }

    enum TimerTarget {
        case transaction(TransactionID, TransactionTimer)
        case session(UInt64, SessionTimer, UInt32)
        /// What could not be told at once because its user was not ready for it.
        case telling
    }

    typealias EventHandler = (SIPCallEvent) -> Void

    /// A call and what surrounds it. A class so that a turn of the session moves nothing about.
    final class SessionEntry {
        var session: Session
        let handler: EventHandler
        /// Where the call's requests go, if not where its dialog says.
        let fixedPeer: SIPPeer?
        /// Where the first INVITE goes.
        let firstPeer: SIPPeer
        var dialogs: [DialogID] = []
        /// The key in `pendingInvites`, of a call that came.
        let mergeKey: MergeKey?
        /// The call that this one wants to take the place of (RFC 3891).
        let replaces: UInt64?

        init(
            session: Session, handler: @escaping EventHandler, fixedPeer: SIPPeer?, firstPeer: SIPPeer,
            mergeKey: MergeKey? = nil, replaces: UInt64? = nil
        ) {
            self.session = session
            self.handler = handler
            self.fixedPeer = fixedPeer
            self.firstPeer = firstPeer
            self.mergeKey = mergeKey
            self.replaces = replaces
        }
    }

    struct Requester {
        let completion: (SIPResponse?) -> Void
        let credentials: DigestCredentials?
        /// Challenges that were answered.
        var answers = 0
    }

    let configuration: SIPEndpointConfiguration
    /// What we are called, per transport: host and port for Via and Contact.
    var advertised: [SIPTransportKind: SIPPeer] = [:]
    /// Puts bytes on the wire. The transaction is told, later, if it cannot be done.
    let output: ([UInt8], SIPPeer, TransactionID?) -> Void
    /// A call came: gives back who handles its events.
    var onInvite: (UInt64, SIPRequest, SIPPeer) -> EventHandler
    /// A request outside calls came.
    var onRequest: (TransactionID, SIPRequest, SIPPeer) -> Void
    var isDraining = false
    private var isClosed = false
    var now: Duration = .zero
    var statistics = SIPEndpointStatistics()

    var table: TransactionTable<Owner>
    var wheel = TimerWheel<TimerTarget>()
    var sessions: [UInt64: SessionEntry] = [:]
    var dialogs: [DialogID: UInt64] = [:]
    var requesters: [UInt64: Requester] = [:]
    /// INVITEs being answered, by what a merged copy of them would share (RFC 3261 §8.2.2.2).
    var pendingInvites: [MergeKey: TransactionID] = [:]
    var limiter: SourceLimiter?
    private var gate: StrangerGate?
    /// Datagrams that came from strangers, read or not.
    private(set) var strangersCame = 0
    private var nextNumber: UInt64 = 1
    private var told: [() -> Void] = []
    private var depth = 0
    private var isTelling = false

    init(
        configuration: SIPEndpointConfiguration, output: @escaping ([UInt8], SIPPeer, TransactionID?) -> Void,
        onInvite: @escaping (UInt64, SIPRequest, SIPPeer) -> EventHandler,
        onRequest: @escaping (TransactionID, SIPRequest, SIPPeer) -> Void
    ) {
        self.configuration = configuration
        self.output = output
        self.onInvite = onInvite
        self.onRequest = onRequest
        table = TransactionTable(limit: configuration.transactionLimit)
        limiter = configuration.requestsPerSecondPerSource.map { SourceLimiter(perSecond: $0) }
        gate = configuration.strangersPerSecond.map { StrangerGate(perSecond: $0) }
    }

    /// A number for a call that came in, or for someone who waits: odd, for the calls we make have even ones.
    func number() -> UInt64 {
        nextNumber += 2
        return nextNumber
    }

    /// One input, with everything that follows from it.
    /// - Parameter tellsLater: what there is to tell waits for the next tick: the caller has yet to learn its call's name.
    func turn(tellsLater: Bool = false, _ body: () -> Void) {
        depth += 1
        body()
        depth -= 1
        guard depth == 0, !isTelling, !told.isEmpty else { return }
        if tellsLater, !isClosed { return wheel.add(.telling, at: now) }
        isTelling = true
        while !told.isEmpty {
            let batch = told
            told = []
            for tell in batch { tell() }
        }
        isTelling = false
    }

    /// Nothing goes out or comes in any more: whoever waits for a response is told so, now and from now on.
    func close() {
        isClosed = true
        advertised = [:]
        turn { for token in requesters.keys.sorted() { complete(token, nil) } }
    }

    func tell(_ body: @escaping () -> Void) { told.append(body) }

    /// Fires what is due.
    func advance(to time: Duration) {
        now = max(now, time)
        for target in wheel.due(at: now) {
            turn {
                switch target {
                case .transaction(let id, let timer): run(id, .timer(timer))
                case .session(let number, let timer, let serial): feed(number, .timer(timer, serial))
                case .telling: break
                }
            }
        }
    }

    /// A message from the wire.
    func received(_ bytes: [UInt8], from peer: SIPPeer) {
        // A connection has to be made first, and is held back by itself.
        if peer.transport == .udp, gate != nil, !configuration.isKnown(peer.host) {
            strangersCame += 1
            if gate?.admits(at: now) == false {
                statistics.passedOver += 1
                return
            }
        }
        statistics.messagesReceived += 1
        turn {
            do throws(SIPParseError) {
                switch try SIPParser.parse(bytes) {
                case .request(let request): received(request, from: peer)
                case .response(let response): received(response)
                }
            } catch {
                malformed(bytes, error, from: peer)
            }
        }
    }

    private func malformed(_ bytes: [UInt8], _ error: SIPParseError, from peer: SIPPeer) {
        statistics.malformed += 1
        guard let answer = SIPRefusal.answer(to: bytes, error) else { return }
        transmit(answer.bytes, to: answer.via.map { Self.replyPeer($0, source: peer) } ?? peer, nil)
    }

    func transmit(_ bytes: [UInt8], to peer: SIPPeer, _ transaction: TransactionID?) {
        statistics.messagesSent += 1
        output(bytes, peer, transaction)
    }

    /// Hands an input to a transaction and carries out what it wants.
    func run(_ id: TransactionID, _ input: TransactionInput) {
        for action in table.handle(id, input) {
            switch action {
            case .send(let bytes): if let peer = table.peer(of: id) { transmit(bytes, to: peer, id) }
            case .set(let timer, let delay): wheel.add(.transaction(id, timer), at: now + delay)
            case .deliver(let response): delivered(response, id)
            case .timedOut: failed(id, 408)
            case .unreachable: failed(id, 503)
            case .terminated: table.remove(id)
            }
        }
    }

    /// The transport could not deliver for this transaction.
    func unreachable(_ id: TransactionID) { turn { run(id, .transportFailed) } }

    var snapshot: SIPEndpointStatistics {
        var snapshot = statistics
        snapshot.calls = sessions.count
        snapshot.transactions = table.count
        snapshot.timers = wheel.count
        return snapshot
    }
}
