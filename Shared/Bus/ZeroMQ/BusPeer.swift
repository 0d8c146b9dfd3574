import CZeroMQ
import Contracts
import Foundation

/// The sockets towards one other instance: its events in, requests to it out. Belongs to the bus's thread.
final class BusPeer {
    /// So many requests wait for the connection at most.
    private static let backlogCapacity = 8192

    let instance: InstanceID
    let endpoints: InstanceEndpoints
    let events: ZeroMQSocket
    let requests: ZeroMQSocket
    private(set) var backlog: [(id: UInt64, frames: [Data])] = []
    private var subscribed: Set<String> = []

    init(
        _ instance: InstanceID, _ endpoints: InstanceEndpoints, _ context: ZeroMQContext,
        prepare: (ZeroMQSocket, _ address: String) throws -> Void
    ) throws {
        self.instance = instance
        self.endpoints = endpoints
        events = try ZeroMQSocket(.subscriber, in: context)
        requests = try ZeroMQSocket(.dealer, in: context)
        try prepare(events, endpoints.publish)
        try prepare(requests, endpoints.requests)
        try events.connect(endpoints.publish)
        try requests.connect(endpoints.requests)
    }

    func close() {
        events.close()
        requests.close()
    }

    /// Subscribes to these topics and to no others.
    func subscribe(_ topics: Set<String>) throws {
        for topic in topics.subtracting(subscribed) { try events.set(ZMQ_SUBSCRIBE, topic) }
        for topic in subscribed.subtracting(topics) { try events.set(ZMQ_UNSUBSCRIBE, topic) }
        subscribed = topics
    }

    /// False if too many wait already.
    func ask(_ id: UInt64, _ frames: [Data]) -> Bool {
        guard backlog.count < Self.backlogCapacity else { return false }
        backlog.append((id, frames))
        return true
    }

    /// Sends what can be sent now, skipping what nobody waits for, and says what was sent.
    func flush(isWaiting: (UInt64) -> Bool) -> [UInt64] {
        guard !backlog.isEmpty else { return [] }
        var sent: [UInt64] = []
        var done = 0
        for (id, frames) in backlog {
            if isWaiting(id) {
                guard requests.send(frames) else { break }
                sent.append(id)
            }
            done += 1
        }
        backlog.removeFirst(done)
        return sent
    }
}
