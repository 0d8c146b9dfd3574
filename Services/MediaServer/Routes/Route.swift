import Contracts
import Foundation

/// Names a route.
struct RouteID: Identifier {
    let rawValue: String
    init(rawValue: String) { self.rawValue = rawValue }
}

/// A way out: which numbers it serves, through which trunk, at what price, and when. The platform's.
struct Route: Codable, Sendable, Equatable {
    let id: RouteID
    let trunkID: TrunkID
    /// E.164 with plus, such as `+86138`, or the beginning of service numbers, such as `95`. None: every number.
    let prefixes: [String]
    /// Whose numbers, by the number ranges. None: everybody's.
    let carriers: [String]
    /// Where the numbers are, by the number ranges. None: everywhere.
    let regions: [String]
    /// Who may take it. None: every tenant.
    let tenants: [TenantID]
    /// Ten-thousandths of the platform's currency for each minute that is begun.
    let cost: Int
    /// Among those of one cost, the lowest is tried first.
    let priority: Int
    /// When it may be taken. None: always.
    let windows: [RouteWindow]
    let isEnabled: Bool
}

/// What an operator says of a route. Only the trunk is needed.
struct RouteSettings: Codable, Sendable, Equatable {
    let trunkID: TrunkID
    let prefixes: [String]?
    let carriers: [String]?
    let regions: [String]?
    let tenants: [TenantID]?
    let cost: Int?
    let priority: Int?
    let windows: [RouteWindow]?
    let isEnabled: Bool?

    static let mostEach = 1_000

    /// - Throws: `Failure.invalid`
    func checked(_ id: RouteID) throws(Failure) -> Route {
        let route = Route(
            id: id, trunkID: trunkID, prefixes: prefixes ?? [], carriers: carriers ?? [], regions: regions ?? [],
            tenants: tenants ?? [], cost: cost ?? 0, priority: priority ?? 0, windows: windows ?? [],
            isEnabled: isEnabled ?? true)
        let lists = [route.prefixes.count, route.carriers.count, route.regions.count, route.tenants.count]
        guard lists.allSatisfy({ $0 <= Self.mostEach }), route.windows.count <= 50 else {
            throw Failure(
                .invalid, "A list of a route has at most \(Self.mostEach) entries, and there are at most 50 windows.",
                code: "routeListTooLong")
        }
        guard route.prefixes.allSatisfy(NumberPrefix.isSound) else {
            throw Failure(
                .invalid, "A prefix is 1 to 15 digits, with + in front if it is E.164.", code: "prefixInvalid")
        }
        guard (route.carriers + route.regions).allSatisfy({ (1...100).contains($0.utf8.count) }) else {
            throw Failure(.invalid, "A carrier or region has 1 to 100 bytes.", code: "carrierInvalid")
        }
        guard (0...1_000_000_000).contains(route.cost), (0...1_000).contains(route.priority) else {
            throw Failure(.invalid, "cost is 0 to 1 000 000 000, and priority 0 to 1 000.", code: "costInvalid")
        }
        for window in route.windows { try window.check() }
        return route
    }
}

/// The beginning of a number: `+8613` of E.164, `95` of service numbers.
enum NumberPrefix {
    static func isSound(_ text: String) -> Bool {
        let digits = text.hasPrefix("+") ? text.dropFirst() : text[...]
        return digits.utf8.count <= 15 && !text.isEmpty && digits.utf8.allSatisfy(\.isDigit)
    }

    /// The longest of the prefixes that the number begins with.
    static func longest(of prefixes: [String], in number: String) -> String? {
        prefixes.filter { number.hasPrefix($0) }.max { $0.utf8.count < $1.utf8.count }
    }
}

/// Hours of some days of the week, by the platform's time (`day.zone`).
struct RouteWindow: Codable, Sendable, Equatable {
    /// 1 for Monday to 7 for Sunday; none: every day.
    let days: [Int]?
    /// `08:00`
    let from: String
    /// `21:00`; not later than `from`: on the next day.
    let to: String

    /// - Throws: `Failure.invalid`
    func check() throws(Failure) {
        guard Self.minute(from) != nil, Self.minute(to) != nil, days?.allSatisfy({ (1...7).contains($0) }) ?? true
        else {
            throw Failure(
                .invalid, "A window is from and to as 08:00, and days from 1 for Monday to 7 for Sunday.",
                code: "windowInvalid")
        }
    }

    func holds(_ moment: WallTime) -> Bool {
        guard let from = Self.minute(from), let to = Self.minute(to) else { return false }
        let yesterday = moment.weekday == 1 ? 7 : moment.weekday - 1
        if from < to { return isOn(moment.weekday) && (from..<to).contains(moment.minute) }
        return (isOn(moment.weekday) && moment.minute >= from) || (isOn(yesterday) && moment.minute < to)
    }

    private func isOn(_ weekday: Int) -> Bool { days.map { $0.isEmpty || $0.contains(weekday) } ?? true }

    private static func minute(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(\.isDigit) }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour < 24 || (hour == 24 && minute == 0)
        else { return nil }
        return hour * 60 + minute
    }
}

/// A moment as the wall shows it.
struct WallTime: Sendable, Equatable {
    /// `2026-11-21`
    let day: String
    /// 1 for Monday to 7 for Sunday.
    let weekday: Int
    /// Of the day.
    let minute: Int

    init(day: String, weekday: Int, minute: Int) {
        self.day = day
        self.weekday = weekday
        self.minute = minute
    }

    init(_ time: Timestamp, _ zone: TimeZone) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let parts = calendar.dateComponents([.year, .month, .day, .weekday, .hour, .minute], from: time.date)
        let two = { (value: Int?) in (value ?? 0) < 10 ? "0\(value ?? 0)" : "\(value ?? 0)" }
        day = "\(parts.year ?? 0)-\(two(parts.month))-\(two(parts.day))"
        // Foundation begins with Sunday as 1.
        weekday = ((parts.weekday ?? 1) + 5) % 7 + 1
        minute = (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
    }
}
