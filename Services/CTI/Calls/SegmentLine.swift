import Contracts

/// The segments of a call so far, and the one that runs: without gap or overlap by construction.
///
/// A segment begins at the very instant the one before it ended, and time never runs backwards, so that the lengths add
/// up to the call's. Segments without length are left out.
struct SegmentLine: Codable, Sendable, Equatable {
    /// More would be a caller kept in line for hours by agents who never answer; waiting and ringing then become one.
    static let most = 256

    struct Open: Codable, Sendable, Equatable {
        let kind: CallSegment.Kind
        let startedAt: Timestamp
        let queueID: QueueID?
        let agentID: AgentID?
    }

    private(set) var closed: [CallSegment] = []
    private(set) var current: Open

    init(_ kind: CallSegment.Kind, at time: Timestamp) {
        current = Open(kind: kind, startedAt: time, queueID: nil, agentID: nil)
    }

    /// Ends the running segment for a reason and begins the next.
    mutating func turn(
        to kind: CallSegment.Kind, queueID: QueueID? = nil, agentID: AgentID? = nil, because reason: String,
        at time: Timestamp
    ) {
        let time = close(because: reason, at: time)
        current = Open(kind: kind, startedAt: time, queueID: queueID, agentID: agentID)
    }

    /// All segments, after the last has ended.
    mutating func end(because reason: String, at time: Timestamp) -> [CallSegment] {
        let time = close(because: reason, at: time)
        current = Open(kind: current.kind, startedAt: time, queueID: nil, agentID: nil)
        return closed
    }

    private mutating func close(because reason: String, at time: Timestamp) -> Timestamp {
        let time = max(time, current.startedAt)
        guard time > current.startedAt else { return time }
        closed.append(
            CallSegment(
                kind: current.kind, startedAt: current.startedAt, endedAt: time, queueID: current.queueID,
                agentID: current.agentID, reason: reason))
        if closed.count > Self.most { mergeOldest() }
        return time
    }

    private mutating func mergeOldest() {
        func isWaiting(_ segment: CallSegment) -> Bool { segment.kind == .queue || segment.kind == .ring }
        let pair = closed.indices.dropLast().first { isWaiting(closed[$0]) && isWaiting(closed[$0 + 1]) } ?? 0
        let (first, second) = (closed[pair], closed[pair + 1])
        closed[pair] = CallSegment(
            kind: isWaiting(first) && isWaiting(second) ? .queue : second.kind, startedAt: first.startedAt,
            endedAt: second.endedAt, queueID: second.queueID ?? first.queueID, agentID: second.agentID,
            reason: second.reason)
        closed.remove(at: pair + 1)
    }
}
