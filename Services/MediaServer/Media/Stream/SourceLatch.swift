import RTP

/// Decides whose packets are a leg's: those from the address that SDP named, or, once, from where the first agreeing
/// packets come. After that everything else is foreign: neither heard nor answered.
///
///     signalled ──packet from that very address──▶ locked to it
///         │
///         └─several packets in a row from one other source, of the same SSRC──▶ locked to that source
///                              (a packet from the signalled address still takes the lock back)
///
/// Sound and keys agree with each other: a telephone may press a key with its first packet, and sends both by turns then.
///
/// Another host is learnt only for a moment after a description or the answer, when a telephone behind NAT begins to
/// speak: whoever sprays packets at our ports later finds nobody to be taken for.
struct SourceLatch: Equatable, Sendable {
    enum Verdict: Equatable {
        /// The leg's own.
        case accepted
        /// Perhaps the leg's own; not heard yet.
        case learning
        case foreign
    }

    fileprivate struct Candidate: Equatable {
        var source: SocketAddress
        var ssrc: UInt32
        var nextSequence: UInt16
        var agreeing: Int
    }

    /// A few sources are watched at once, so that one stray sender cannot keep the true one from being learnt.
    private static let maximumCandidates = 4
    /// A peer behind NAT usually keeps its host address…
    private static let neededFromSameHost = 2
    /// …another host must try harder.
    private static let neededFromElsewhere = 4

    /// How long another host may be learnt; microseconds.
    static let learningTime: Int64 = 10_000_000

    private var signalled: SocketAddress?
    private var learns = false
    private var learnsUntil: Int64 = 0
    private(set) var locked: SocketAddress?
    private var candidates: [Candidate] = []

    init() { candidates.reserveCapacity(Self.maximumCandidates) }

    /// Where to send: the source once it is known, the signalled address before.
    var destination: SocketAddress? {
        guard let signalled, signalled.port != 0 else { return nil }
        if let locked { return locked }
        return signalled.isUsable ? signalled : nil
    }

    /// Takes the address of a new description. The same address again keeps what was learnt.
    mutating func signal(_ address: SocketAddress, learns: Bool, at now: Int64) {
        // Nobody is who holds us in the old way, by the address 0.0.0.0.
        self.learns = learns && address.host != 0
        expect(at: now)
        guard signalled != address else { return }
        signalled = address
        locked = nil
        candidates.removeAll(keepingCapacity: true)
    }

    /// A telephone may begin to speak now.
    mutating func expect(at now: Int64) { learnsUntil = now + Self.learningTime }

    mutating func take(_ source: SocketAddress, _ header: RTPHeader, at now: Int64) -> Verdict {
        if source == locked { return .accepted }
        guard let signalled else { return .foreign }
        if source == signalled {
            locked = source
            return .accepted
        }
        guard locked == nil, learns, source.host == signalled.host || now <= learnsUntil else { return .foreign }
        return learn(source, header, needed: needed(source, signalled))
    }

    private func needed(_ source: SocketAddress, _ signalled: SocketAddress) -> Int {
        source.host == signalled.host ? Self.neededFromSameHost : Self.neededFromElsewhere
    }

    private mutating func learn(_ source: SocketAddress, _ header: RTPHeader, needed: Int) -> Verdict {
        guard let index = candidates.firstIndex(where: { $0.source == source }) else {
            if candidates.count == Self.maximumCandidates { candidates.removeFirst() }
            candidates.append(Candidate(source, header))
            return .learning
        }
        let known = candidates[index]
        guard known.ssrc == header.ssrc, known.nextSequence == header.sequence else {
            candidates[index] = Candidate(source, header)
            return .learning
        }
        candidates[index].nextSequence &+= 1
        candidates[index].agreeing += 1
        guard candidates[index].agreeing >= needed else { return .learning }
        locked = source
        candidates.removeAll(keepingCapacity: true)
        return .accepted
    }
}

extension SourceLatch.Candidate {
    fileprivate init(_ source: SocketAddress, _ header: RTPHeader) {
        self.init(source: source, ssrc: header.ssrc, nextSequence: header.sequence &+ 1, agreeing: 1)
    }
}
