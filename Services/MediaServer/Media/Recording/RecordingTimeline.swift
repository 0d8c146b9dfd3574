import RTP

/// Where on the clock each packet of a stream belongs: by its timestamp, so that jitter does not disturb it, anchored
/// at its arrival, and anchored anew when the two drift apart.
struct RecordingTimeline: Equatable, Sendable {
    /// In samples; 0.4 s. More than jitter, less than what anyone would call out of step.
    private static let maximumDrift: Int64 = 3_200

    private var ssrc: UInt32?
    private var timestamp: UInt32 = 0
    private var position: Int64 = 0

    /// - Parameter arrival: the clock when the packet came, in samples.
    /// - Returns: the clock at its first sample.
    mutating func position(of header: RTPHeader, arrival: Int64) -> Int64 {
        let expected = position + Int64(Wrapping.distance(from: timestamp, to: header.timestamp))
        if ssrc == header.ssrc, abs(arrival - expected) <= Self.maximumDrift {
            if expected > position { anchor(header, at: expected) }
            return expected
        }
        anchor(header, at: arrival)
        return arrival
    }

    private mutating func anchor(_ header: RTPHeader, at position: Int64) {
        ssrc = header.ssrc
        timestamp = header.timestamp
        self.position = position
    }
}
