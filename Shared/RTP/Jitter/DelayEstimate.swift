/// How many frames late packets come, learnt from those that came: what a jitter buffer's depth follows.
///
/// The earliest packet of the last seconds is taken as being on time. How late each other packet is goes into a
/// histogram that forgets slowly, and the depth is what covers 97 of 100 packets.
struct DelayEstimate: Equatable, Sendable {
    private static let forget: Float = 0.99
    private static let covered: Float = 0.97

    private let frameSamples: Int
    private var histogram: [Float]
    /// The smallest transit of this window and of the one before, so that a clock drifting apart is followed.
    private var smallest: UInt32?
    private var smallestBefore: UInt32?
    private var packetsInWindow = 0

    init(frameSamples: Int, maximumFrames: Int) {
        self.frameSamples = frameSamples
        histogram = [Float](repeating: 0, count: maximumFrames)
        if !histogram.isEmpty { histogram[0] = 1 }
    }

    /// Begins anew, for another stream.
    mutating func reset() {
        for index in histogram.indices { histogram[index] = index == 0 ? 1 : 0 }
        smallest = nil
        smallestBefore = nil
        packetsInWindow = 0
    }

    /// - Parameter transit: arrival less timestamp, in timestamp units, wrapping.
    mutating func take(transit: UInt32) {
        smallest = Self.earlier(smallest, transit)
        packetsInWindow += 1
        let reference = smallestBefore.map { Self.earlier(smallest, $0) } ?? transit
        if packetsInWindow >= 250 {
            smallestBefore = smallest
            smallest = nil
            packetsInWindow = 0
        }
        let late = max(
            0, Wrapping.distance(from: smallest.map { Self.earlier(reference, $0) } ?? reference, to: transit))
        let bin = min(late / frameSamples, histogram.count - 1)
        for index in histogram.indices { histogram[index] *= Self.forget }
        if histogram.indices.contains(bin) { histogram[bin] += 1 - Self.forget }
    }

    /// How many frames to hold before playing, at least one.
    var frames: Int {
        var sum: Float = 0
        for (index, share) in histogram.enumerated() {
            sum += share
            if sum >= Self.covered { return index + 1 }
        }
        return max(histogram.count, 1)
    }

    private static func earlier(_ first: UInt32?, _ second: UInt32) -> UInt32 {
        guard let first else { return second }
        return Wrapping.distance(from: first, to: second) < 0 ? second : first
    }
}
