/// How many datagrams are read of all who are no known places, together: a token bucket. Those beyond it are passed over
/// unread, so that a flood from however many addresses costs little more than taking it off the socket, and whom we work with
/// gets through. Pure.
struct StrangerGate {
    private let perSecond: Double
    private var tokens: Double
    private var filled: Duration = .zero

    init(perSecond: Int) {
        self.perSecond = Double(max(1, perSecond))
        tokens = self.perSecond
    }

    /// Whether a stranger's datagram is read.
    mutating func admits(at now: Duration) -> Bool {
        let elapsed = (now - filled).components
        let seconds = max(0, Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18)
        tokens = min(perSecond, tokens + seconds * perSecond)
        filled = max(filled, now)
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
