/// How often the bus's thread turns to what has come. Pure.
///
/// Waking up, here and at everybody who is sent something, is most of what a message costs. So a turn begins no sooner than
/// ``stride`` after the one before, and what comes meanwhile is done together; whoever comes alone is served at once. Strides
/// that grow with the load, up to six milliseconds, were measured: they save a call some twentieth of its CPU at most, and
/// a fact among ten thousand a second waits for seven.
struct TurnPace {
    static let stride = Duration.milliseconds(1)

    private var next: ContinuousClock.Instant

    init(_ now: ContinuousClock.Instant) { next = now }

    /// Something has come.
    /// - Returns: how long it is to wait for others; nil if a turn is begun at once.
    mutating func arrived(at now: ContinuousClock.Instant) -> Duration? {
        let wait = next - now
        next = max(next, now) + Self.stride
        return wait > .zero ? min(wait, Self.stride) : nil
    }
}
