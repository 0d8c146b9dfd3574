public import RTP
public import SDP

/// Turns payloads of the agreed codec into samples.
///
///     let decoder = try SoundDecoder(.g722, at: .wide)
///     let count = decoder.decode(payload, into: samples)
public enum SoundDecoder: Sendable {
    case g711(G711)
    case g722(G722Decoder)
    case gsm(GSMDecoder)
    case opus(OpusDecoder)
    case g729(G729Decoder)

    /// - Parameter rate: `.wide` is for wide-band codecs only; others stay narrow.
    /// - Throws: `CodecError`
    public init(_ codec: AudioCodec, at rate: SampleRate) throws(CodecError) {
        switch codec {
        case .pcma: self = .g711(.aLaw)
        case .pcmu: self = .g711(.muLaw)
        case .g722: self = .g722(try G722Decoder(rate))
        case .gsm: self = .gsm(try GSMDecoder())
        case .opus: self = .opus(try OpusDecoder(rate))
        case .g729: self = .g729(try G729Decoder())
        }
    }

    /// - Returns: how many samples there are; 0 for what cannot be decoded or finds no room.
    public func decode(_ payload: UnsafeRawBufferPointer, into samples: UnsafeMutableBufferPointer<Int16>) -> Int {
        switch self {
        case .g711(let law):
            guard payload.count <= samples.count else { return 0 }
            for index in 0..<payload.count { samples[index] = law.decode(payload[index]) }
            return payload.count
        case .g722(let decoder): return decoder.decode(payload, into: samples)
        case .gsm(let decoder): return decoder.decode(payload, into: samples)
        case .opus(let decoder): return decoder.decode(payload, into: samples)
        case .g729(let decoder): return decoder.decode(payload, into: samples)
        }
    }

    /// Makes up what was lost, if the codec knows how; otherwise ``LossConcealment`` does.
    /// - Parameter next: the packet after it, which may tell of it.
    /// - Returns: whether the samples are filled.
    public func conceal(_ samples: UnsafeMutableBufferPointer<Int16>, next: UnsafeRawBufferPointer?) -> Bool {
        switch self {
        case .opus(let decoder): decoder.conceal(samples, next: next)
        case .g729(let decoder): decoder.conceal(samples)
        case .g711, .g722, .gsm: false
        }
    }
}
