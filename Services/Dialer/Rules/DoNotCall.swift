import Contracts

/// A number that no campaign calls, because somebody has asked for it or the law says so (免打扰).
struct DoNotCall: Codable, Sendable, Equatable {
    let number: String
    let reason: String?
    let addedBy: UserID
    let addedAt: Timestamp

    /// By what numbers are compared, however they are written: their last ten digits. Who lives abroad and has the same is
    /// not called either, which wrongs nobody.
    static func key(_ number: String) -> String { String(number.filter { $0.isASCII && $0.isNumber }.suffix(10)) }
}

extension NumberImport {
    /// Takes out those that must not be called, and says so.
    mutating func leaveOut(_ keys: Set<String>, of sent: [Row]) {
        guard !keys.isEmpty else { return }
        rows.removeAll { keys.contains(DoNotCall.key($0.number)) }
        for (index, row) in sent.enumerated() {
            guard let number = PhoneNumber.normal(row.number), keys.contains(DoNotCall.key(number)) else { continue }
            fail(index, row, "This number must not be called.", code: "doNotCall")
        }
    }
}
