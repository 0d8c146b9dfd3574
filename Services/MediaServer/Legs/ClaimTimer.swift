import Contracts

/// Which legs wait to be claimed, and until when: all as long, so that the first to come is the first to be given up, and one
/// timer does for all of them. Pure.
struct ClaimTimer<Time: Comparable & Sendable>: Sendable {
    private var waiting: [(leg: LegID, until: Time)] = []
    /// Those before it are done with.
    private var first = 0
    private var isSet = false

    /// A leg waits from now on.
    /// - Returns: when the timer is to be set for, if none runs.
    mutating func wait(for leg: LegID, until: Time) -> Time? {
        waiting.append((leg, until))
        guard !isSet else { return nil }
        isSet = true
        return until
    }

    /// The timer has fired.
    /// - Returns: whose time is over, and when the timer is to be set for again.
    mutating func fired(at now: Time) -> (over: [LegID], next: Time?) {
        var over: [LegID] = []
        while first < waiting.count, waiting[first].until <= now {
            over.append(waiting[first].leg)
            first += 1
        }
        if first > waiting.count / 2 {
            waiting.removeFirst(first)
            first = 0
        }
        isSet = first < waiting.count
        return (over, isSet ? waiting[first].until : nil)
    }
}
