import Contracts

/// What is to happen when, in order of time and, at one time, of asking.
struct Agenda {
    private struct Entry {
        let at: Int64
        let order: UInt64
        let work: () -> Void
    }

    private var entries: [Entry] = []
    private var order: UInt64 = 0

    var isEmpty: Bool { entries.isEmpty }

    mutating func add(at time: Timestamp, _ work: @escaping () -> Void) {
        order &+= 1
        let new = Entry(at: time.microseconds, order: order, work: work)
        entries.append(new)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.isBefore(new, entries[parent]) else { break }
            entries[child] = entries[parent]
            child = parent
        }
        entries[child] = new
    }

    mutating func next() -> (at: Timestamp, work: () -> Void)? {
        guard let first = entries.first, let last = entries.popLast() else { return nil }
        if !entries.isEmpty { sink(last) }
        return (Timestamp(microseconds: first.at), first.work)
    }

    private mutating func sink(_ entry: Entry) {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count, Self.isBefore(entries[child + 1], entries[child]) { child += 1 }
            guard Self.isBefore(entries[child], entry) else { break }
            entries[parent] = entries[child]
            parent = child
        }
        entries[parent] = entry
    }

    private static func isBefore(_ left: Entry, _ right: Entry) -> Bool {
        left.at != right.at ? left.at < right.at : left.order < right.order
    }
}
