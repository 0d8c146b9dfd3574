import Contracts

/// The cursors of all streams that are followed, and where new ones begin. Pure.
struct FollowedStreams {
    private var cursors: [String: StreamCursor]
    /// Questions in a row that were not answered.
    private var failures: [String: Int] = [:]
    /// When following began, if streams that were there already are to begin where they stand.
    private let began: Timestamp?
    /// Services that have not told their streams yet.
    private var untold: Set<ServiceName>
    /// Streams that are not followed because there are too many.
    private(set) var refused = 0

    /// Clocks of two hosts differ by less.
    private static let skew: Duration = .seconds(5)

    init(_ cursors: [String: UInt64], unlisted: FactFollower.Beginning, services: [ServiceName], now: Timestamp) {
        self.cursors = cursors.mapValues { StreamCursor(last: $0) }
        began = unlisted == .now ? now.adding(.zero - Self.skew) : nil
        untold = Set(services)
    }

    var count: Int { cursors.count }

    var behind: UInt64 { cursors.values.reduce(0) { $0 &+ ($1.head - $1.last) } }

    /// How long to wait before the next question about the stream.
    func patience(_ stream: String) -> Duration {
        let failures = failures[stream] ?? 0
        return failures == 0 ? .zero : .milliseconds(min(10_000, 100 << min(failures, 10)))
    }

    /// The fact, if it is to be delivered and nothing else is to be done.
    mutating func next(_ input: FactFollower.Input) -> Envelope? {
        guard case .live(let envelope) = input, envelope.isFact,
            cursors[envelope.stream]?.isNext(envelope.number) == true
        else { return nil }
        return envelope
    }

    mutating func handle(_ input: FactFollower.Input) -> [(stream: String, StreamCursor.Action)] {
        switch input {
        case .live(let envelope) where envelope.isFact:
            return handle(.fact(envelope), of: envelope.stream, now: envelope.number - 1)
        case .live(let envelope):
            guard let heartbeat = try? envelope.decode(StreamHeartbeat.self) else { return [] }
            return heard(heartbeat.heads, of: heartbeat.instance.service)
        case .heads(let service, let heads):
            let actions = heard(heads, of: service)
            untold.remove(service)
            forgetDead(besides: Set(heads.map(\.stream)), of: service)
            return actions
        case .replayed(let stream, let reply):
            failures[stream] = nil
            return handle(
                .replayed(reply.facts.filter { $0.stream == stream }, oldest: reply.oldest), of: stream, now: 0)
        case .replayFailed(let stream):
            failures[stream, default: 0] += 1
            _ = handle(.replayFailed, of: stream, now: 0)
            // Asks again, after its patience.
            return handle(.heartbeat(head: 0), of: stream, now: 0)
        }
    }

    private mutating func heard(
        _ heads: [StreamHead], of service: ServiceName
    ) -> [(stream: String, StreamCursor.Action)] {
        heads.flatMap { head -> [(stream: String, StreamCursor.Action)] in
            guard isOf(service, head.stream) else { return [] }
            // A process that dies before its first fact, again and again, must not use up the room for streams.
            guard head.head > 0 || cursors[head.stream] != nil || isOld(head.stream) else { return [] }
            return handle(.heartbeat(head: head.head), of: head.stream, now: head.head)
        }
    }

    /// Forgets streams of processes that were succeeded and whose facts their service has dropped, all of them heard.
    private mutating func forgetDead(besides listed: Set<String>, of service: ServiceName) {
        let own = cursors.keys.filter { isOf(service, $0) && $0.contains("@") }
        var newest: [Substring: String] = [:]
        for stream in own {
            let instance = stream.prefix { $0 != "@" }
            newest[instance] = max(newest[instance] ?? "", stream)
        }
        for stream in own where !listed.contains(stream) && cursors[stream]?.isComplete == true {
            guard let newer = newest[stream.prefix { $0 != "@" }], newer != stream, listed.contains(newer) else {
                continue
            }
            cursors[stream] = nil
            failures[stream] = nil
        }
    }

    private mutating func handle(
        _ input: StreamCursor.Input, of stream: String, now: UInt64
    ) -> [(stream: String, StreamCursor.Action)] {
        if cursors[stream] == nil {
            guard cursors.count < FactFollower.maximumStreams else {
                refused += 1
                return []
            }
            cursors[stream] = StreamCursor(last: isOld(stream) ? now : 0)
        }
        return (cursors[stream]?.handle(input) ?? []).map { (stream, $0) }
    }

    /// Whether the stream was there before following began, and its past is not wanted. The incarnation of a real-time
    /// service says when it began (µs, hexadecimal); of other streams, those told first are old.
    private func isOld(_ stream: String) -> Bool {
        guard let began else { return false }
        let parts = stream.split(separator: "@", maxSplits: 1)
        guard parts.count == 2 else { return untold.contains { isOf($0, stream) } }
        guard let start = Int64(parts[1], radix: 16) else { return true }
        return Timestamp(microseconds: start) < began
    }

    private func isOf(_ service: ServiceName, _ stream: String) -> Bool { stream.hasPrefix(service.rawValue + "/") }
}
