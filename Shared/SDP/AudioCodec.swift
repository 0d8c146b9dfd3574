/// An audio codec that may be agreed on.
public enum AudioCodec: String, Sendable, CaseIterable, Codable {
    case pcma = "PCMA"
    case pcmu = "PCMU"
    case g722 = "G722"
    case opus = "OPUS"
    case gsm = "GSM"
    case g729 = "G729"

    /// The codec of a name as it stands in an `rtpmap` or in a setting, in whatever case.
    public init?(named name: String) { self.init(rawValue: name.uppercased()) }

    /// As it is written in an `rtpmap`.
    public var name: String { self == .opus ? "opus" : rawValue }

    /// The number RFC 3551 gave it, or the one we propose for what has none.
    public var payloadType: UInt8 {
        switch self {
        case .pcmu: 0
        case .gsm: 3
        case .pcma: 8
        case .g722: 9
        case .g729: 18
        case .opus: 111
        }
    }

    /// RFC 3551 gave it its number, so that it needs no `rtpmap`.
    var isStatic: Bool { self != .opus }

    /// Of its RTP timestamps. G.722's is half of its sample rate, by an old mistake that stays (RFC 3551 §4.5.2).
    public var clockRate: Int { self == .opus ? 48_000 : 8_000 }

    /// What its `rtpmap` says; Opus always says two (RFC 7587 §7).
    public var channels: Int { self == .opus ? 2 : 1 }

    /// It carries what lies above 4 kHz.
    public var isWideband: Bool { self == .g722 || self == .opus }

    /// What we say of how we would like to be sent it.
    var parameters: String? {
        switch self {
        // We hear up to 8 kHz, and one channel.
        case .opus: "maxplaybackrate=16000;minptime=10;useinbandfec=1"
        case .g729: "annexb=no"
        case .pcma, .pcmu, .g722, .gsm: nil
        }
    }

    var map: String { channels == 1 ? "\(name)/\(clockRate)" : "\(name)/\(clockRate)/\(channels)" }

    /// Packets of it can be so long, in milliseconds.
    var packetTimes: [Int] {
        switch self {
        case .pcma, .pcmu, .g722, .g729: [10, 20, 30, 40, 50, 60]
        case .gsm: [20, 40, 60]
        case .opus: [10, 20, 40, 60]
        }
    }

    /// The longest packet that is no longer than wished, or the shortest there is.
    public func packetTime(_ wished: Int) -> Int { packetTimes.last { $0 <= wished } ?? packetTimes[0] }
}

extension [AudioCodec] {
    /// The same codecs with one of them first, if it is among them: what one leg speaks is offered first to the other,
    /// so that nothing has to be translated between them.
    public func preferring(_ codec: AudioCodec?) -> [AudioCodec] {
        guard let codec, contains(codec) else { return self }
        return [codec] + filter { $0 != codec }
    }
}

/// The `name=value` pairs of an `fmtp`, as `minptime=10;useinbandfec=1`.
public struct FormatParameters: Equatable, Sendable {
    private let pairs: [(name: String, value: String)]

    public init(_ text: String?) {
        pairs = (text ?? "").split(separator: ";").prefix(32).compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard let name = parts.first else { return nil }
            return (Self.trimmed(name).lowercased(), parts.count > 1 ? Self.trimmed(parts[1]) : "")
        }
    }

    public subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

    public func isSet(_ name: String) -> Bool { self[name] == "1" }

    private static func trimmed(_ text: Substring) -> String { String(text.filter { $0 != " " }) }

    public static func == (first: Self, second: Self) -> Bool {
        first.pairs.elementsEqual(second.pairs) { $0.name == $1.name && $0.value == $1.value }
    }
}
