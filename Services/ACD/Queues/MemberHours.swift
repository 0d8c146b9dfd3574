import Contracts
import Foundation

/// When an agent works in a queue, if not always: by weekday, so that one agent serves other queues at other times of day.
struct MemberHours: Codable, Sendable, Hashable {
    static let mostSpans = 12

    /// Such as `Asia/Shanghai`.
    let timeZone: String
    /// Spans such as `09:00-12:00` by weekday; what ends at or before its beginning ends on the next day.
    let hours: [String: [String]]

    /// - Throws: `Failure.invalid`
    func checked() throws -> MemberHours {
        guard TimeZone(identifier: timeZone) != nil, hours.keys.allSatisfy(HourSpan.weekdays.contains),
            hours.values.allSatisfy({ $0.count <= Self.mostSpans && $0.allSatisfy { HourSpan($0) != nil } })
        else {
            throw Failure(
                .invalid,
                """
                hours: a timeZone such as Asia/Shanghai, and by weekday (mon, tue, …) at most \(Self.mostSpans) spans such \
                as 09:00-12:00.
                """, code: "memberHoursInvalid")
        }
        return self
    }

    /// Whether he works in the queue then, and when that may change next; nil for never.
    func presence(at now: Timestamp) -> (isIn: Bool, changesAt: Timestamp?) {
        let spans = intervals(around: now)
        let isIn = spans.contains { $0.from <= now && now < $0.to }
        return (isIn, spans.flatMap { [$0.from, $0.to] }.filter { $0 > now }.min())
    }

    /// The spans from yesterday to a week and a day from now. Hours that a change of the clock leaves out are moved behind it.
    private func intervals(around now: Timestamp) -> [(from: Timestamp, to: Timestamp)] {
        guard let zone = TimeZone(identifier: timeZone) else { return [] }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let today = calendar.startOfDay(for: now.date)
        return (-1...8).flatMap { offset -> [(from: Timestamp, to: Timestamp)] in
            guard let day = calendar.date(byAdding: .day, value: offset, to: today) else { return [] }
            let number = calendar.component(.weekday, from: day)
            guard HourSpan.weekdays.indices.contains(number - 1) else { return [] }
            return (hours[HourSpan.weekdays[number - 1]] ?? []).compactMap(HourSpan.init).compactMap { span in
                guard let from = time(span.from, on: day, calendar),
                    let nextDay = calendar.date(byAdding: .day, value: 1, to: day),
                    let to = time(span.to, on: span.to <= span.from ? nextDay : day, calendar), from < to
                else { return nil }
                return (Timestamp(from), Timestamp(to))
            }
        }
    }

    private func time(_ minute: Int, on day: Date, _ calendar: Calendar) -> Date? {
        guard minute < 1440 else { return calendar.date(byAdding: .day, value: 1, to: day) }
        return calendar.date(bySettingHour: minute / 60, minute: minute % 60, second: 0, of: day)
    }
}

/// An agent of a queue, and when he works there.
struct QueueMember: Codable, Sendable, Equatable {
    let agentID: AgentID
    /// Always if there are none.
    let hours: MemberHours?
    /// Whether that is now.
    let isIn: Bool
}

extension StaffedQueue {
    /// Who works in it then, and when that may change next.
    func present(at now: Timestamp) -> (members: Set<AgentID>, changesAt: Timestamp?) {
        guard !hours.isEmpty else { return (members, nil) }
        // Many work the same hours.
        let presences = Dictionary(Set(hours.values).map { ($0, $0.presence(at: now)) }) { first, _ in first }
        let present = members.filter { hours[$0].flatMap { presences[$0]?.isIn } ?? true }
        return (present, presences.values.compactMap(\.changesAt).min())
    }
}
