/// How the samples of a WAV file are written.
public enum WAVEncoding: UInt16, Sendable, CaseIterable {
    case pcm16 = 1
    case aLaw = 6
    case muLaw = 7

    public var bytesPerSample: Int { self == .pcm16 ? 2 : 1 }

    /// The companding law, if it is one.
    public var law: G711? {
        switch self {
        case .pcm16: nil
        case .aLaw: .aLaw
        case .muLaw: .muLaw
        }
    }
}

/// Encoding, number of channels and sample rate of a WAV file.
public struct WAVFormat: Equatable, Sendable {
    public var encoding: WAVEncoding
    public var channels: Int
    public var sampleRate: Int

    public init(_ encoding: WAVEncoding, channels: Int = 1, sampleRate: Int = 8_000) {
        self.encoding = encoding
        self.channels = channels
        self.sampleRate = sampleRate
    }

    /// One sample of each channel.
    public var bytesPerFrame: Int { encoding.bytesPerSample * channels }
}
