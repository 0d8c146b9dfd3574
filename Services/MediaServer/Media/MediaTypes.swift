import Codecs
import Contracts
import RTP
import SDP
import WebRTC

/// What an operator sets for the media engine.
struct MediaConfiguration: Sendable {
    /// The IPv4 address RTP is received on; what is told to peers may differ and is the signalling's matter.
    var address = "0.0.0.0"
    /// Even ports of it carry RTP, the odd ones after them RTCP: one pair a leg.
    var ports: ClosedRange<UInt16> = 20_000...29_999
    /// How many dedicated threads relay and play.
    var threads = 1
    /// A leg that should be heard but is not for so long is reported once.
    var silenceBeforeTimeout: Duration = .seconds(30)
    /// So many ended recordings may wait to be closed; beyond, the disk stands still, and new ones are refused.
    var recordingsWaiting = 256
    /// Makes a recording's file, on the recorder's thread.
    var makeRecording: @Sendable (RecordingID, String) throws -> any LiveWriter = { try RecordingFile.make($1) }
}

/// Where a leg's media is received: for the SDP.
struct MediaPort: Equatable, Sendable {
    let port: UInt16
    let ssrc: UInt32
}

/// Where and how a leg's media is sent, as agreed by SDP.
struct RemoteMedia: Equatable, Sendable {
    /// A numeric IPv4 address.
    var address: String
    var port: UInt16
    /// Where RTCP goes if it is not the next port.
    var rtcpPort: UInt16?
    var codec: AudioCodec
    var payloadType: UInt8
    /// How the far end would like to be sent it, if it is Opus.
    var wishes = OpusWishes()
    var telephoneEventPayloadType: UInt8?
    var telephoneEventClockRate = 8_000
    var comfortNoisePayloadType: UInt8?
    /// Milliseconds in a packet that we make.
    var packetTime = 20
    /// Which way sound flows, from our side.
    var direction: Direction = .sendrecv
    /// Whether the true source may be learnt once from its first packets, for peers behind NAT.
    var learnsSource = true

    init(
        address: String, port: UInt16, law: G711, payloadType: UInt8? = nil, telephoneEventPayloadType: UInt8? = nil,
        direction: Direction = .sendrecv
    ) {
        self.init(
            address: address, port: port, codec: law == .aLaw ? .pcma : .pcmu, payloadType: payloadType,
            telephoneEventPayloadType: telephoneEventPayloadType, direction: direction)
    }

    init(
        address: String, port: UInt16, codec: AudioCodec, payloadType: UInt8? = nil,
        telephoneEventPayloadType: UInt8? = nil, direction: Direction = .sendrecv
    ) {
        self.address = address
        self.port = port
        self.codec = codec
        self.payloadType = payloadType ?? codec.payloadType
        self.telephoneEventPayloadType = telephoneEventPayloadType
        self.direction = direction
    }

    init(_ agreed: AgreedAudio) {
        self.init(
            address: agreed.remoteAddress, port: agreed.remotePort, codec: agreed.codec,
            payloadType: agreed.payloadType, telephoneEventPayloadType: agreed.telephoneEventPayloadType,
            direction: agreed.direction)
        rtcpPort = agreed.remoteRTCPPort
        wishes = OpusWishes(agreed.parameters)
        telephoneEventClockRate = agreed.telephoneEventClockRate
        comfortNoisePayloadType = agreed.comfortNoisePayloadType
        packetTime = agreed.packetTime
    }

    /// The companding law, if it is G.711.
    var law: G711? {
        switch codec {
        case .pcma: .aLaw
        case .pcmu: .muLaw
        case .g722, .opus, .gsm, .g729: nil
        }
    }

    /// Prompts can be sent as they lie in memory.
    var isPlain: Bool { law != nil && packetTime == 20 }

    /// What is said in one can be said in the other without decoding it: the same codec, or both of G.711.
    func speaksLike(_ other: RemoteMedia) -> Bool { codec == other.codec || (law != nil && other.law != nil) }
}

/// How something is played.
struct PlayOptions: Equatable, Sendable {
    /// Comes back in ``MediaEvent/playFinished(_:id:_:)``.
    var id: Int
    /// From the start again, for ever.
    var loops = false
    var stopsOnDigit = false
}

/// What happens to media on its own.
enum MediaEvent: Equatable, Sendable {
    /// A key was let go.
    case digit(LegID, Character, milliseconds: Int)
    case playFinished(LegID, id: Int, LegPlayFinished.Outcome)
    /// There is a file that it is written to.
    case recordingBegun(RecordingID)
    case recordingClosed(RecordingID, RecordingResult)
    /// The disk takes nothing of what is recorded any more, or takes all again.
    case recordingDiskChanged(isFailing: Bool, problem: String?)
    /// Nothing was heard for ``MediaConfiguration/silenceBeforeTimeout`` of a leg that is expected to be heard and not on
    /// hold; told again only after it was heard in between.
    case rtpTimeout(LegID)
    /// A browser is heard, again or for the first time. The name is its line's own.
    case browserConnected(LegID)
    /// A browser is not there any more; it may come back.
    case browserLost(LegID)
    /// What was dropped of what came to a browser's line that has ended.
    case browserDropped(SecureLink.Dropped)
    /// What was found out about who answered, after so much sound.
    case answer(LegID, AnswerClassifier.Finding, milliseconds: Int)
    /// The worker of the fax on it does not answer any more.
    case faxStalled(LegID)
    /// What was found of who is listened to, by the number of the recognition.
    case speech(LegID, Int, SpeechFinding)
    /// How a leg's sound fared since the last time, every few seconds.
    case quality(LegID, QualityInterval)
    /// The last event of a leg.
    case closed(LegID, MediaStatistics)
}

/// A recording that is whole on disk, or as whole as it could be made.
struct RecordingResult: Equatable, Sendable {
    var path: String
    /// Of the file.
    var bytes: Int64
    var durationMicroseconds: Int64
    /// A sentence, if something is missing from it.
    var problem: String?
    var pauses: [RecordingPause] = []
}

/// What a leg's media amounted to.
struct MediaStatistics: Equatable, Sendable {
    /// The one last agreed on; nil if none was.
    var codec: AudioCodec?
    var packetsReceived: UInt64 = 0
    var octetsReceived: UInt64 = 0
    var packetsLost: Int64 = 0
    var jitterMicroseconds: Int64 = 0
    var packetsSent: UInt64 = 0
    var octetsSent: UInt64 = 0
    /// From sources that are not the leg's; never heard, never answered.
    var packetsForeign: UInt64 = 0
    /// Not RTP, or of a payload type nobody agreed on.
    var packetsUnusable: UInt64 = 0
    /// What the far end says of what we send; it is 0 as well while it says nothing.
    var packetsLostByPeer: Int64 = 0
    var hasPeerReport = false
    var roundTripMicroseconds: Int64?
}

/// Why the media engine cannot do what is asked.
enum MediaError: Error, Equatable, CustomStringConvertible {
    case noPortFree
    case socket(String)
    case legExists(LegID)
    case badAddress(String)

    var description: String {
        switch self {
        case .noPortFree: "All RTP ports are taken."
        case .socket(let reason): "An RTP socket cannot be opened: \(reason)."
        case .legExists(let leg): "There is already media for the leg \(leg)."
        case .badAddress(let address): "\(address) is not a numeric IPv4 address."
        }
    }
}
