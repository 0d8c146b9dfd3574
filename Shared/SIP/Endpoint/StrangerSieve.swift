/// Which share of strangers' datagrams the kernel is to let through, so that what it drops for want of room is nobody's but theirs:
/// the gate in the process decides exactly, and this keeps the socket's queue from being full of what the gate would pass over. Pure.
struct StrangerSieve {
    private let perSecond: Double
    /// 1 when all come through.
    private(set) var share = 1.0

    init(perSecond: Int) { self.perSecond = Double(max(1, perSecond)) }

    /// After a while in which so many datagrams of strangers came through at the present share.
    mutating func look(came count: Int, in time: Duration) {
        let parts = time.components
        let seconds = max(0.001, Double(parts.seconds) + Double(parts.attoseconds) / 1e18)
        let sent = Double(max(0, count)) / seconds / share
        // Twice of what is read, for a flood comes unevenly. Wider only step by step: few that come may be chance.
        let wanted = min(1, max(Self.least, min(2 * perSecond / max(sent, 1), share * 4)))
        if wanted == 1 || abs(wanted - share) > share / 5 { share = wanted }
    }

    private static var least: Double { 1.0 / 65_536 }
}
