import Foundation
import SDP

/// How good speech is after a codec, its losses and its delay, as people would judge it: the E-model of ITU-T G.107, with
/// everything at its default but these three. An estimate to compare calls by, not a measurement.
enum SpeechQuality {
    /// What the codec itself costs, and how well it bears losses (ITU-T G.113 appendix I; for G.722 and Opus what is usually
    /// taken on the narrow scale, for the tables of G.113 end before them).
    private static func impairment(of codec: AudioCodec) -> (itself: Double, robustness: Double) {
        switch codec {
        case .pcma, .pcmu: (0, 25.1)
        case .g722: (0, 20)
        case .opus: (0, 35)
        case .g729: (11, 19)
        case .gsm: (20, 43)
        }
    }

    /// The mean opinion score, 1…4.5.
    /// - Parameters:
    ///   - loss: 0…1.
    ///   - delay: one way, from mouth to ear, in milliseconds.
    static func score(_ codec: AudioCodec, loss: Double, delay: Double) -> Double {
        let (itself, robustness) = impairment(of: codec)
        let percent = min(max(loss, 0), 1) * 100
        let impaired = itself + (95 - itself) * percent / (percent + robustness)
        let late = max(delay, 0)
        let delayed = 0.024 * late + (late > 177.3 ? 0.11 * (late - 177.3) : 0)
        return score(rating: 93.2 - delayed - impaired)
    }

    /// G.107 annex B.
    static func score(rating: Double) -> Double {
        guard rating > 0 else { return 1 }
        guard rating < 100 else { return 4.5 }
        return max(1, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)
    }
}

/// A leg's counters at two moments, and what lies between them.
struct QualityInterval: Equatable, Sendable {
    let codec: AudioCodec
    let from: MediaStatistics
    let to: MediaStatistics

    /// The share of what the leg sent that did not arrive; nil if nothing was to come.
    var loss: Double? { Self.loss(to.packetsLost - from.packetsLost, arrived: packetsReceived) }

    /// The share of what we sent that did not arrive there, as the far end tells; nil if it told nothing.
    var lossAtPeer: Double? {
        guard to.hasPeerReport else { return nil }
        let lost = to.packetsLostByPeer - from.packetsLostByPeer
        let sent = Int64(clamping: packetsSent)
        return sent > 0 ? min(max(Double(lost) / Double(sent), 0), 1) : nil
    }

    /// Counters only rise; were one to fall, nothing came.
    var packetsReceived: UInt64 { to.packetsReceived - min(from.packetsReceived, to.packetsReceived) }
    var packetsSent: UInt64 { to.packetsSent - min(from.packetsSent, to.packetsSent) }

    private static func loss(_ lost: Int64, arrived: UInt64) -> Double? {
        let expected = Int64(clamping: arrived) + max(lost, 0)
        return expected > 0 ? Double(max(lost, 0)) / Double(expected) : nil
    }

    /// From mouth to ear: half the way there and back, what jitter makes us wait, a packet, and the work on both ends.
    private var delay: Double {
        Double(to.roundTripMicroseconds ?? 0) / 2_000 + 2 * Double(to.jitterMicroseconds) / 1_000 + 40
    }

    /// What we hear of the leg; nil if it was silent.
    var score: Double? { loss.map { SpeechQuality.score(codec, loss: $0, delay: delay) } }

    /// What the leg hears of us.
    var scoreAtPeer: Double? { lossAtPeer.map { SpeechQuality.score(codec, loss: $0, delay: delay) } }
}
