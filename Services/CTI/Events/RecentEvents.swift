import Contracts
import ServiceKit

/// The last events of agents' desks, of all agents together, so that a screen that was cut off goes on where it was.
///
/// It knows from which number on it has heard everything of a stream; whoever was cut off before that needs a snapshot.
struct RecentEvents {
    /// What a screen would have been told.
    enum Kind: Sendable {
        case fact(Envelope)
        case signal(ServerEvent)
    }

    private struct Entry {
        let key: AgentKey
        /// Where a fact stands in its stream; empty and 0 for a signal.
        let stream: String
        let number: UInt64
        let kind: Kind
    }

    private let capacity: Int
    /// Oldest first, at most twice the capacity.
    private var entries: [Entry] = []
    /// By stream, the first and the last number of what was heard without a hole.
    private var heard: [String: ClosedRange<UInt64>] = [:]

    init(capacity: Int = 4096) { self.capacity = max(1, capacity) }

    /// To be told of every fact of the streams, whomever it is about.
    mutating func hear(_ envelope: Envelope) {
        let number = envelope.number
        if let known = heard[envelope.stream], number > 0, known.upperBound == number - 1 {
            heard[envelope.stream] = known.lowerBound...number
        } else {
            heard[envelope.stream] = number...number
        }
    }

    mutating func keep(_ envelope: Envelope, of key: AgentKey) {
        append(Entry(key: key, stream: envelope.stream, number: envelope.number, kind: .fact(envelope)))
    }

    mutating func keep(_ signal: ServerEvent, of key: AgentKey) {
        append(Entry(key: key, stream: "", number: 0, kind: .signal(signal)))
    }

    /// What the agent's screen missed after this place in the stream, oldest first; nil if that is not known any more.
    func missed(by key: AgentKey, after place: EventPlace) -> [Kind]? {
        guard let heard = heard[place.stream], heard.contains(place.number) || heard.lowerBound == place.number &+ 1
        else { return nil }
        let seen = entries.lastIndex { $0.stream == place.stream && $0.number <= place.number }
        return entries[(seen.map { $0 + 1 } ?? entries.startIndex)...].filter { entry in
            guard entry.key == key else { return false }
            if case .signal = entry.kind { return true }
            return entry.stream == place.stream && entry.number > place.number
        }.map(\.kind)
    }

    private mutating func append(_ entry: Entry) {
        entries.append(entry)
        guard entries.count > capacity * 2 else { return }
        for entry in entries.prefix(capacity) {
            guard let known = heard[entry.stream], known.lowerBound <= entry.number else { continue }
            // What stands before it is forgotten with it.
            heard[entry.stream] = min(entry.number &+ 1, known.upperBound)...known.upperBound
        }
        entries.removeFirst(capacity)
        // Of instances that are gone nothing is left to go on from.
        let streams = Set(entries.map(\.stream))
        heard = heard.filter { streams.contains($0.key) }
    }
}

/// A place in a stream of facts, as the `id` of an event names it: `cti/1@5f3a#42`.
struct EventPlace: Sendable, Equatable {
    let stream: String
    let number: UInt64

    init(stream: String, number: UInt64) {
        self.stream = stream
        self.number = number
    }

    /// Nil for what is not one of ours.
    init?(_ text: String) {
        guard text.utf8.count <= 200, let mark = text.lastIndex(of: "#"),
            let number = UInt64(text[text.index(after: mark)...])
        else { return nil }
        self.init(stream: String(text[..<mark]), number: number)
    }

    var text: String { "\(stream)#\(number)" }
}
