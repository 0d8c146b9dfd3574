import NIOCore

/// Joins the core to its transports and to the clock. Lives on the event loop.
final class EndpointRuntime {
    let core: EndpointCore
    private let loop: any EventLoop
    private let start = NIODeadline.now()
    private var transports: [SIPTransportKind: any SIPTransport] = [:]
    /// When the timers are looked at next, by the core's clock, and what does it.
    private var tick: (at: Duration, task: Scheduled<Void>)?
    /// What came before there was anybody to tell, in order; nil from then on.
    private var early: [(bytes: [UInt8], peer: SIPPeer)]? = []
    private var isClosed = false
    /// Keeps floods of strangers from filling the queue of the UDP socket, while there is one.
    private var sieve: StrangerSieve?
    /// The next look at how much of strangers comes, what was so by the last, and what the kernel knows since then.
    private var sift: Scheduled<Void>?
    private var (siftedAt, strangersCame, passedOver): (Duration, Int, Int) = (.zero, 0, 0)
    private var filter: SourceFilter?
    /// Told of every message, as it passes.
    var tap: SIPTap?

    init(
        _ configuration: SIPEndpointConfiguration, loop: any EventLoop,
        onInvite: @escaping (UInt64, SIPRequest, SIPPeer) -> EndpointCore.EventHandler,
        onRequest: @escaping (TransactionID, SIPRequest, SIPPeer) -> Void
    ) {
        self.loop = loop
        // The core speaks to its transports through the runtime, which does not exist before the core.
        final class Place { weak var runtime: EndpointRuntime? }
        let place = Place()
        core = EndpointCore(
            configuration: configuration,
            output: { bytes, peer, transaction in place.runtime?.output(bytes, peer, transaction) },
            onInvite: onInvite, onRequest: onRequest)
        place.runtime = self
        if configuration.knownHosts != nil {
            sieve = configuration.strangersPerSecond.map { StrangerSieve(perSecond: $0) }
        }
    }

    /// - Returns: where it listens.
    func add(_ transport: any SIPTransport) -> SIPPeer {
        let local = transport.local
        guard transports[local.transport] == nil else {
            transport.close()
            return local
        }
        transports[local.transport] = transport
        let host =
            core.configuration.advertisedHost ?? (["0.0.0.0", "::"].contains(local.host) ? "127.0.0.1" : local.host)
        core.advertised[local.transport] = SIPPeer(local.transport, host, local.port)
        return local
    }

    var locals: [SIPPeer] { SIPTransportKind.allCases.compactMap { transports[$0]?.local } }

    func received(_ bytes: [UInt8], _ peer: SIPPeer) {
        guard early == nil else {
            // A socket is open before its endpoint exists. More than that is retransmitted.
            if early?.count ?? 0 < 256 { early?.append((bytes, peer)) }
            return
        }
        if let tap, let local = core.advertised[peer.transport] { tap(bytes, local, peer, false) }
        if isClosed { return }
        act { $0.received(bytes, from: peer) }
        if sift == nil, sieve != nil, core.statistics.passedOver > passedOver { siftSoon() }
    }

    /// There is somebody to tell from now on.
    func open() {
        let waiting = early ?? []
        early = nil
        for message in waiting { received(message.bytes, message.peer) }
    }

    /// Anything that is done to the core: at the present time, and with its timers kept going.
    func act(_ body: (EndpointCore) -> Void) {
        core.now = .nanoseconds((NIODeadline.now() - start).nanoseconds)
        body(core)
        tickIfNeeded()
    }

    private func tickIfNeeded() {
        guard !isClosed, let next = core.wheel.next else { return }
        if let tick {
            if tick.at <= next { return }
            tick.task.cancel()
        }
        // Not more often than timers are precise, however many there are.
        let delay = max(next - core.now, .milliseconds(1))
        let task = loop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { [self] in
            tick = nil
            if isClosed { return }
            act { $0.advance(to: $0.now) }
        }
        tick = (next, task)
    }

    private func siftSoon() {
        (siftedAt, strangersCame, passedOver) = (core.now, core.strangersCame, core.statistics.passedOver)
        let interval = TimeAmount.milliseconds(100)
        sift = loop.assumeIsolated().scheduleTask(in: interval) { [self] in
            sift = nil
            if !isClosed { act { _ in siftNow() } }
        }
    }

    /// Looks again until all strangers may come through.
    private func siftNow() {
        guard var sieve, let hosts = core.configuration.knownHosts, let udp = transports[.udp] as? UDPTransport
        else { return }
        sieve.look(came: core.strangersCame - strangersCame, in: core.now - siftedAt)
        let wanted = sieve.share < 1 ? SourceFilter(known: hosts(), strangersShare: sieve.share) : nil
        if wanted != filter {
            guard udp.filter(wanted) else {
                // A kernel that does not take it leaves all to the gate.
                _ = udp.filter(nil)
                return self.sieve = nil
            }
            filter = wanted
        }
        core.statistics.strangersShare = sieve.share
        self.sieve = sieve
        if sieve.share < 1 { siftSoon() }
    }

    private func output(_ bytes: [UInt8], _ peer: SIPPeer, _ transaction: TransactionID?) {
        guard let transport = transports[peer.transport] else { return }
        if let tap, let local = core.advertised[peer.transport] { tap(bytes, local, peer, true) }
        transport.send(bytes, to: peer) { [weak self] in
            if let transaction { self?.act { $0.unreachable(transaction) } }
        }
    }

    func close() {
        isClosed = true
        tick?.task.cancel()
        tick = nil
        sift?.cancel()
        act { $0.close() }
        for transport in transports.values { transport.close() }
        transports = [:]
    }
}
