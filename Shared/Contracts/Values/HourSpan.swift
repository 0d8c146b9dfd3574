/// From one minute of the day to another, as people write hours: `09:00-12:30`. What ends at or before its beginning ends on
/// the next day.
public struct HourSpan: Sendable, Hashable {
    /// As spans are kept by: in the order of `Calendar`, which counts Sunday as the first.
    public static let weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    /// Minutes since midnight; `to` up to 1440.
    public let from: Int
    public let to: Int

    /// Nil if the text is none.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(Self.minute)
        guard parts.count == 2, let from = parts[0], let to = parts[1], from != to, from < 1440 else { return nil }
        (self.from, self.to) = (from, to)
    }

    private static func minute(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60,
            hour < 24 || (hour == 24 && minute == 0)
        else { return nil }
        return hour * 60 + minute
    }

    /// Whether a minute of its own day is in it.
    public func holds(_ minute: Int) -> Bool { minute >= from && (minute < to || to < from) }

    /// Whether a minute of the next day is in it.
    public func holdsAfterMidnight(_ minute: Int) -> Bool { to < from && minute < to }
}
