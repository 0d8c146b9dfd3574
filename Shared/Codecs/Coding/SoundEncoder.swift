public import RTP
public import SDP

/// Turns samples into payloads of the agreed codec.
public enum SoundEncoder: Sendable {
    case g711(G711)
    case g722(G722Encoder)
    case gsm(GSMEncoder)
    case opus(OpusEncoder)
    case g729(G729Encoder)

    /// - Parameters:
    ///   - rate: of the samples; `.wide` is for wide-band codecs only.
    ///   - wishes: how the other side would like to be sent Opus.
    /// - Throws: `CodecError`
    public init(
        _ codec: AudioCodec, at rate: SampleRate, wishes: OpusWishes = OpusWishes()
    ) throws(CodecError) {
        switch codec {
        case .pcma: self = .g711(.aLaw)
        case .pcmu: self = .g711(.muLaw)
        case .g722: self = .g722(try G722Encoder(rate))
        case .gsm: self = .gsm(try GSMEncoder())
        case .opus: self = .opus(try OpusEncoder(rate, wishes))
        case .g729: self = .g729(try G729Encoder())
        }
    }

    /// Encodes one packet's samples: 10 to 60 ms, as the codec can be cut.
    /// - Returns: how long the payload is; 0 if it finds no room.
    public func encode(_ samples: UnsafeBufferPointer<Int16>, into payload: UnsafeMutableRawBufferPointer) -> Int {
        switch self {
        case .g711(let law):
            guard samples.count <= payload.count else { return 0 }
            for index in 0..<samples.count { payload[index] = law.encode(samples[index]) }
            return samples.count
        case .g722(let encoder): return encoder.encode(samples, into: payload)
        case .gsm(let encoder): return encoder.encode(samples, into: payload)
        case .opus(let encoder): return encoder.encode(samples, into: payload)
        case .g729(let encoder): return encoder.encode(samples, into: payload)
        }
    }
}
