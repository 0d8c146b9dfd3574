/// How numbers are dialled where the switch stands, and what they are in E.164. Pure.
struct NumberPlan: Sendable, Equatable {
    /// Of the country whose numbers are dialled without one.
    var countryCode = "86"
    /// What stands before a foreign country's code.
    var internationalPrefix = "00"
    /// What stands before an area's code within the country.
    var trunkPrefix = "0"

    /// With fewer digits it is a service number, such as 110 or 95588, which has no E.164.
    static let shortest = 7
    /// E.164 §6.2.1.
    static let longest = 15

    /// `+8613800138000` for `13800138000`, `013800138000` and `008613800138000`; a service number as it is dialled.
    /// - Returns: nil for what is no number: a plus elsewhere than in front, no digit, or too many.
    func normal(_ dialled: String) -> String? {
        let hasPlus = dialled.hasPrefix("+")
        let digits = hasPlus ? dialled.dropFirst() : dialled[...]
        guard !digits.isEmpty, digits.utf8.count <= 32 else { return nil }
        guard digits.utf8.allSatisfy(\.isDigit) else {
            // A service code, such as *31#.
            let isCode = digits.utf8.allSatisfy { $0.isDialled && $0 != UInt8(ascii: "+") }
            return isCode && !hasPlus ? dialled : nil
        }
        if hasPlus { return international(digits) }
        if digits.hasPrefix(internationalPrefix) { return international(digits.dropFirst(internationalPrefix.count)) }
        guard digits.utf8.count >= Self.shortest else { return dialled }
        return international(
            countryCode + (digits.hasPrefix(trunkPrefix) ? digits.dropFirst(trunkPrefix.count) : digits))
    }

    private func international(_ digits: some StringProtocol) -> String? {
        (1...Self.longest).contains(digits.utf8.count) ? "+" + digits : nil
    }

    /// The E.164 digits that a range of numbers begins with, from `1380013`, `0086138` or `+86138`.
    /// - Returns: nil for what is no prefix.
    func prefix(_ text: String) -> String? {
        let hasPlus = text.hasPrefix("+")
        let digits = hasPlus ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy(\.isDigit) else { return nil }
        let whole: String
        if hasPlus {
            whole = String(digits)
        } else if digits.hasPrefix(internationalPrefix) {
            whole = String(digits.dropFirst(internationalPrefix.count))
        } else {
            whole = countryCode + (digits.hasPrefix(trunkPrefix) ? digits.dropFirst(trunkPrefix.count) : digits)
        }
        return (1...Self.longest).contains(whole.utf8.count) ? whole : nil
    }

    /// Whether the two mean the same number.
    func isSame(_ one: String, _ other: String) -> Bool { (normal(one) ?? one) == (normal(other) ?? other) }
}

extension UInt8 {
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
