import Contracts

/// How long callers wait until cti takes charge of them, and whether that says that there is more work than can be done.
///
/// One late claim says little: an owner has just changed, or a disk stood still. But when even the quickest of half a second
/// was late, calls come faster than they are served, and each more would make all wait longer: telephones ring too late,
/// requests are sent again, and soon nothing goes right. Then new calls are refused, so that those that are up go on, until
/// a claim is quick again or none has come for a while. Pure.
struct ClaimDelay: Sendable {
    static let window = Duration.milliseconds(500)
    static let limit = Duration.milliseconds(250)
    /// Fewer claims in a window say nothing.
    static let least = 5

    private var began = Timestamp(microseconds: .min)
    private var count = 0
    private var quickest = Int64.max
    /// What the last whole window said, and until when that is believed.
    private var isLate = false
    private var believedUntil = Timestamp(microseconds: .min)

    mutating func claimed(arrivedAt: Timestamp, at now: Timestamp) {
        if now >= began.adding(Self.window) || now < began { begin(at: now) }
        count += 1
        quickest = min(quickest, now.microseconds(since: arrivedAt))
        if quickest < Self.limit.microseconds { isLate = false }
        guard count >= Self.least, quickest >= Self.limit.microseconds else { return }
        // Not before the window is over: those who waited for a new owner are all claimed at once.
        guard now >= began.adding(Self.window / 2) else { return }
        isLate = true
        believedUntil = now.adding(Self.window)
    }

    /// Whether a new call would be one too many.
    func isTooLate(at now: Timestamp) -> Bool { isLate && now < believedUntil }

    private mutating func begin(at now: Timestamp) {
        began = now
        count = 0
        quickest = .max
    }
}
