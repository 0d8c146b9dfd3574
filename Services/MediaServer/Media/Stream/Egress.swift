import RTP

/// One outgoing stream, whatever it is fed from: prompts, keys or the other leg. To the far end it is a single source
/// whose numbers never jump and whose time follows the clock.
struct Egress: Equatable, Sendable {
    /// How a relayed stream's numbers become ours.
    private struct Relay: Equatable {
        var ssrc: UInt32
        /// Packets from before it are not placed any more.
        var oldest: UInt16
        var highest: UInt16
        var sequenceOffset: UInt16
        var timestampOffset: UInt32
        var lastTimestamp: UInt32
    }

    /// Farther apart than this, incoming numbers are a new stream.
    private static let maximumJump = 200
    /// Farther apart than this, incoming timestamps are a new stream.
    private static let maximumJumpSeconds = 5

    private static let momentMicroseconds: Int64 = 60_000

    /// Of the timestamps.
    var clockRate = 8_000
    let ssrc: UInt32
    private(set) var sequence: UInt16
    /// Of the newest packet.
    private(set) var timestamp: UInt32
    private var sentAt: Int64?
    private var relay: Relay?
    private var isGenerating = false
    private(set) var packets: UInt64 = 0
    private(set) var octets: UInt64 = 0

    init(ssrc: UInt32, sequence: UInt16, timestamp: UInt32) {
        self.ssrc = ssrc
        self.sequence = sequence
        self.timestamp = timestamp
    }

    /// The stream is fed from elsewhere from now on.
    mutating func switchSource() {
        relay = nil
        isGenerating = false
    }

    /// What we make next goes on right behind what was relayed, if that was a moment ago: to the far end nothing happened.
    mutating func goOn(at now: Int64) {
        guard let sentAt, now - sentAt < Self.momentMicroseconds else { return }
        relay = nil
        isGenerating = true
    }

    /// The timestamp of now, for a stream that is not fed: what it last sent, and the time since.
    func timestamp(at now: Int64) -> UInt32 {
        guard let sentAt else { return timestamp }
        return timestamp &+ UInt32(clamping: max(1, (now - sentAt) * Int64(clockRate / 1_000) / 1_000))
    }

    /// Our header for a packet of the other leg; nil for one that is too old to be placed.
    mutating func relayed(_ header: RTPHeader, at now: Int64) -> RTPHeader? {
        var isFirst = false
        if relay == nil || isBeyond(header) {
            let time = self.timestamp(at: now)
            relay = Relay(
                ssrc: header.ssrc, oldest: header.sequence, highest: header.sequence,
                sequenceOffset: sequence &+ 1 &- header.sequence, timestampOffset: time &- header.timestamp,
                lastTimestamp: header.timestamp)
            isFirst = true
            isGenerating = false
        }
        guard var relay, Wrapping.distance(from: relay.oldest, to: header.sequence) >= 0 else { return nil }
        let out = RTPHeader(
            marker: header.marker || isFirst, payloadType: header.payloadType,
            sequence: header.sequence &+ relay.sequenceOffset, timestamp: header.timestamp &+ relay.timestampOffset,
            ssrc: ssrc)
        if Wrapping.distance(from: relay.highest, to: header.sequence) >= 0 {
            relay.highest = header.sequence
            if Wrapping.distance(from: relay.oldest, to: relay.highest) > Self.maximumJump {
                relay.oldest = relay.highest &- UInt16(Self.maximumJump)
            }
            relay.lastTimestamp = header.timestamp
            sequence = out.sequence
            timestamp = out.timestamp
            sentAt = now
        }
        self.relay = relay
        return out
    }

    private func isBeyond(_ header: RTPHeader) -> Bool {
        guard let relay else { return true }
        return relay.ssrc != header.ssrc
            || abs(Wrapping.distance(from: relay.highest, to: header.sequence)) > Self.maximumJump
            || abs(Wrapping.distance(from: relay.lastTimestamp, to: header.timestamp)) > Self.maximumJumpSeconds
                * clockRate
    }

    /// The header of a packet we make ourselves, `samples` long in units of the timestamps.
    mutating func generated(payloadType: UInt8, samples: UInt32, at now: Int64) -> RTPHeader {
        let isFirst = !isGenerating
        let time = advance(samples: samples, at: now)
        sequence &+= 1
        return RTPHeader(marker: isFirst, payloadType: payloadType, sequence: sequence, timestamp: time, ssrc: ssrc)
    }

    /// Moves the stream's time on by a frame that we make, or that is a pause between keys.
    mutating func advance(samples: UInt32, at now: Int64) -> UInt32 {
        timestamp = isGenerating ? timestamp &+ samples : timestamp(at: now)
        relay = nil
        isGenerating = true
        sentAt = now
        return timestamp
    }

    /// The header of a key's packet, which keeps the timestamp of the key's beginning.
    mutating func event(_ frame: TelephoneEventSender.Frame, payloadType: UInt8) -> RTPHeader {
        sequence &+= 1
        return RTPHeader(
            marker: frame.marker, payloadType: payloadType, sequence: sequence, timestamp: frame.timestamp, ssrc: ssrc)
    }

    mutating func count(octets: Int) {
        packets &+= 1
        self.octets &+= UInt64(clamping: octets)
    }
}
