/// Where somebody's telephone numbers are at home, and what a number is from there in E.164: the one function by which numbers
/// that carriers and people write in many ways are told to be the same, or not.
///
/// `+86 138 0013 8000`, `008613800138000`, `8613800138000`, `013800138000` and `13800138000` are one; `+13800138000` of
/// another country is not, though its last ten digits are the same.
public struct NumberHome: Codable, Sendable, Equatable, Hashable {
    /// The country's code: 1 to 3 digits.
    public let country: String
    /// The area's, without the 0 in front, as `10`: what numbers of seven or eight digits are called in. Nil: they stay as
    /// they are, because nobody knows where.
    public let area: String?

    public init(country: String = "86", area: String? = nil) {
        self.country = country
        self.area = area
    }

    /// Whether both are digits, and as many as there may be.
    public var isSound: Bool {
        (1...3).contains(country.utf8.count) && country.utf8.allSatisfy(Self.isDigit) && !country.hasPrefix("0")
            && (area.map { (1...5).contains($0.utf8.count) && $0.utf8.allSatisfy(Self.isDigit) && !$0.hasPrefix("0") }
                ?? true)
    }

    /// With fewer digits it is a service number, such as 110 or 95588, which has no E.164.
    private static let shortest = 7
    /// E.164 §6.2.1.
    private static let longest = 15
    /// How many digits a number has at most within the country, where that is known: what is longer and begins with the
    /// country's code is written with it.
    private static let longestNational = ["86": 11, "1": 10, "852": 8, "853": 8, "886": 9, "65": 8, "44": 10]
    /// Countries in which no 0 stands before an area's code, or belongs to it.
    private static let withoutTrunkPrefix: Set = ["1", "34", "39", "45", "47", "65", "852", "853"]

    /// `+8613800138000`; a service number, or a local one of an unknown area, as its digits; a service code such as `*31#` as it
    /// is.
    /// - Returns: nil for what is no number.
    public func normal(_ text: String) -> String? {
        guard text.utf8.count <= 64 else { return nil }
        var digits: [UInt8] = []
        var isInternational = false
        var isCode = false
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "+"):
                guard digits.isEmpty, index <= 2 else { return nil }
                isInternational = true
            case UInt8(ascii: "*"), UInt8(ascii: "#"):
                isCode = true
                digits.append(byte)
            case _ where Self.isDigit(byte): digits.append(byte)
            case _ where " -()./\t".utf8.contains(byte): continue
            default: return nil
            }
        }
        guard (2...20).contains(digits.count) else { return nil }
        let plain = String(decoding: digits, as: UTF8.self)
        if isCode { return isInternational ? nil : plain }
        if isInternational { return international(plain) }
        if plain.hasPrefix("00"), plain.utf8.count > Self.shortest + 2 { return international(plain.dropFirst(2)) }
        return national(plain)
    }

    private func national(_ digits: String) -> String {
        let count = digits.utf8.count
        guard count >= Self.shortest else { return digits }
        if hasTrunkPrefix, digits.hasPrefix("0") { return international(country + digits) ?? digits }
        if let most = Self.longestNational[country], count > most, digits.hasPrefix(country) {
            return international(digits) ?? digits
        }
        if isLocal(digits) { return area.flatMap { international(country + $0 + digits) } ?? digits }
        return isService(digits) ? digits : international(country + digits) ?? digits
    }

    /// A 0 that people write behind the country's code, as in `+86 (0)10`, belongs to no number.
    private func international(_ digits: some StringProtocol) -> String? {
        var digits = String(digits)
        if hasTrunkPrefix, digits.hasPrefix(country + "0") {
            digits = country + digits.dropFirst(country.count).drop { $0 == "0" }
        }
        return (1...Self.longest).contains(digits.utf8.count) ? "+" + digits : nil
    }

    private var hasTrunkPrefix: Bool { !Self.withoutTrunkPrefix.contains(country) }

    /// Dialled within an area: in China seven or eight digits that begin with 2 to 8, in North America seven.
    private func isLocal(_ digits: String) -> Bool {
        switch country {
        case "86": digits.utf8.count <= 8 && digits.utf8.first.map { (0x32...0x38).contains($0) } ?? false
        case "1": digits.utf8.count == 7
        default: area != nil && digits.utf8.count <= 8
        }
    }

    /// China's numbers of seven and eight digits that begin with 1 or 9: 95 and 96 with what a company added.
    private func isService(_ digits: String) -> Bool { country == "86" && digits.utf8.count <= 8 }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
