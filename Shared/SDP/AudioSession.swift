/// What both sides agreed on for the audio of a call, seen from our side.
public struct AgreedAudio: Equatable, Sendable {
    public var codec: AudioCodec
    /// The number to send the codec with, which the other side chose.
    public var payloadType: UInt8
    /// What the other side says of how it would like to be sent the codec.
    public var parameters: FormatParameters
    /// The number to send keys with; nil if the other side does not take telephone-events.
    public var telephoneEventPayloadType: UInt8?
    /// In what units keys are timed.
    public var telephoneEventClockRate: Int
    /// The number of comfort noise; nil if the other side sends none.
    public var comfortNoisePayloadType: UInt8?
    public var remoteAddress: String
    public var remotePort: UInt16
    public var remoteRTCPPort: UInt16
    /// Which way sound flows, from our side.
    public var direction: Direction
    /// Milliseconds in a packet we send.
    public var packetTime: Int

    public init(
        codec: AudioCodec, payloadType: UInt8, parameters: FormatParameters = FormatParameters(nil),
        telephoneEventPayloadType: UInt8?, telephoneEventClockRate: Int = 8_000, comfortNoisePayloadType: UInt8? = nil,
        remoteAddress: String, remotePort: UInt16, remoteRTCPPort: UInt16, direction: Direction, packetTime: Int = 20
    ) {
        self.codec = codec
        self.payloadType = payloadType
        self.parameters = parameters
        self.telephoneEventPayloadType = telephoneEventPayloadType
        self.telephoneEventClockRate = telephoneEventClockRate
        self.comfortNoisePayloadType = comfortNoisePayloadType
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
    case noImage
    case noCommonCodec
    case noAddress

    public var description: String {
        switch self {
        case .noAudio: "there is no plain RTP audio stream"
        case .noImage: "there is no T.38 over UDPTL"
        case .noCommonCodec: "there is no codec that both speak"
        case .noAddress: "the stream has no usable address"
        }
    }
}

/// Our side of offer and answer (RFC 3264) for one call: one audio stream in one codec, telephone-events.
///
/// It remembers what was last said, so that an unchanged description keeps its version and a changed one raises it.
public struct AudioSession: Equatable, Sendable {
    /// The number we propose for telephone-events.
    public static let telephoneEventPayloadType: UInt8 = 101
    /// The same for those timed in Opus's clock.
    public static let fastTelephoneEventPayloadType: UInt8 = 110

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
    private(set) var lastStreams: [MediaDescription] = []
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

    /// The codec last agreed on.
    public var agreedCodec: AudioCodec? { agreed?.codec }

    /// What we offer now. After an agreement the agreed codec comes first.
    public mutating func offer() -> SessionDescription {
        var order = codecs
        if let agreed { order.sort { first, second in first == agreed.codec && second != agreed.codec } }
        var streams = lastStreams.map(\.refused)
        let audio = stream(
            (order.map { OfferedFormat($0, $0 == agreed?.codec ? agreed?.payloadType : nil) } + keys(order))
                .withoutCollisions,
            direction: direction)
        // Behind a fax, sound takes the place that it gave up.
        if let index = streams.firstIndex(where: { $0.kind == "audio" })
            ?? streams.firstIndex(where: { $0.kind == "image" })
        {
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
        var formats = [OfferedFormat(agreement.codec, agreement.payloadType)]
        if let number = agreement.telephoneEventPayloadType {
            formats.append(OfferedFormat(keys: number, clockRate: agreement.telephoneEventClockRate))
        }
        if let number = agreement.comfortNoisePayloadType { formats.append(OfferedFormat(comfortNoise: number)) }
        let ours = stream(formats, direction: agreement.direction)
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
        // Keys share the codec's timestamps, so that those in its clock fit better (RFC 4733 §2.1).
        let keys =
            formats.first { $0.isTelephoneEvent(clockRate: codec.clockRate) }
            ?? formats.first { $0.isTelephoneEvent(clockRate: 8_000) }
        let wished = min(stream.packetTime ?? packetTime, stream.maximumPacketTime ?? 200)
        return AgreedAudio(
            codec: codec, payloadType: chosen.payloadType, parameters: FormatParameters(chosen.parameters),
            telephoneEventPayloadType: keys?.payloadType, telephoneEventClockRate: keys?.clockRate ?? 8_000,
            // Opus has its own.
            comfortNoisePayloadType: codec == .opus ? nil : formats.first(where: \.isComfortNoise)?.payloadType,
            remoteAddress: address.host, remotePort: stream.port,
            remoteRTCPPort: stream.rtcpPort ?? (stream.port &+ 1), direction: flow,
            packetTime: codec.packetTime(wished))
    }

    /// The keys we offer to take: in the clock of each codec that we offer.
    private func keys(_ codecs: [AudioCodec]) -> [OfferedFormat] {
        // A number once agreed on stays as it is for the call (RFC 3264 §8.3.2).
        func number(_ clockRate: Int, _ ours: UInt8) -> UInt8 {
            agreed?.telephoneEventClockRate == clockRate ? agreed?.telephoneEventPayloadType ?? ours : ours
        }
        let slow = number(8_000, Self.telephoneEventPayloadType)
        guard codecs.contains(.opus) else { return [OfferedFormat(keys: slow, clockRate: 8_000)] }
        let fast = number(48_000, Self.fastTelephoneEventPayloadType)
        let offered = [OfferedFormat(keys: slow, clockRate: 8_000), OfferedFormat(keys: fast, clockRate: 48_000)]
        // What was agreed on goes before what only has the same number.
        return agreed?.telephoneEventClockRate == 48_000 ? offered.reversed() : offered
    }

    private func stream(_ formats: [OfferedFormat], direction: Direction) -> MediaDescription {
        var attributes = formats.flatMap(\.attributes)
        attributes.append(Attribute("ptime", "\(packetTime)"))
        attributes.append(Attribute(direction.rawValue))
        return MediaDescription(
            kind: "audio", port: port, formats: formats.map { "\($0.number)" }, attributes: attributes)
    }

    mutating func say(_ streams: [MediaDescription]) -> SessionDescription {
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

/// A format as we describe it.
private struct OfferedFormat {
    let number: UInt8
    let map: String
    let parameters: String?

    init(_ codec: AudioCodec, _ number: UInt8?) {
        self.number = number ?? codec.payloadType
        map = codec.map
        parameters = codec.parameters
    }

    init(keys number: UInt8, clockRate: Int) {
        self.number = number
        map = "telephone-event/\(clockRate)"
        parameters = "0-16"
    }

    init(comfortNoise number: UInt8) {
        self.number = number
        map = "CN/8000"
        parameters = nil
    }

    var attributes: [Attribute] {
        [Attribute("rtpmap", "\(number) \(map)")]
            + (parameters.map { [Attribute("fmtp", "\(number) \($0)")] } ?? [])
    }
}

extension [OfferedFormat] {
    /// The other side may have chosen a number for one format that is ours for another; that one is left out then.
    fileprivate var withoutCollisions: [OfferedFormat] {
        enumerated().filter { index, format in !self[..<index].contains { $0.number == format.number } }.map(\.element)
    }
}

extension MediaDescription {
    /// Audio over plain RTP that is not refused.
    fileprivate var isPlainAudio: Bool { kind == "audio" && transport == "RTP/AVP" && port != 0 }

    /// The same stream, declined: port 0, and a format since the grammar wants one.
    var refused: MediaDescription {
        MediaDescription(kind: kind, port: 0, transport: transport, formats: formats.isEmpty ? ["0"] : formats)
    }
}
