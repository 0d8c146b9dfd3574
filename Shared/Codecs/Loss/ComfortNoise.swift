import Foundation

/// Noise in place of the silence that a peer does not send (RFC 3389): as loud as it tells, and white, for the reflection
/// coefficients that may follow are left aside.
public struct ComfortNoise: Equatable, Sendable {
    private var state: UInt32 = 0x9E37_79B9
    private var peak: Int32 = 0

    public init() {}

    /// It is being made.
    public var isActive: Bool { peak > 0 }

    /// - Parameter payload: of a comfort noise packet; its first byte is the level below full scale, in dB.
    public mutating func begin(_ payload: UnsafeRawBufferPointer) {
        guard let level = payload.first, level < 0x80 else { return }
        // Evenly spread noise has a peak √3 times its root mean square; what none can hear is none.
        peak = Int32(min(pow(10, -Double(max(level, 20)) / 20) * Double(Int16.max) * 1.732, 8_000))
    }

    public mutating func end() { peak = 0 }

    public mutating func fill(_ frame: UnsafeMutableBufferPointer<Int16>) {
        for index in frame.indices {
            // xorshift: all that noise asks of chance.
            state ^= state << 13
            state ^= state >> 17
            state ^= state << 5
            frame[index] = Int16(clamping: (Int32(Int16(truncatingIfNeeded: state >> 8)) * peak) / 32_768)
        }
    }
}
