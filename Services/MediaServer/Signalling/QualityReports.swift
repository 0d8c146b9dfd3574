import Contracts
import SDP

// How a leg's sound fares: a signal every few seconds, and a fact at its end.

extension SwitchDesk {
    func tellQuality(_ leg: LegID, _ interval: QualityInterval) {
        guard let tenant = state.legs[leg]?.tenant, let quality = LegQuality(leg, interval) else { return }
        parts.signal(quality, tenant)
    }

    func mediaClosed(_ leg: LegID, _ statistics: MediaStatistics) {
        guard let tenant = closing.removeValue(forKey: leg), let codec = statistics.codec else { return }
        let whole = QualityInterval(codec: codec, from: MediaStatistics(), to: statistics)
        // Who was never heard and never told anything has no quality.
        guard statistics.packetsReceived > 0 || statistics.packetsSent > 0 else { return }
        parts.publish(LegMediaEnded(legID: leg, sound: LegSound(whole)), tenant)
    }
}

extension LegQuality {
    /// Nil for an interval in which nothing happened.
    fileprivate init?(_ leg: LegID, _ interval: QualityInterval) {
        guard interval.score != nil || interval.scoreAtPeer != nil else { return nil }
        self.init(legID: leg, sound: LegSound(interval))
    }
}

extension LegSound {
    fileprivate init(_ interval: QualityInterval) {
        self.init(
            codec: interval.codec.name,
            packetsReceived: interval.packetsReceived,
            packetsLost: max(0, interval.to.packetsLost - interval.from.packetsLost),
            packetsSent: interval.packetsSent,
            packetsLostByPeer: interval.to.hasPeerReport
                ? max(0, interval.to.packetsLostByPeer - interval.from.packetsLostByPeer) : nil,
            jitterMicroseconds: interval.to.jitterMicroseconds,
            roundTripMicroseconds: interval.to.roundTripMicroseconds, score: interval.score,
            scoreAtPeer: interval.scoreAtPeer)
    }
}
