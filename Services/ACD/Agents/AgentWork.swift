import Contracts

/// What an agent has done today, as far as routing asks. Counted from what cti reports of him.
struct AgentWork: Sendable, Equatable {
    /// When he last had a call, in or out, or let one pass.
    var turnAt = Timestamp(microseconds: 0)
    /// Offered calls that he answered.
    var answered = 0
    /// All calls, in and out, up to the end of the last.
    var talkedMicroseconds: Int64 = 0

    /// No single report counts for more, whatever its times say.
    private static let longestTalk: Int64 = 86_400_000_000

    /// He was doing one thing and now does another.
    /// - Parameter offered: the call that was offered to him last.
    mutating func take(_ now: AgentSnapshot, after before: RoutedAgent, offered: CallID?) {
        if before.status == .talking, now.since > before.since {
            let talked = min(now.since.microseconds(since: before.since), Self.longestTalk)
            talkedMicroseconds = min(talkedMicroseconds, .max / 2) + talked
        }
        guard now.status == .talking, before.status != .talking || before.callID != now.callID else { return }
        turnAt = max(turnAt, now.since)
        if let offered, now.callID == offered { answered += 1 }
    }

    mutating func passed(at time: Timestamp) { turnAt = max(turnAt, time) }

    /// Another day: counts begin anew, turns go on.
    mutating func dayBegins() {
        answered = 0
        talkedMicroseconds = 0
    }

    /// Days are counted in UTC.
    static func day(of time: Timestamp) -> Int64 { time.microseconds / 86_400_000_000 }
}
