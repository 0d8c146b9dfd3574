/// Whose a number is, and where: a table of prefixes, of which the longest counts. Pure, and small: half a million prefixes
/// take 10 MB.
///
/// The prefixes are sorted as texts are. What a number's longest prefix can be is then either the last prefix that is not
/// behind the number, or one of those that this one begins with, which each prefix knows of.
struct NumberRanges: Sendable {
    /// A carrier and a region; each may be unknown.
    struct Owner: Sendable, Hashable {
        let carrier: String
        let region: String
    }

    private var keys: [UInt64] = []
    /// The longest other prefix that each begins with; -1 for none.
    private var parents: [Int32] = []
    private var owners: [Int32] = []
    private var owner: [Owner] = []

    var count: Int { keys.count }

    init() {}

    /// - Parameter rows: E.164 digits and their owners; of two with the same prefix the last counts.
    init(_ rows: [(prefix: String, owner: Owner)]) {
        var numbers: [Owner: Int32] = [:]
        var table: [UInt64: Int32] = [:]
        table.reserveCapacity(rows.count)
        for row in rows {
            guard let key = Self.key(row.prefix) else { continue }
            if numbers[row.owner] == nil {
                numbers[row.owner] = Int32(owner.count)
                owner.append(row.owner)
            }
            table[key] = numbers[row.owner]
        }
        keys = table.keys.sorted()
        owners = keys.map { table[$0] ?? 0 }
        parents = Self.parents(keys)
    }

    /// Whose number it is.
    /// - Parameter number: E.164, with or without its plus.
    func owner(of number: String) -> Owner? {
        let digits = number.hasPrefix("+") ? number.dropFirst() : number[...]
        guard let wanted = Self.key(digits.prefix(Self.longest)) else { return nil }
        var index = last(notBehind: wanted)
        while index >= 0, index < keys.count {
            if Self.begins(wanted, with: keys[index]) { return owner[Int(owners[index])] }
            index = Int(parents[index])
        }
        return nil
    }

    /// The last key that is not greater; -1 if all are.
    private func last(notBehind wanted: UInt64) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] <= wanted { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }

    private static func parents(_ keys: [UInt64]) -> [Int32] {
        var parents = [Int32](repeating: -1, count: keys.count)
        var open: [Int] = []
        for (index, key) in keys.enumerated() {
            while let last = open.last, !begins(key, with: keys[last]) { open.removeLast() }
            if let last = open.last { parents[index] = Int32(last) }
            open.append(index)
        }
        return parents
    }

    static let longest = 16

    /// Four bits a digit, the first digit uppermost, 1 for `0`: sorts as the text does.
    private static func key(_ digits: some StringProtocol) -> UInt64? {
        guard (1...longest).contains(digits.utf8.count) else { return nil }
        var key: UInt64 = 0
        var shift: UInt64 = 60
        for byte in digits.utf8 {
            guard byte.isDigit else { return nil }
            key |= UInt64(byte - UInt8(ascii: "0") + 1) << shift
            shift = shift >= 4 ? shift - 4 : 0
        }
        return key
    }

    private static func begins(_ key: UInt64, with prefix: UInt64) -> Bool {
        // The lowest place that is not empty says how long the prefix is.
        let empty = prefix.trailingZeroBitCount & ~3
        return empty >= 64 || (key >> UInt64(empty)) == (prefix >> UInt64(empty))
    }
}
