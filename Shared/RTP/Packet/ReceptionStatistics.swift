/// What is known about a stream that arrives (RFC 3550 §6.4.1 and appendices A.1, A.3, A.8).
public struct ReceptionStatistics: Equatable, Sendable {
    public private(set) var received: UInt64 = 0
    public private(set) var octets: UInt64 = 0
    public private(set) var strays: UInt64 = 0
    private var tracker = SequenceTracker()
    /// Since the stream last restarted.
    private var receivedSinceRestart: UInt32 = 0
    private var lostBeforeRestart: Int64 = 0
    private var expectedPrior: UInt32 = 0
    private var receivedPrior: UInt32 = 0
    private var transit: UInt32?
    /// Sixteen times the jitter, in timestamp units.
    private var scaledJitter: Int64 = 0

    public init() {}

    /// Counts a packet.
    /// - Parameter arrival: when it came, in units of its own timestamps.
    /// - Returns: where it stands in its stream.
    @discardableResult
    public mutating func take(_ header: RTPHeader, octets: Int, arrival: UInt32) -> SequenceTracker.Verdict {
        let lostUntilNow = lost
        let verdict = tracker.take(header.sequence)
        switch verdict {
        case .stray:
            strays &+= 1
            return verdict
        case .restarted:
            lostBeforeRestart = lostUntilNow
            receivedSinceRestart = 0
            expectedPrior = 0
            receivedPrior = 0
            transit = nil
        case .next, .late: break
        }
        received &+= 1
        receivedSinceRestart &+= 1
        self.octets &+= UInt64(clamping: octets)
        if verdict != .late { measureJitter(arrival &- header.timestamp) }
        return verdict
    }

    private mutating func measureJitter(_ now: UInt32) {
        if let transit {
            let difference = Int64(Wrapping.distance(from: transit, to: now)).magnitude
            // A sender that starts a new timeline is not jitter.
            if difference < 80_000 {
                scaledJitter += Int64(difference) - ((scaledJitter + 8) >> 4)
            }
        }
        transit = now
    }

    /// In timestamp units.
    public var jitter: UInt32 { UInt32(clamping: scaledJitter >> 4) }

    private var expected: UInt32 { receivedSinceRestart == 0 ? 0 : tracker.highest &- tracker.base &+ 1 }

    /// How many packets never came; duplicates count against it, as the RFC has it.
    public var lost: Int64 { lostBeforeRestart + Int64(expected) - Int64(receivedSinceRestart) }

    /// The block that tells the sender how its stream arrives, and starts a new interval for the fraction lost.
    public mutating func report(on ssrc: UInt32, lastSenderReport: UInt32, delay: UInt32) -> RTCPReportBlock {
        let expectedInterval = Int64(expected) - Int64(expectedPrior)
        let receivedInterval = Int64(receivedSinceRestart) - Int64(receivedPrior)
        expectedPrior = expected
        receivedPrior = receivedSinceRestart
        let lostInterval = expectedInterval - receivedInterval
        let fraction = expectedInterval > 0 && lostInterval > 0 ? (lostInterval << 8) / expectedInterval : 0
        return RTCPReportBlock(
            ssrc: ssrc, fractionLost: UInt8(clamping: fraction), lost: Int32(clamping: lost),
            highestSequence: tracker.highest, jitter: jitter, lastSenderReport: lastSenderReport,
            delaySinceLastSenderReport: delay)
    }
}
