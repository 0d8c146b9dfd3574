import Contracts

/// When an instance tells that it is there: at the quarters of each second, as every other one does, so that who hears twenty of
/// them wakes up four times a second for all, and not eighty times. Pure.
enum HeartbeatPace {
    /// In microseconds.
    static let period: Int64 = 250_000

    /// How long until the next one: a whole period, less or more by half of one where clocks have drifted or were set.
    static func wait(after time: Timestamp) -> Duration {
        let phase = time.microseconds % period
        let left = period - (phase < 0 ? phase + period : phase)
        return .microseconds(left < period / 2 ? left + period : left)
    }
}
