import Contracts
import Foundation

/// When numbers of a campaign may be called, in the local time of the called.
struct CallingHours: Codable, Sendable, Equatable {
    /// Of the numbers that bring none of their own, such as `Asia/Shanghai`.
    var timeZone = "UTC"
    /// `09:00`.
    var from = "09:00"
    /// `20:00`; the minute itself is not called in any more.
    var until = "20:00"
    /// 1 is Monday, 7 is Sunday.
    var days = [1, 2, 3, 4, 5, 6, 7]

    /// - Throws: `Failure.invalid` with the sentence that says what is allowed.
    func checked() throws -> CallingHours {
        guard TimeZone(identifier: timeZone) != nil else {
            throw Failure(.invalid, "There is no time zone “\(timeZone.prefix(64))”.", code: "timeZone")
        }
        guard let first = Self.minutes(from), let last = Self.minutes(until), first < last else {
            throw Failure(
                .invalid, "Calling hours go from HH:MM until a later HH:MM of the same day.",
                code: "callingHoursInvalid")
        }
        guard !days.isEmpty, days.allSatisfy((1...7).contains) else {
            throw Failure(
                .invalid, "Calling days are numbers from 1 (Monday) to 7 (Sunday).", code: "callingHoursInvalid")
        }
        var hours = self
        hours.days = Set(days).sorted()
        return hours
    }

    /// Whether somebody may be called now who lives in that time zone; nil is the campaign's.
    func isOpen(at now: Timestamp, in zone: String? = nil) -> Bool {
        guard let zone = TimeZone(identifier: zone ?? timeZone), let first = Self.minutes(from),
            let last = Self.minutes(until)
        else { return false }
        let (date, day) = (now.date, 86_400)
        let local = Int(date.timeIntervalSince1970.rounded(.down)) + zone.secondsFromGMT(for: date)
        let days = local >= 0 ? local / day : (local - day + 1) / day
        let minute = (local - days * day) / 60
        // The first of January 1970 was a Thursday.
        let weekday = ((days + 3) % 7 + 7) % 7 + 1
        return (first..<last).contains(minute) && self.days.contains(weekday)
    }

    /// Minutes since midnight; `24:00` is the end of the day.
    private static func minutes(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 2, parts[1].count == 2, let hour = Int(parts[0]),
            let minute = Int(parts[1]), (0...59).contains(minute), (0...23).contains(hour) || (hour, minute) == (24, 0)
        else { return nil }
        return hour * 60 + minute
    }
}
