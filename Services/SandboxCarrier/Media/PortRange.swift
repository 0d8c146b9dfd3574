import Synchronization

/// The even ports for RTP, handed out in turn.
final class PortRange: Sendable {
    let first: UInt16
    /// How many even ports there are.
    let count: Int
    private let turn: Atomic<Int>

    /// - Parameter startingAt: where in the range to begin, so that two programs with one range rarely meet.
    init(_ range: ClosedRange<UInt16>, startingAt: Int = 0) {
        first = range.lowerBound &+ range.lowerBound % 2
        count = max(0, (Int(range.upperBound) - Int(first)) / 2 + 1)
        turn = Atomic(startingAt)
    }

    func next() -> UInt16 {
        let turn = turn.add(1, ordering: .relaxed).oldValue
        return UInt16(clamping: Int(first) + Int(turn.magnitude % UInt(max(count, 1))) * 2)
    }
}
