import Contracts

/// Tells of refused calls without drowning anybody in them: the first of a kind at once, then a sum every ten seconds. Pure.
struct DialAlarms: Sendable {
    struct Kind: Hashable, Sendable {
        let tenant: TenantID
        let refusal: DialRefusal
    }

    private struct Count {
        var since: Timestamp
        var count = 0
        var example = ""
    }

    static let pause = Duration.seconds(10)

    private var counts: [Kind: Count] = [:]

    /// - Returns: what is to be told now.
    mutating func refused(_ kind: Kind, number: String, at now: Timestamp) -> DialRefused? {
        let example = Self.masked(number)
        guard counts[kind] != nil else {
            counts[kind] = Count(since: now)
            return DialRefused(reason: kind.refusal.rawValue, count: 1, example: example)
        }
        counts[kind]?.count += 1
        counts[kind]?.example = example
        return nil
    }

    /// What has come since it was last told; what has not is forgotten.
    mutating func due(at now: Timestamp) -> [(kind: Kind, fact: DialRefused)] {
        var due: [(kind: Kind, fact: DialRefused)] = []
        for (kind, count) in counts where count.since.adding(Self.pause) <= now {
            guard count.count > 0 else {
                counts[kind] = nil
                continue
            }
            due.append((kind, DialRefused(reason: kind.refusal.rawValue, count: count.count, example: count.example)))
            counts[kind] = Count(since: now)
        }
        return due
    }

    private static func masked(_ number: String) -> String {
        number.count > 4 ? number.dropLast(4) + "****" : String(repeating: "*", count: number.count)
    }
}
