/// What both sides agreed on for the audio of a call, seen from our side.
public struct AgreedAudio: Equatable, Sendable {
    public var codec: AudioCodec
    /// The number to send the codec with, which the other side chose.
    public var payloadType: UInt8
    /// The number to send keys with; nil if the other side does not take telephone-events.
    public var telephoneEventPayloadType: UInt8?
    public var remoteAddress: String
    public var remotePort: UInt16
    public var remoteRTCPPort: UInt16
    /// Which way sound flows, from our side.
    public var direction: Direction
    /// Milliseconds in a packet we send.
    public var packetTime: Int

    public init(
        codec: AudioCodec, payloadType: UInt8, telephoneEventPayloadType: UInt8?, remoteAddress: String,
        remotePort: UInt16, remoteRTCPPort: UInt16, direction: Direction, packetTime: Int = 20
    ) {
        self.codec = codec
        self.payloadType = payloadType
        self.telephoneEventPayloadType = telephoneEventPayloadType
        self.remoteAddress = remoteAddress
        self.remotePort = remotePort
        self.remoteRTCPPort = remoteRTCPPort
        self.direction = direction
        self.packetTime = packetTime
    }

    /// The other side has put us on hold.
    public var isHeldByPeer: Bool { !direction.sends }
}

/// Why an offer or an answer leads to no audio.
public enum NegotiationError: Error, Equatable, Sendable, CustomStringConvertible {
    case noAudio
    case noCommonCodec
    case noAddress

    public var description: String {
        switch self {
        case .noAudio: "there is no plain RTP audio stream"
        case .noCommonCodec: "there is neither PCMU nor PCMA"
        case .noAddress: "the audio stream has no usable address"
        }
    }
}

/// Our side of offer and answer (RFC 3264) for one call: one audio stream, PCMA or PCMU, telephone-events.
///
/// It remembers what was last said, so that an unchanged description keeps its version and a changed one raises it.
public struct AudioSession: Equatable, Sendable {
    /// The number we propose for telephone-events.
    public static let telephoneEventPayloadType: UInt8 = 101

    public let address: String
    public let port: UInt16
    /// What we speak, best first.
    public let codecs: [AudioCodec]
    public let packetTime: Int
    /// Which way we would like sound to flow: `.sendonly` or `.inactive` puts the other side on hold.
    public var direction: Direction = .sendrecv

    private let sessionID: UInt64
    private var version: UInt64
    private var lastSaid: SessionDescription?
    /// The streams of the last description in either direction, whose number and order may not shrink (§8).
    private var lastStreams: [MediaDescription] = []
    public private(set) var agreed: AgreedAudio?

    public init(
        address: String, port: UInt16, sessionID: UInt64, codecs: [AudioCodec] = [.pcma, .pcmu], packetTime: Int = 20
    ) {
        self.address = address
        self.port = port
        self.codecs = codecs
        self.packetTime = packetTime
        // Kept below 2^62, because some telephones read these as signed.
        self.sessionID = sessionID >> 2
        version = sessionID >> 2
    }

    /// What we offer now. After an agreement the agreed codec comes first.
    public mutating func offer() -> SessionDescription {
        var order = codecs
        if let agreed { order.sort { first, second in first == agreed.codec && second != agreed.codec } }
        var streams = lastStreams.map(\.refused)
        let event = agreed?.telephoneEventPayloadType ?? Self.telephoneEventPayloadType
        let audio = stream(order.map { ($0, $0.payloadType) }, telephoneEvent: event, direction: direction)
        if let index = streams.firstIndex(where: { $0.kind == "audio" }) {
            streams[index] = audio
        } else {
            streams.append(audio)
        }
        return say(streams)
    }

    /// Answers an offer: each stream is answered in its place, and all but the first usable audio are refused.
    public mutating func answer(
        _ offer: SessionDescription
    ) throws(NegotiationError) -> (answer: SessionDescription, agreed: AgreedAudio) {
        guard let index = offer.media.firstIndex(where: \.isPlainAudio) else { throw .noAudio }
        let theirs = offer.media[index]
        let agreement = try agree(on: theirs, in: offer)
        let ours = stream(
            [(agreement.codec, agreement.payloadType)], telephoneEvent: agreement.telephoneEventPayloadType,
            direction: agreement.direction)
        var streams = offer.media.map(\.refused)
        streams[index] = ours
        agreed = agreement
        return (say(streams), agreement)
    }

    /// Takes the answer to our last offer.
    public mutating func accept(_ answer: SessionDescription) throws(NegotiationError) -> AgreedAudio {
        guard let theirs = answer.media.first(where: \.isPlainAudio) else { throw .noAudio }
        let agreement = try agree(on: theirs, in: answer)
        agreed = agreement
        return agreement
    }

    private func agree(
        on stream: MediaDescription, in description: SessionDescription
    ) throws(NegotiationError) -> AgreedAudio {
        let formats = stream.payloadFormats
        // The other side's order counts, but only among what we speak.
        let usable = formats.filter { format in format.codec.map(codecs.contains) ?? false }
        guard let chosen = usable.first, let codec = chosen.codec else { throw .noCommonCodec }
        guard let address = description.address(of: stream), !address.host.isEmpty else { throw .noAddress }
        var flow = direction.limited(to: description.direction(of: stream))
        if address.isUnspecified { flow = Direction(sends: false, receives: flow.receives) }
        return AgreedAudio(
            codec: codec, payloadType: chosen.payloadType,
            telephoneEventPayloadType: formats.first(where: \.isTelephoneEvent)?.payloadType,
            remoteAddress: address.host, remotePort: stream.port,
            remoteRTCPPort: stream.rtcpPort ?? (stream.port &+ 1), direction: flow,
            packetTime: stream.packetTime ?? packetTime)
    }

    private func stream(
        _ codecs: [(AudioCodec, UInt8)], telephoneEvent: UInt8?, direction: Direction
    ) -> MediaDescription {
        var formats = codecs.map { "\($0.1)" }
        var attributes = codecs.map { Attribute("rtpmap", "\($0.1) \($0.0.rawValue)/8000") }
        if let telephoneEvent {
            formats.append("\(telephoneEvent)")
            attributes.append(Attribute("rtpmap", "\(telephoneEvent) telephone-event/8000"))
            attributes.append(Attribute("fmtp", "\(telephoneEvent) 0-16"))
        }
        attributes.append(Attribute("ptime", "\(packetTime)"))
        attributes.append(Attribute(direction.rawValue))
        return MediaDescription(kind: "audio", port: port, formats: formats, attributes: attributes)
    }

    private mutating func say(_ streams: [MediaDescription]) -> SessionDescription {
        let origin = Origin(
            username: "carillon", sessionID: "\(sessionID)", version: version, address: NetworkAddress(address))
        var said = SessionDescription(origin: origin, address: NetworkAddress(address), media: streams)
        if let lastSaid, lastSaid != said {
            version &+= 1
            said.origin.version = version
        }
        lastSaid = said
        lastStreams = streams
        return said
    }
}

extension MediaDescription {
    /// Audio over plain RTP that is not refused.
    fileprivate var isPlainAudio: Bool { kind == "audio" && transport == "RTP/AVP" && port != 0 }

    /// The same stream, declined: port 0, and a format since the grammar wants one.
    fileprivate var refused: MediaDescription {
        MediaDescription(kind: kind, port: 0, transport: transport, formats: formats.isEmpty ? ["0"] : formats)
    }
}
