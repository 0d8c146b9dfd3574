/// Arithmetic on numbers that wrap around: RTP sequence numbers and timestamps.
public enum Wrapping {
    /// How far `newer` is ahead of `older`, negative if it is behind; right while they are less than half a circle apart.
    public static func distance(from older: UInt16, to newer: UInt16) -> Int {
        Int(Int16(bitPattern: newer &- older))
    }

    /// The same for timestamps.
    public static func distance(from older: UInt32, to newer: UInt32) -> Int {
        Int(Int32(bitPattern: newer &- older))
    }
}

/// Follows a sender's sequence numbers across wraps, restarts and strays (RFC 3550 appendix A.1).
public struct SequenceTracker: Equatable, Sendable {
    /// How far ahead a number may be before it is taken for a stray or a restart.
    public static let maximumDropout = 3_000
    /// How far behind a number may be and still be a late packet.
    public static let maximumMisorder = 100

    public enum Verdict: Equatable, Sendable {
        /// In order, perhaps after a gap.
        case next
        /// A duplicate or a late one.
        case late
        /// The first of a stream, or the second in a row of a restarted one.
        case restarted
        /// Far from everything before it: not to be believed until another follows it.
        case stray
    }

    /// The highest number seen, extended by the number of wraps; 0 before the first.
    public private(set) var highest: UInt32 = 0
    /// The first number since the last restart.
    public private(set) var base: UInt32 = 0
    private var isRunning = false
    private var expectedAfterStray: UInt16?

    public init() {}

    public mutating func take(_ sequence: UInt16) -> Verdict {
        guard isRunning else { return restart(at: sequence) }
        let distance = Wrapping.distance(from: UInt16(truncatingIfNeeded: highest), to: sequence)
        if distance > 0, distance < Self.maximumDropout {
            highest &+= UInt32(distance)
            expectedAfterStray = nil
            return .next
        }
        if distance <= 0, distance > -Self.maximumMisorder { return .late }
        if expectedAfterStray == sequence { return restart(at: sequence) }
        expectedAfterStray = sequence &+ 1
        return .stray
    }

    private mutating func restart(at sequence: UInt16) -> Verdict {
        isRunning = true
        highest = UInt32(sequence)
        base = UInt32(sequence)
        expectedAfterStray = nil
        return .restarted
    }
}
