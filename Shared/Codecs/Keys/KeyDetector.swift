import CSpanDSP

/// Hears keys in the sound (ITU-T Q.24), for legs that send no telephone-events.
///
///     for key in … detector.take(samples) …
///
/// Unchecked: the state is touched by the one thread that the detector belongs to.
public final class KeyDetector: @unchecked Sendable {
    private let state: OpaquePointer
    private var held: (key: Character, samples: Int)?

    /// - Throws: `CodecError`
    public init() throws(CodecError) {
        guard let state = dtmf_rx_init(nil, nil, nil) else { throw .refused("DTMF") }
        self.state = state
        // Keys are told by polling; nothing is logged to the standard error.
        span_log_set_level(dtmf_rx_get_logging_state(state), 0)
    }

    deinit { dtmf_rx_free(state) }

    /// A key that was let go.
    public struct Press: Equatable, Sendable {
        public var key: Character
        public var milliseconds: Int
    }

    /// Takes sound at 8 kHz, at most some tens of milliseconds at a time.
    /// - Returns: the key that was let go within it, if one was.
    public func take(_ samples: UnsafeBufferPointer<Int16>) -> Press? {
        dtmf_rx(state, samples.baseAddress, Int32(truncatingIfNeeded: samples.count))
        var digit: (CChar, CChar) = (0, 0)
        let count = withUnsafeMutableBytes(of: &digit) { bytes in
            dtmf_rx_get(state, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), 1)
        }
        var press: Press?
        if let (key, length) = held {
            if dtmf_rx_status(state) == 0 || count > 0 {
                press = Press(key: key, milliseconds: length / 8)
                held = nil
            } else {
                held = (key, length + samples.count)
            }
        }
        if count > 0, let scalar = Unicode.Scalar(UInt32(UInt8(bitPattern: digit.0))) {
            held = (Character(scalar), samples.count)
        }
        return press
    }

    /// A key is down.
    public var isPressed: Bool { held != nil }
}
