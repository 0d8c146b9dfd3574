import Contracts

/// How numbers that people write in many ways are compared: `+86 138-0013-8000`, `0086 13800138000` and `13800138000` are one.
struct PhoneNumbers: Sendable {
    /// Of the country whose numbers are written without one.
    let countryCode: String

    /// What a number is looked up by; nil for what is not a telephone number.
    func key(_ text: String) -> String? {
        guard let normal = NumberHome(country: countryCode).normal(text) else { return nil }
        let home = "+" + countryCode
        guard normal.hasPrefix(home), normal.count - home.count >= 6 else { return normal }
        return String(normal.dropFirst(home.count))
    }
}
