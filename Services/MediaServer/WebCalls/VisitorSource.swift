import Contracts

/// Whence a visitor calls, as far as limits are concerned: an IPv4 address, or the /64 of an IPv6 address, for whoever has
/// one address there has all of them.
struct VisitorSource: Hashable, Sendable {
    private let text: String

    /// - Parameters:
    ///   - peer: who is connected to us.
    ///   - forwarded: the header `X-Forwarded-For`. It is believed of a front door of ours alone, and of it only the last
    ///     address, which the door itself has added.
    init(peer: String?, forwarded: String?, frontDoors: Set<String>) {
        let peer = peer ?? ""
        guard frontDoors.contains(peer), let last = forwarded?.split(separator: ",").last else {
            text = Self.limited(peer)
            return
        }
        let named = last.filter { $0 != " " && $0 != "\t" }
        text = named.isEmpty ? Self.limited(peer) : Self.limited(String(named))
    }

    private static func limited(_ address: String) -> String {
        let address = String(address.prefix(64)).lowercased()
        guard address.contains(":") else { return address }
        if address.hasPrefix("::ffff:"), address.contains(".") { return String(address.dropFirst(7)) }
        // What stands before “::” is whole; what is left out there is zeros.
        let head = address.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        let groups = head.split(separator: ":").prefix(4).map { group in
            String(UInt16(group, radix: 16) ?? 0, radix: 16)
        }
        return (groups + Array(repeating: "0", count: 4 - groups.count)).joined(separator: ":") + "/64"
    }
}

/// How many calls a minute come from one source at one entry. Pure: the time is passed in. The table is bounded.
struct SourceLimits: Sendable {
    struct Key: Hashable, Sendable {
        let tenant: TenantID
        let entry: WebEntryID
        let source: VisitorSource
    }

    static let most = 10_000

    /// When the next would be due if all had come evenly (the generic cell rate algorithm).
    private var dueAt: [Key: Timestamp] = [:]

    var count: Int { dueAt.count }

    /// Counts a call, unless it is one too many.
    /// - Returns: nil if it may come, else after how many seconds it may.
    mutating func take(_ key: Key, perMinute: Int, at now: Timestamp) -> Int? {
        let interval = 60_000_000 / Int64(max(perMinute, 1))
        let due = max(dueAt[key] ?? now, now)
        let latest = now.adding(.seconds(60)).microseconds - interval
        guard due.microseconds <= latest else {
            return Int((due.microseconds - latest + 999_999) / 1_000_000)
        }
        if dueAt.count >= Self.most, dueAt[key] == nil { sweep(at: now) }
        dueAt[key] = due.adding(.microseconds(interval))
        return nil
    }

    /// Forgets those whose calls are long ago; all, if there are too many others, which costs less than a table without end.
    private mutating func sweep(at now: Timestamp) {
        dueAt = dueAt.filter { $0.value > now }
        if dueAt.count >= Self.most { dueAt = [:] }
    }
}
