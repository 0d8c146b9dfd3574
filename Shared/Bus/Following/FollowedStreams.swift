import Contracts

/// The cursors of all streams that are followed, and where new ones begin. Pure.
struct FollowedStreams {
    private var cursors: [String: StreamCursor]
    /// Questions in a row that were not answered.
    private var failures: [String: Int] = [:]
    /// Services whose present streams begin where they stand, because their heads have not been told yet.
    private var unknown: Set<ServiceName>

    init(_ cursors: [String: UInt64], unlisted: FactFollower.Beginning, services: [ServiceName]) {
        self.cursors = cursors.mapValues { StreamCursor(last: $0) }
        unknown = unlisted == .now ? Set(services) : []
    }

    var count: Int { cursors.count }

    var behind: UInt64 { cursors.values.reduce(0) { $0 &+ ($1.head - $1.last) } }

    /// How long to wait before the next question about the stream.
    func patience(_ stream: String) -> Duration {
        let failures = failures[stream] ?? 0
        return failures == 0 ? .zero : .milliseconds(min(10_000, 100 << min(failures, 10)))
    }

    mutating func handle(_ input: FactFollower.Input) -> [(stream: String, StreamCursor.Action)] {
        switch input {
        case .live(let envelope) where envelope.isFact:
            return handle(.fact(envelope), of: envelope.stream, now: envelope.number - 1)
        case .live(let envelope):
            guard let heartbeat = try? envelope.decode(StreamHeartbeat.self) else { return [] }
            return heartbeat.heads.filter { isOf(heartbeat.instance.service, $0.stream) }.flatMap {
                handle(.heartbeat(head: $0.head), of: $0.stream, now: $0.head)
            }
        case .heads(let service, let heads):
            let actions = heads.filter { isOf(service, $0.stream) }.flatMap {
                handle(.heartbeat(head: $0.head), of: $0.stream, now: $0.head)
            }
            unknown.remove(service)
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

    private mutating func handle(
        _ input: StreamCursor.Input, of stream: String, now: UInt64
    ) -> [(stream: String, StreamCursor.Action)] {
        if cursors[stream] == nil {
            guard cursors.count < FactFollower.maximumStreams else { return [] }
            let begins = unknown.contains { isOf($0, stream) } ? min(now, StreamCursor.maximumNumber) : 0
            cursors[stream] = StreamCursor(last: begins)
        }
        return (cursors[stream]?.handle(input) ?? []).map { (stream, $0) }
    }

    private func isOf(_ service: ServiceName, _ stream: String) -> Bool { stream.hasPrefix(service.rawValue + "/") }
}
