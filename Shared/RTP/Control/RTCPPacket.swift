/// How a stream arrives, as its receiver tells (RFC 3550 §6.4.1).
public struct RTCPReportBlock: Equatable, Sendable {
    static let size = 24

    public var ssrc: UInt32
    /// In 256ths, since the last report.
    public var fractionLost: UInt8
    /// 24 bits, signed: duplicates can make it negative.
    public var lost: Int32
    /// Extended by the number of wraps.
    public var highestSequence: UInt32
    /// In timestamp units.
    public var jitter: UInt32
    /// The middle 32 bits of the last sender report's time; 0 for none.
    public var lastSenderReport: UInt32
    /// In 65 536ths of a second.
    public var delaySinceLastSenderReport: UInt32

    public init(
        ssrc: UInt32, fractionLost: UInt8 = 0, lost: Int32 = 0, highestSequence: UInt32 = 0, jitter: UInt32 = 0,
        lastSenderReport: UInt32 = 0, delaySinceLastSenderReport: UInt32 = 0
    ) {
        self.ssrc = ssrc
        self.fractionLost = fractionLost
        self.lost = lost
        self.highestSequence = highestSequence
        self.jitter = jitter
        self.lastSenderReport = lastSenderReport
        self.delaySinceLastSenderReport = delaySinceLastSenderReport
    }

    /// The time a packet takes there and back, in microseconds, for a block that arrives now; nil if it does not say.
    public func roundTripMicroseconds(now: NTPTime) -> Int64? {
        guard lastSenderReport != 0 else { return nil }
        let passed = Wrapping.distance(from: lastSenderReport &+ delaySinceLastSenderReport, to: now.middle)
        // A clock that runs apart can make it slightly negative; a minute or more is nonsense.
        guard passed < 60 << 16 else { return nil }
        return (Int64(max(passed, 0)) * 1_000_000) >> 16
    }
}

/// A time as RTCP writes it: seconds since 1900 and a fraction, 32 bits each.
public struct NTPTime: Equatable, Sendable {
    public var value: UInt64

    public init(value: UInt64) { self.value = value }

    public init(microsecondsSince1970 microseconds: Int64) {
        let since1970 = UInt64(clamping: microseconds)
        let seconds = since1970 / 1_000_000 &+ 2_208_988_800
        let fraction = ((since1970 % 1_000_000) << 32) / 1_000_000
        value = seconds << 32 | fraction
    }

    /// The part that reports quote.
    public var middle: UInt32 { UInt32(truncatingIfNeeded: value >> 16) }
}

/// What a sender says about its own stream (RFC 3550 §6.4.1).
public struct RTCPSenderInfo: Equatable, Sendable {
    public var time: NTPTime
    public var timestamp: UInt32
    public var packets: UInt32
    public var octets: UInt32

    public init(time: NTPTime, timestamp: UInt32, packets: UInt32, octets: UInt32) {
        self.time = time
        self.timestamp = timestamp
        self.packets = packets
        self.octets = octets
    }
}

/// One packet of an RTCP compound.
public enum RTCPPacket: Equatable, Sendable {
    case senderReport(ssrc: UInt32, RTCPSenderInfo, [RTCPReportBlock])
    case receiverReport(ssrc: UInt32, [RTCPReportBlock])
    case sourceDescription(ssrc: UInt32, cname: String?)
    case bye([UInt32], reason: String?)
    case other(type: UInt8)
}

/// Packet types of RFC 3550 §12.1.
enum RTCPType {
    static let senderReport: UInt8 = 200
    static let receiverReport: UInt8 = 201
    static let sourceDescription: UInt8 = 202
    static let bye: UInt8 = 203
}
