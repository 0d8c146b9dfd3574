/// Whether a process may act on what it believes to own. Not if it was stopped for so long that others may have taken over
/// since, until it has asked again. Pure.
///
/// A process that is stopped (SIGSTOP, a machine that sleeps, a debugger) notices nothing. It goes on with what it had in
/// hand, and would tell everybody as its own what has long been somebody else's. So a clock ticks in it, and a gap between
/// two ticks means: ask first. Who cannot reach PostgreSQL has asked as well: he goes on (see ``LeaseState``).
struct Wakefulness: Sendable {
    /// Others give a member up no earlier than this after it has been stopped.
    let limit: Duration
    private var tickedAt: ContinuousClock.Instant
    /// Since when it has to ask.
    private var doubtsSince: ContinuousClock.Instant?

    init(limit: Duration, at now: ContinuousClock.Instant) {
        self.limit = limit
        tickedAt = now
    }

    mutating func tick(at now: ContinuousClock.Instant) {
        look(at: now)
        tickedAt = now
    }

    /// A look at the cluster that began then has ended, well or not.
    mutating func asked(begunAt: ContinuousClock.Instant) {
        if let doubtsSince, begunAt >= doubtsSince { self.doubtsSince = nil }
    }

    mutating func isSure(at now: ContinuousClock.Instant) -> Bool {
        look(at: now)
        return doubtsSince == nil
    }

    private mutating func look(at now: ContinuousClock.Instant) {
        if now - tickedAt > limit { doubtsSince = now }
        if now > tickedAt { tickedAt = now - tickedAt > limit ? now : tickedAt }
    }
}
