import Contracts
import Foundation

/// A telephone number as it is dialled: digits, with `+` in front or without.
enum PhoneNumber {
    /// Nil for what cannot be one. Blanks, dashes, dots, slashes and brackets are taken out.
    static func normal(_ text: String) -> String? {
        guard text.utf8.count <= 64 else { return nil }
        var digits = text.filter { !" -./()\u{a0}\t".contains($0) }
        let plus = digits.hasPrefix("+") ? String(digits.removeFirst()) : ""
        guard (3...20).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return plus + digits
    }
}

/// Which numbers a list has had so far, however they are written: with their country or without.
///
/// Two numbers of at least ten digits are one if their last ten are the same, unless both name a country: then they are what
/// they say. A customer who stands in a list as `+8613800138000` and as `13800138000` is called once.
struct SeenNumbers: Sendable {
    /// How many digits are compared; the index `dialer.number_end` is made of as many.
    private static let tail = 10

    private var numbers: Set<String> = []
    /// The ends of those that name a country, and of those that do not.
    private var abroad: Set<Substring> = []
    private var home: Set<Substring> = []

    /// - Parameter number: as ``PhoneNumber/normal(_:)`` writes it.
    /// - Returns: false if it was there already.
    mutating func insert(_ number: String) -> Bool {
        guard numbers.insert(number).inserted else { return false }
        let namesCountry = number.hasPrefix("+")
        guard number.utf8.count - (namesCountry ? 1 : 0) >= Self.tail else { return true }
        let end = number.suffix(Self.tail)
        guard !home.contains(end), namesCountry || !abroad.contains(end) else { return false }
        if namesCountry { abroad.insert(end) } else { home.insert(end) }
        return true
    }
}

/// Numbers to be added to a campaign: what of a list can be called, and what is wrong with the rest.
struct NumberImport: Sendable, Equatable {
    /// One row as it was sent.
    struct Row: Codable, Sendable, Equatable {
        let number: String
        /// Where the called lives, if not where the campaign says.
        var timeZone: String?
        /// Handed on with the call.
        var attributes: [String: String]?
    }

    /// Why a row was not taken.
    struct RowError: Codable, Sendable, Equatable {
        /// 1 is the first.
        let row: Int
        let number: String
        let message: String
        /// What is wrong, for programs: `phoneNumberInvalid`, `timeZone`, `attributesInvalid`, `doNotCall`.
        let code: String
    }

    static let mostRows = 10_000
    static let mostAttributes = 50

    /// Each number once, as it is dialled.
    var rows: [Row] = []
    private(set) var errors: [RowError] = []
    /// Rows that repeat a number of the same list.
    private(set) var repeated = 0

    init(_ sent: [Row]) {
        var seen = SeenNumbers()
        for (index, row) in sent.enumerated() {
            guard let number = PhoneNumber.normal(row.number) else {
                fail(index, row, "A telephone number has 3 to 20 digits.", code: "phoneNumberInvalid")
                continue
            }
            if let zone = row.timeZone, zone.count > 64 || TimeZone(identifier: zone) == nil {
                fail(index, row, "There is no such time zone.", code: "timeZone")
                continue
            }
            let attributes = row.attributes ?? [:]
            guard attributes.count <= Self.mostAttributes,
                attributes.allSatisfy({ (1...64).contains($0.key.count) && $0.value.count <= 1000 })
            else {
                fail(
                    index, row, "At most \(Self.mostAttributes) attributes, of 1000 letters each.",
                    code: "attributesInvalid")
                continue
            }
            guard seen.insert(number) else {
                repeated += 1
                continue
            }
            rows.append(Row(number: number, timeZone: row.timeZone, attributes: row.attributes))
        }
    }

    mutating func fail(_ index: Int, _ row: Row, _ message: String, code: String) {
        errors.append(
            RowError(row: index + 1, number: String(row.number.prefix(64)), message: message, code: code))
    }
}
