/// Which statements a connection has prepared, and under which names. Bounded: the one unused longest goes first.
struct StatementCache {
    /// What has to be done before the statement can be run.
    enum Lookup: Equatable {
        case prepared(name: String)
        case new(name: String, evicted: String?)
    }

    let limit: Int
    private var entries: [String: (name: String, lastUse: UInt64)] = [:]
    private var uses: UInt64 = 0
    private var made: UInt64 = 0

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    var count: Int { entries.count }

    /// The name of this statement, now used. A new one counts as prepared from here on.
    mutating func use(_ text: String) -> Lookup {
        uses += 1
        if let entry = entries[text] {
            entries[text]?.lastUse = uses
            return .prepared(name: entry.name)
        }
        var evicted: String?
        if entries.count >= limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries[oldest.key] = nil
            evicted = oldest.value.name
        }
        made += 1
        entries[text] = ("s\(made)", uses)
        return .new(name: "s\(made)", evicted: evicted)
    }

    mutating func removeAll() {
        entries = [:]
    }
}
