import Contracts

/// An instant as log lines show it, in UTC. A formatter costs more than all the rest of a line.
enum TimeText {
    /// `2026-11-28T12:00:01.234Z`
    static func whole(_ time: Timestamp) -> String {
        let (days, rest) = split(time)
        let (year, month, day) = date(days)
        return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))T\(clock(rest))Z"
    }

    /// `12:00:01.234`
    static func clock(_ time: Timestamp) -> String { clock(split(time).rest) }

    /// Days since 1970, and milliseconds of the day.
    private static func split(_ time: Timestamp) -> (days: Int64, rest: Int64) {
        let day: Int64 = 86_400_000
        let milliseconds = time.microseconds / 1000 - (time.microseconds % 1000 < 0 ? 1 : 0)
        let rest = (milliseconds % day + day) % day
        return ((milliseconds - rest) / day, rest)
    }

    private static func clock(_ rest: Int64) -> String {
        let seconds = rest / 1000
        return "\(digits(seconds / 3600, 2)):\(digits(seconds / 60 % 60, 2)):\(digits(seconds % 60, 2))"
            + ".\(digits(rest % 1000, 3))"
    }

    /// The Gregorian date of a day, counted from 1 March of the year 0, so that leap days come last.
    private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
