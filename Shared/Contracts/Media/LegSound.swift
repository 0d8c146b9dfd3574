/// How a leg's sound fared, in both directions, over some time.
public struct LegSound: Codable, Sendable, Equatable {
    /// As in an `rtpmap`: `PCMA`, `opus`.
    public let codec: String
    /// Heard of the leg.
    public let packetsReceived: UInt64
    public let packetsLost: Int64
    /// Said to the leg.
    public let packetsSent: UInt64
    /// What the far end tells of them; nil if it tells nothing.
    public let packetsLostByPeer: Int64?
    /// Of what is heard, at the end of the time.
    public let jitterMicroseconds: Int64
    public let roundTripMicroseconds: Int64?
    /// The mean opinion score that people would give what we hear of the leg, 1…4.5, as the E-model (ITU-T G.107) estimates
    /// it from codec, loss and delay; nil if nothing was heard.
    public let score: Double?
    /// The same for what the leg hears of us; nil if the far end reports nothing.
    public let scoreAtPeer: Double?

    public init(
        codec: String, packetsReceived: UInt64, packetsLost: Int64, packetsSent: UInt64, packetsLostByPeer: Int64?,
        jitterMicroseconds: Int64, roundTripMicroseconds: Int64?, score: Double?, scoreAtPeer: Double?
    ) {
        self.codec = codec
        self.packetsReceived = packetsReceived
        self.packetsLost = packetsLost
        self.packetsSent = packetsSent
        self.packetsLostByPeer = packetsLostByPeer
        self.jitterMicroseconds = jitterMicroseconds
        self.roundTripMicroseconds = roundTripMicroseconds
        self.score = score
        self.scoreAtPeer = scoreAtPeer
    }
}

/// How a leg's sound fared in the last seconds. Published by media-server about every five seconds while there is sound.
public struct LegQuality: Signal, Equatable {
    public static let topic = "leg.quality"
    public let legID: LegID
    public let sound: LegSound
    public var subject: String { legID.rawValue }

    public init(legID: LegID, sound: LegSound) {
        self.legID = legID
        self.sound = sound
    }
}

/// The last that is told of a leg: how its sound fared from beginning to end. Published by media-server right after
/// `leg.ended`, for legs that had sound.
public struct LegMediaEnded: Fact, Equatable {
    public static let topic = "leg.media_ended"
    public let legID: LegID
    public let sound: LegSound
    public var subject: String { legID.rawValue }

    public init(legID: LegID, sound: LegSound) {
        self.legID = legID
        self.sound = sound
    }
}
