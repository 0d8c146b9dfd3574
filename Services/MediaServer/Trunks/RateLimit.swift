import Contracts

/// So many a second, with a second's worth at once. Pure: the time is passed in.
struct RateLimit: Sendable, Equatable {
    /// When the next would be due if all had come evenly (the generic cell rate algorithm).
    private var dueAt = Timestamp(microseconds: .min)

    func allows(perSecond rate: Int, at now: Timestamp) -> Bool {
        dueAt.microseconds <= now.adding(.seconds(1)).microseconds - Self.interval(rate)
    }

    mutating func take(perSecond rate: Int, at now: Timestamp) {
        dueAt = max(dueAt, now).adding(.microseconds(Self.interval(rate)))
    }

    private static func interval(_ rate: Int) -> Int64 { 1_000_000 / Int64(max(rate, 1)) }
}
