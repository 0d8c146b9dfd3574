public import Foundation

/// An instant in UTC, in microseconds since 1970. JSON: an integer.
public struct Timestamp: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    public let microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Clamped to what 64 bits hold.
    public init(_ date: Date) {
        let value = (date.timeIntervalSince1970 * 1_000_000).rounded()
        microseconds = Int64(exactly: value) ?? (value < 0 ? .min : .max)
    }

    /// The wall clock. Decisions never call this: time is handed to them.
    public static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000)
    }

    public init(from decoder: any Decoder) throws {
        microseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(microseconds)
    }

    public var date: Date { Date(timeIntervalSince1970: Double(microseconds) / 1_000_000) }

    public var description: String {
        date.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
    }

    public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

    /// Microseconds from `earlier` to here; negative if it is later. Saturates.
    public func microseconds(since earlier: Timestamp) -> Int64 {
        let (difference, overflow) = microseconds.subtractingReportingOverflow(earlier.microseconds)
        return overflow ? (microseconds < 0 ? .min : .max) : difference
    }

    /// Saturates.
    public func adding(_ duration: Duration) -> Timestamp {
        let parts = duration.components
        let (whole, first) = parts.seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, second) = whole.addingReportingOverflow(parts.attoseconds / 1_000_000_000_000)
        let (result, third) = microseconds.addingReportingOverflow(sum)
        guard !first, !second, !third else { return Timestamp(microseconds: parts.seconds < 0 ? .min : .max) }
        return Timestamp(microseconds: result)
    }
}
