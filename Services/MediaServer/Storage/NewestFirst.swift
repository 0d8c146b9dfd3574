import Contracts
import Database
import ServiceKit

/// What the lists of recordings, messages and faxes have in common: the newest first, page by page, found by a number.
enum NewestFirst {
    /// The end of the year 9999: PostgreSQL knows no much later one.
    private static let lastMicroseconds: Int64 = 253_402_300_799_000_000

    /// The condition for what comes behind the part before, in the order of `time` and id; nothing for the first part.
    /// - Throws: `Failure.invalid` if the cursor was made for another list.
    static func after(_ page: PageRequest, by time: SQL) throws -> SQL {
        guard let last = try page.key(0), let id = try page.key(1) else { return "" }
        guard let microseconds = Int64(last), (0...lastMicroseconds).contains(microseconds) else {
            throw Failure(.invalid, "The cursor is of another list.")
        }
        return " AND (\(time), id) < (\(Timestamp(microseconds: microseconds).date)::timestamptz, \(id))"
    }

    /// The sort keys of a row.
    static func keys(_ time: Timestamp, _ id: String) -> [String] { ["\(time.microseconds)", id] }

    /// The condition for a number: the whole of it, or with `*` at its end its beginning.
    static func number(_ number: String, is column: SQL) -> SQL {
        number.hasSuffix("*")
            ? "AND starts_with(\(column), \(String(number.dropLast())))" : "AND \(column) = \(number)"
    }
}
