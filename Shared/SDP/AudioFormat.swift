/// What a payload type number of a stream means: its `rtpmap` and `fmtp`, or the static table of RFC 3551.
public struct PayloadFormat: Equatable, Sendable {
    public var payloadType: UInt8
    /// In capitals.
    public var encoding: String
    public var clockRate: Int
    public var channels: Int
    public var parameters: String?

    public init(payloadType: UInt8, encoding: String, clockRate: Int, channels: Int = 1, parameters: String? = nil) {
        self.payloadType = payloadType
        self.encoding = encoding
        self.clockRate = clockRate
        self.channels = channels
        self.parameters = parameters
    }

    /// The codec, if it is one that we know at its usual rate.
    public var codec: AudioCodec? {
        guard let codec = AudioCodec(rawValue: encoding), clockRate == codec.clockRate, channels == codec.channels
        else {
            return nil
        }
        return codec
    }

    /// Keys, in whatever clock's units.
    public var isTelephoneEvent: Bool { encoding == "TELEPHONE-EVENT" }

    /// Keys, timed in this clock's units (RFC 4733 §2.1).
    public func isTelephoneEvent(clockRate: Int) -> Bool {
        encoding == "TELEPHONE-EVENT" && self.clockRate == clockRate
    }

    /// Comfort noise (RFC 3389).
    var isComfortNoise: Bool { encoding == "CN" && clockRate == 8_000 && channels == 1 }
}

extension MediaDescription {
    /// The formats in the order the describing side prefers them; those nobody explains are left out.
    public var payloadFormats: [PayloadFormat] {
        formats.compactMap { format in
            guard let number = UInt8(format), number < 128 else { return nil }
            let parameters = value(of: "fmtp", for: number)
            if let map = value(of: "rtpmap", for: number) {
                return PayloadFormat(payloadType: number, map: map, parameters: parameters)
            }
            return AudioCodec.allCases.first { $0.isStatic && $0.payloadType == number }.map {
                PayloadFormat(
                    payloadType: number, encoding: $0.rawValue, clockRate: $0.clockRate, parameters: parameters)
            } ?? PayloadFormat(comfortNoise: number)
        }
    }

    /// How many milliseconds of sound the describing side wants in a packet.
    public var packetTime: Int? {
        guard let text = attributes["ptime"], let value = Int(text), (1...200).contains(value) else { return nil }
        return value
    }

    /// How many it takes at most.
    public var maximumPacketTime: Int? {
        guard let text = attributes["maxptime"], let value = Int(text), (1...200).contains(value) else { return nil }
        return value
    }

    /// Where RTCP goes, when it is not the next port (RFC 3605).
    public var rtcpPort: UInt16? {
        attributes["rtcp"]?.split(separator: " ", maxSplits: 1).first.flatMap { UInt16($0) }
    }

    private func value(of name: String, for number: UInt8) -> String? {
        for attribute in attributes where attribute.name == name {
            guard let words = attribute.value?.split(separator: " ", maxSplits: 1), words.count == 2 else { continue }
            if UInt8(words[0]) == number { return String(words[1]) }
        }
        return nil
    }
}

extension PayloadFormat {
    static let comfortNoise: UInt8 = 13

    fileprivate init?(comfortNoise number: UInt8) {
        guard number == Self.comfortNoise else { return nil }
        self.init(payloadType: number, encoding: "CN", clockRate: 8_000)
    }

    /// Reads `PCMA/8000` or `opus/48000/2`.
    fileprivate init?(payloadType: UInt8, map: String, parameters: String?) {
        let parts = map.split(separator: "/", maxSplits: 3)
        guard parts.count >= 2, let rate = Int(parts[1].prefix { $0 != " " }), rate > 0 else { return nil }
        let channels = parts.count > 2 ? Int(parts[2]) ?? 1 : 1
        self.init(
            payloadType: payloadType, encoding: parts[0].uppercased(), clockRate: rate, channels: channels,
            parameters: parameters)
    }
}
