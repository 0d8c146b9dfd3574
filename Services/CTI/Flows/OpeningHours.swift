import Contracts
import Foundation

/// When somebody is there: hours by weekday, holidays, and days that are worked instead (调休). Part of a flow; the time is
/// handed in.
struct OpeningHours: Codable, Sendable, Equatable {
    /// Such as `Asia/Shanghai`.
    var timeZone: String
    /// Spans such as `09:00-12:00` by weekday; what ends at or before its beginning ends on the next day.
    var hours: [String: [String]]
    /// `2026-10-01`, or `01-01` for every year.
    var holidays: [String]?
    /// Weekday whose hours hold on a date, whatever day it is: `{"2026-10-10": "fri"}`. Stands above holidays.
    var workdays: [String: String]?
    var open: String
    var closed: String
    /// On holidays; `closed` if there is none.
    var holiday: String?

    /// Which way to go, with its field.
    func way(at time: Timestamp) -> (exit: String, next: String) {
        guard let zone = TimeZone(identifier: timeZone), let today = Day(time, zone) else { return ("closed", closed) }
        let isOpen =
            spans(on: today).contains { $0.holds(today.minute) }
            || (Day.before(time, zone).map { spans(on: $0).contains { $0.holdsAfterMidnight(today.minute) } } ?? false)
        if isOpen { return ("open", open) }
        if isHoliday(today), let holiday { return ("holiday", holiday) }
        return ("closed", closed)
    }

    private func spans(on day: Day) -> [HourSpan] {
        if let instead = workdays?[day.date] { return hours[instead]?.compactMap(HourSpan.init) ?? [] }
        return isHoliday(day) ? [] : hours[day.weekday]?.compactMap(HourSpan.init) ?? []
    }

    private func isHoliday(_ day: Day) -> Bool {
        guard workdays?[day.date] == nil else { return false }
        return holidays?.contains { $0 == day.date || $0 == day.dateOfYear } ?? false
    }

    /// A moment as the wall shows it.
    private struct Day {
        let date: String
        let dateOfYear: String
        let weekday: String
        let minute: Int

        init?(_ time: Timestamp, _ zone: TimeZone) { self.init(time.date, Self.calendar(zone)) }

        static func before(_ time: Timestamp, _ zone: TimeZone) -> Day? {
            let calendar = calendar(zone)
            return calendar.date(byAdding: .day, value: -1, to: time.date).flatMap { Day($0, calendar) }
        }

        private init?(_ date: Date, _ calendar: Calendar) {
            let parts = calendar.dateComponents([.year, .month, .day, .weekday, .hour, .minute], from: date)
            guard let year = parts.year, let month = parts.month, let day = parts.day, let hour = parts.hour,
                let minute = parts.minute, let weekday = parts.weekday,
                HourSpan.weekdays.indices.contains(weekday - 1)
            else { return nil }
            dateOfYear = "\(Self.two(month))-\(Self.two(day))"
            self.date = "\(year)-\(dateOfYear)"
            self.weekday = HourSpan.weekdays[weekday - 1]
            self.minute = hour * 60 + minute
        }

        private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

        private static func calendar(_ zone: TimeZone) -> Calendar {
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = zone
            return calendar
        }
    }
}

extension OpeningHours {
    static let mostDays = 400

    /// What an author has to put right.
    var problems: [String] {
        let dates =
            (holidays ?? []).filter { !Self.isDate($0) && !Self.isDate("2024-\($0)") }
            + (workdays ?? [:]).keys.sorted().filter { !Self.isDate($0) }
        let unknown = Set(hours.keys).union((workdays ?? [:]).values).subtracting(HourSpan.weekdays).sorted()
        let spans = hours.sorted { $0.key < $1.key }.flatMap(\.value).filter { HourSpan($0) == nil }
        return (TimeZone(identifier: timeZone) == nil ? ["“timeZone”: “\(timeZone.prefix(64))” is not known."] : [])
            + (hours.isEmpty ? ["“hours” is empty."] : [])
            + unknown.map {
                "“\($0.prefix(40))” is not a weekday; weekdays are \(HourSpan.weekdays.joined(separator: ", "))."
            }
            + spans.map { "“\($0.prefix(40))” is not a span of hours such as 09:00-17:30." }
            + dates.map { "“\($0.prefix(40))” is not a date such as 2026-10-01." }
            + ((holidays?.count ?? 0) > Self.mostDays || (workdays?.count ?? 0) > Self.mostDays
                ? ["There are more than \(Self.mostDays) holidays or workdays."] : [])
    }

    private static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, zip(parts, [4, 2, 2]).allSatisfy({ $0.utf8.count == $1 }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            (1...12).contains(month), (1970...2200).contains(year)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }
}
