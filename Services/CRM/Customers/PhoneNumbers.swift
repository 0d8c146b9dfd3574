/// How numbers that people write in many ways are compared: `+86 138-0013-8000`, `0086 13800138000` and `13800138000` are one.
struct PhoneNumbers: Sendable {
    /// Of the country whose numbers are written without one.
    let countryCode: String

    /// What a number is looked up by; nil for what is not a telephone number.
    func key(_ text: String) -> String? {
        let digits = text.filter { ("0"..."9").contains($0) }
        let others = text.filter { !("0"..."9").contains($0) && !" -()./+".contains($0) }
        guard (2...20).contains(digits.count), others.isEmpty else { return nil }
        var national = digits[...]
        var isInternational = text.first { $0 != " " } == "+"
        if national.hasPrefix("00") {
            national = national.dropFirst(2)
            isInternational = true
        }
        guard isInternational else {
            // One 0 in front is the trunk prefix; a short number such as 01 is left as it is.
            return national.hasPrefix("0") && national.count > 6 ? String(national.dropFirst()) : String(national)
        }
        guard national.hasPrefix(countryCode), national.count - countryCode.count >= 6 else { return "+" + national }
        return String(national.dropFirst(countryCode.count))
    }
}
