import CSpanDSP

/// G.722 at 64 kbit/s to samples; at 8 kHz its upper band is left out.
///
/// Unchecked: the state is touched by the one thread that the coder belongs to.
public final class G722Decoder: @unchecked Sendable {
    private let state: OpaquePointer
    private let samplesPerByte: Int

    init(_ rate: SampleRate) throws(CodecError) {
        guard let state = g722_decode_init(nil, 64_000, rate.g722Options) else { throw .refused("G.722") }
        self.state = state
        samplesPerByte = rate == .wide ? 2 : 1
    }

    deinit { g722_decode_free(state) }

    func decode(_ payload: UnsafeRawBufferPointer, into samples: UnsafeMutableBufferPointer<Int16>) -> Int {
        guard let bytes = payload.baseAddress, let target = samples.baseAddress,
            payload.count <= samples.count / samplesPerByte
        else { return 0 }
        let count = g722_decode(
            state, target, bytes.assumingMemoryBound(to: UInt8.self), Int32(truncatingIfNeeded: payload.count))
        return Int(max(count, 0))
    }
}

/// Samples to G.722 at 64 kbit/s.
///
/// Unchecked: as ``G722Decoder``.
public final class G722Encoder: @unchecked Sendable {
    private let state: OpaquePointer
    private let samplesPerByte: Int

    init(_ rate: SampleRate) throws(CodecError) {
        guard let state = g722_encode_init(nil, 64_000, rate.g722Options) else { throw .refused("G.722") }
        self.state = state
        samplesPerByte = rate == .wide ? 2 : 1
    }

    deinit { g722_encode_free(state) }

    func encode(_ samples: UnsafeBufferPointer<Int16>, into payload: UnsafeMutableRawBufferPointer) -> Int {
        guard let source = samples.baseAddress, let target = payload.baseAddress,
            samples.count % samplesPerByte == 0, samples.count / samplesPerByte <= payload.count
        else { return 0 }
        let count = g722_encode(
            state, target.assumingMemoryBound(to: UInt8.self), source, Int32(truncatingIfNeeded: samples.count))
        return Int(max(count, 0))
    }
}

extension SampleRate {
    fileprivate var g722Options: Int32 { self == .narrow ? Int32(G722_SAMPLE_RATE_8000) : 0 }
}

/// GSM 06.10 full rate to samples: 33 bytes are 20 ms at 8 kHz.
///
/// Unchecked: as ``G722Decoder``.
public final class GSMDecoder: @unchecked Sendable {
    private let state: OpaquePointer

    init() throws(CodecError) {
        guard let state = gsm0610_init(nil, Int32(GSM0610_PACKING_VOIP)) else { throw .refused("GSM") }
        self.state = state
    }

    deinit { gsm0610_free(state) }

    func decode(_ payload: UnsafeRawBufferPointer, into samples: UnsafeMutableBufferPointer<Int16>) -> Int {
        let frames = payload.count / GSMFrame.bytes
        guard let bytes = payload.baseAddress, let target = samples.baseAddress,
            payload.count % GSMFrame.bytes == 0, frames * GSMFrame.samples <= samples.count
        else { return 0 }
        // RFC 3551 §4.5.8.1: each frame begins with 1101; what does not is another packing.
        for frame in 0..<frames where payload[frame * GSMFrame.bytes] >> 4 != 0xD { return 0 }
        let count = gsm0610_decode(
            state, target, bytes.assumingMemoryBound(to: UInt8.self), Int32(truncatingIfNeeded: payload.count))
        return min(Int(max(count, 0)), samples.count)
    }
}

/// Samples to GSM 06.10 full rate.
///
/// Unchecked: as ``G722Decoder``.
public final class GSMEncoder: @unchecked Sendable {
    private let state: OpaquePointer

    init() throws(CodecError) {
        guard let state = gsm0610_init(nil, Int32(GSM0610_PACKING_VOIP)) else { throw .refused("GSM") }
        self.state = state
    }

    deinit { gsm0610_free(state) }

    func encode(_ samples: UnsafeBufferPointer<Int16>, into payload: UnsafeMutableRawBufferPointer) -> Int {
        let frames = samples.count / GSMFrame.samples
        guard let source = samples.baseAddress, let target = payload.baseAddress, frames > 0,
            frames * GSMFrame.bytes <= payload.count
        else { return 0 }
        let count = gsm0610_encode(
            state, target.assumingMemoryBound(to: UInt8.self), source,
            Int32(truncatingIfNeeded: frames * GSMFrame.samples))
        return Int(max(count, 0))
    }
}

private enum GSMFrame {
    static let bytes = 33
    static let samples = 160
}
