/// How often the bus's thread turns to what has come. Pure.
///
/// Waking up, here and at everybody who is sent something, is most of what a message costs. So a turn begins no sooner than
/// ``stride`` after the one before, and what comes meanwhile is done together; whoever comes alone is served at once. Where much
/// comes, strides are longer: a thread that wakes up finds nothing of its own in the caches, so that a message among many costs
/// half of one among few, and what it waits is made up for by the time that the machine has left for it.
struct TurnPace {
    static let shortest = Duration.milliseconds(1)
    static let longest = Duration.milliseconds(6)
    /// So many messages in a millisecond are worth the shortest stride; twice as many, four times of it.
    private static let dense = 2.0
    /// What is usual is that of the last so many milliseconds, so that a burst alone makes nobody wait…
    private static let memory = 128.0
    /// …and of a crowd beyond this nothing is remembered but that it was one.
    private static let densest = 10.0

    private var next: ContinuousClock.Instant
    private var last: ContinuousClock.Instant
    /// Messages a millisecond.
    private var density = 0.0

    init(_ now: ContinuousClock.Instant) {
        next = now
        last = now
    }

    var stride: Duration {
        let crowd = max(1, density / Self.dense)
        return min(Self.shortest * (crowd * crowd), Self.longest)
    }

    /// Something has come.
    /// - Returns: how long it is to wait for others; nil if a turn is begun at once.
    mutating func arrived(at now: ContinuousClock.Instant) -> Duration? {
        let wait = next - now
        next = max(next, now) + stride
        return wait > .zero ? min(wait, Self.longest) : nil
    }

    /// A turn is done, with so many messages that came and went.
    mutating func done(_ messages: Int, at now: ContinuousClock.Instant) {
        let milliseconds = max((now - last) / Self.shortest, 0.1)
        last = now
        density += (Double(messages) / milliseconds - density) * min(1, milliseconds / Self.memory)
        density = min(density, Self.densest)
    }
}
