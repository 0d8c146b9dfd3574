import Contracts
import DequeModule
import HeapModule

/// What is due when. Nothing is ever cancelled: what no longer makes sense is ignored when it comes due.
struct Deadlines: Sendable {
    enum Due: Sendable, Equatable {
        case offerExpired(Offer)
        case lastResort(CallID, offersMade: Int)
        case widen(CallID, at: Timestamp)
        case announce(CallID, at: Timestamp)
        case staffChanges(QueueID, at: Timestamp)
        case workOfferExpired(WorkID, number: Int)
        case workLastResort(WorkID, offersMade: Int)
    }

    private struct Entry: Comparable {
        let at: Timestamp
        /// Keeps the order of what is due at one time.
        let number: UInt64
        let due: Due

        static func == (left: Entry, right: Entry) -> Bool { left.number == right.number }
        static func < (left: Entry, right: Entry) -> Bool {
            left.at != right.at ? left.at < right.at : left.number < right.number
        }
    }

    private var entries = Heap<Entry>()
    private var count: UInt64 = 0

    mutating func add(_ due: Due, at: Timestamp) {
        count &+= 1
        entries.insert(Entry(at: at, number: count, due: due))
    }

    /// The first that is due, taken out; nil if nothing is.
    mutating func next(at now: Timestamp) -> Due? {
        guard let first = entries.min, first.at <= now else { return nil }
        return entries.popMin()?.due
    }
}

/// Calls that left within the last minute, so that a snapshot asked for before does not bring them back.
struct Departures: Sendable {
    private static let keptFor = Duration.seconds(60)
    private var times: [CallID: Timestamp] = [:]
    private var order = Deque<(CallID, Timestamp)>()

    mutating func note(_ id: CallID, at now: Timestamp) {
        times[id] = now
        order.append((id, now))
    }

    func left(_ id: CallID, since: Timestamp) -> Bool { times[id].map { $0 >= since } ?? false }

    mutating func forget(at now: Timestamp) {
        while let (id, at) = order.first, at.adding(Self.keptFor) < now {
            order.removeFirst()
            if times[id] == at { times[id] = nil }
        }
    }
}
