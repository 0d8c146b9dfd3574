import Foundation

/// PostgreSQL's text for a time, as a session with `TimeZone = UTC` and `DateStyle = ISO` writes it:
/// `2026-03-01 09:30:00.123456+00`.
enum TimestampText {
    private static let microsecondsPerDay: Int64 = 86_400_000_000

    static func encode(_ date: Date) -> String {
        let interval = (date.timeIntervalSince1970 * 1_000_000).rounded()
        // Outside what PostgreSQL can hold; also what no number is.
        guard interval > -210_866_803_200_000_000, interval < 9_224_318_016_000_000_000 else {
            return interval < 0 ? "-infinity" : "infinity"
        }
        let microseconds = Int64(interval)
        let day = microseconds.floorDivided(by: microsecondsPerDay)
        let time = microseconds - day * microsecondsPerDay
        let (year, month, dayOfMonth) = civil(day: day)
        let seconds = time / 1_000_000
        let clock = "\(pad(seconds / 3600)):\(pad(seconds / 60 % 60)):\(pad(seconds % 60)).\(pad(time % 1_000_000, 6))"
        let shownYear = pad(year > 0 ? year : 1 - year, 4)
        return "\(shownYear)-\(pad(month))-\(pad(dayOfMonth)) \(clock)+00" + (year > 0 ? "" : " BC")
    }

    /// A time or, for a `date` column, midnight of that day; nil for `infinity`, other zones, and years before Christ.
    static func decode(_ text: String) -> Date? {
        var fields: [Int64] = []
        var current: Int64?
        var fraction: Double = 0
        var scale: Double = 0
        for byte in text.hasSuffix("+00") ? text.utf8.dropLast(3) : text.utf8[...] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = Int64(byte - UInt8(ascii: "0"))
                if scale > 0 {
                    fraction += Double(digit) * scale
                    scale /= 10
                } else {
                    guard (current ?? 0) < 1_000_000 else { return nil }
                    current = (current ?? 0) * 10 + digit
                }
            case UInt8(ascii: "."):
                scale = 0.1
            case UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: " "):
                guard let number = current, scale == 0 else { return nil }
                fields.append(number)
                current = nil
            default: return nil
            }
        }
        if let current { fields.append(current) }
        return date(fields, fraction)
    }

    private static func date(_ fields: [Int64], _ fraction: Double) -> Date? {
        guard fields.count == 3 || fields.count == 6 else { return nil }
        let time = fields.count == 6 ? fields[3] * 3600 + fields[4] * 60 + fields[5] : 0
        guard (1...12).contains(fields[1]), (1...31).contains(fields[2]), time <= 86_400 else { return nil }
        return Date(
            timeIntervalSince1970: Double(day(year: fields[0], month: fields[1], day: fields[2]) * 86_400 + time)
                + fraction)
    }

    /// Days since 1970 of a date of the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date algorithms").
    private static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.floorDivided(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func pad(_ number: Int64, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
