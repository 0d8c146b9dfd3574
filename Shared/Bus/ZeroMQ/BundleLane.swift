import Contracts
import Foundation

/// The facts that wait to be sent in a lane's next bundle. Pure.
struct BundleLane {
    /// A bundle is not made larger than this by another fact; one fact alone may be.
    static let fullBytes = 256 << 10

    let lane: FactLane
    private var bundle = FactBundle()
    private var next: ContinuousClock.Instant

    init(_ lane: FactLane, now: ContinuousClock.Instant) {
        self.lane = lane
        next = now
    }

    /// When its bundle is to be sent; nil if nothing waits.
    var due: ContinuousClock.Instant? { bundle.count > 0 ? next : nil }

    /// - Returns: the bundle that has to be sent first, because the two would be too large together.
    mutating func add(_ fact: EventFrames, time: Timestamp) -> [Data]? {
        let full = bundle.count > 0 && bundle.bytes.count + fact.header.count + fact.body.count > Self.fullBytes
        let frames = full ? take(time: time) : nil
        bundle.append(header: fact.header, body: fact.body)
        return frames
    }

    /// The bundle, if it is time for it.
    mutating func turn(at now: ContinuousClock.Instant, time: Timestamp) -> [Data]? {
        guard let due, now >= due else { return nil }
        if lane == .soon { next = now + FactLane.soonEvery }
        return take(time: time)
    }

    /// Whatever waits, as a message; nil if nothing does.
    mutating func take(time: Timestamp) -> [Data]? {
        guard bundle.count > 0 else { return nil }
        defer { bundle = FactBundle() }
        var header = FlatJSON()
        header.add("type", lane.topic)
        header.add("version", 1)
        header.add("stream", "")
        header.add("number", 0)
        header.add("subject", "")
        header.add("time", time.microseconds)
        return [Data(lane.topic.utf8), header.data(), bundle.bytes]
    }
}
