import COpus
public import SDP

/// Opus to one channel of samples.
///
/// Unchecked: the state is touched by the one thread that the coder belongs to.
public final class OpusDecoder: @unchecked Sendable {
    private let state: OpaquePointer

    init(_ rate: SampleRate) throws(CodecError) {
        var error: Int32 = 0
        guard let state = opus_decoder_create(Int32(rate.rawValue), 1, &error), error == OPUS_OK else {
            throw .refused("Opus")
        }
        self.state = state
    }

    deinit { opus_decoder_destroy(state) }

    func decode(_ payload: UnsafeRawBufferPointer, into samples: UnsafeMutableBufferPointer<Int16>) -> Int {
        guard !payload.isEmpty else { return 0 }
        return decode(payload, into: samples, fromErrorCorrection: false)
    }

    /// - Parameter next: the packet after the lost one, which may carry it once more, more coarsely.
    func conceal(_ samples: UnsafeMutableBufferPointer<Int16>, next: UnsafeRawBufferPointer?) -> Bool {
        decode(next, into: samples, fromErrorCorrection: next != nil) == samples.count
    }

    private func decode(
        _ payload: UnsafeRawBufferPointer?, into samples: UnsafeMutableBufferPointer<Int16>, fromErrorCorrection: Bool
    ) -> Int {
        guard let target = samples.baseAddress else { return 0 }
        let bytes = payload?.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let count = opus_decode(
            state, bytes, Int32(truncatingIfNeeded: bytes == nil ? 0 : payload?.count ?? 0), target,
            Int32(truncatingIfNeeded: samples.count), fromErrorCorrection ? 1 : 0)
        return Int(max(count, 0))
    }
}

/// How the other side would like to be sent Opus (RFC 7587 §6.1), as far as we can oblige.
public struct OpusWishes: Equatable, Sendable {
    var usesErrorCorrection = false
    var isConstantRate = false
    /// It plays nothing above 4 kHz.
    var isNarrow = false
    /// Bits in a second.
    var maximumRate: Int32 = .max

    public init() {}

    public init(_ parameters: FormatParameters) {
        usesErrorCorrection = parameters.isSet("useinbandfec")
        isConstantRate = parameters.isSet("cbr")
        isNarrow = parameters["maxplaybackrate"].flatMap { Int($0) }.map { $0 <= 8_000 } ?? false
        maximumRate = parameters["maxaveragebitrate"].flatMap { Int32($0) } ?? .max
    }
}

/// One channel of samples to Opus: for speech, at a constant bit rate if the other side wants it, with forward error
/// correction if it takes it.
///
/// Unchecked: as ``OpusDecoder``.
public final class OpusEncoder: @unchecked Sendable {
    private let state: OpaquePointer

    init(_ rate: SampleRate, _ wishes: OpusWishes) throws(CodecError) {
        var error: Int32 = 0
        guard let state = opus_encoder_create(Int32(rate.rawValue), 1, OPUS_APPLICATION_VOIP, &error),
            error == OPUS_OK
        else { throw .refused("Opus") }
        self.state = state
        let usual: Int32 = rate == .wide ? 28_000 : 18_000
        set(OPUS_SET_BITRATE_REQUEST, min(max(wishes.maximumRate, 6_000), usual))
        set(OPUS_SET_VBR_REQUEST, wishes.isConstantRate ? 0 : 1)
        // Half of the highest effort: speech gains little from more.
        set(OPUS_SET_COMPLEXITY_REQUEST, 5)
        set(OPUS_SET_SIGNAL_REQUEST, OPUS_SIGNAL_VOICE)
        if wishes.usesErrorCorrection {
            set(OPUS_SET_INBAND_FEC_REQUEST, 1)
            // What it is to be ready for; without it the correction is left out.
            set(OPUS_SET_PACKET_LOSS_PERC_REQUEST, 5)
        }
        if wishes.isNarrow { set(OPUS_SET_MAX_BANDWIDTH_REQUEST, OPUS_BANDWIDTH_NARROWBAND) }
    }

    deinit { opus_encoder_destroy(state) }

    private func set(_ request: Int32, _ value: Int32) { _ = carillon_opus_set(state, request, value) }

    func encode(_ samples: UnsafeBufferPointer<Int16>, into payload: UnsafeMutableRawBufferPointer) -> Int {
        guard let target = payload.baseAddress, let source = samples.baseAddress else { return 0 }
        let count = opus_encode(
            state, source, Int32(truncatingIfNeeded: samples.count),
            target.assumingMemoryBound(to: UInt8.self), Int32(truncatingIfNeeded: payload.count))
        return Int(max(count, 0))
    }
}
