/// Stops whoever guesses a phone's password: after some wrong ones from one address nothing of that phone is checked for a
/// while, whether there is such a phone or not. Pure: the time is passed in.
struct GuessLimiter: Sendable {
    struct Guesser: Hashable, Sendable {
        let phone: PhoneAddress
        let host: String
    }

    private struct Guesses {
        var count = 0
        var lastAt: Int64
    }

    static let allowed = 10
    /// From the last wrong guess on.
    static let pauseSeconds: Int64 = 60
    /// So many are remembered; then all are forgotten, which costs less than a table without end.
    static let limit = 10_000

    private var guesses: [Guesser: Guesses] = [:]

    /// How many are remembered.
    var count: Int { guesses.count }

    func allows(_ guesser: Guesser, atSecond now: Int64) -> Bool {
        guard let known = guesses[guesser], now - known.lastAt < Self.pauseSeconds else { return true }
        return known.count < Self.allowed
    }

    mutating func wrong(_ guesser: Guesser, atSecond now: Int64) {
        if guesses.count >= Self.limit, guesses[guesser] == nil { guesses = [:] }
        let known = guesses[guesser].flatMap { now - $0.lastAt < Self.pauseSeconds ? $0 : nil }
        guesses[guesser] = Guesses(count: (known?.count ?? 0) + 1, lastAt: now)
    }

    mutating func right(_ guesser: Guesser) { guesses[guesser] = nil }
}
