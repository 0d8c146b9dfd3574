/// How fine sound is cut inside: as the telephone network does, or twice as fine where both ends can.
public enum SampleRate: Int, Sendable {
    case narrow = 8_000
    case wide = 16_000

    /// The samples of 20 ms.
    public var frameSamples: Int { rawValue / 50 }

    /// The samples of a millisecond.
    public var perMillisecond: Int { rawValue / 1_000 }
}

/// The longest packet, 120 ms, at the highest rate.
public let maximumPacketSamples = 1_920

/// Why a coder cannot be made.
public enum CodecError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Its library is not installed.
    case missing(String)
    /// Its library gave none, as when memory is short.
    case refused(String)

    public var description: String {
        switch self {
        case .missing(let codec): "There is no library for \(codec) on this machine."
        case .refused(let codec): "No coder for \(codec) can be made."
        }
    }
}
