import Foundation
import Synchronization

/// Keeps the last events of one feed and hands them to every listener: what is behind an SSE route.
///
/// Bounded twice: `capacity` events are kept for those who come back with `Last-Event-ID`, and a listener that lies more
/// than `capacity` events behind is cut off, so that it comes back and is served from what is kept. One who missed more
/// than is kept gets the event `reset` first: it then reads the state anew.
public final class EventFeed: Sendable {
    private struct State {
        var number: UInt64 = 0
        var kept: [ServerEvent] = []
        var listeners: [UUID: AsyncStream<ServerEvent>.Continuation] = [:]
    }

    private let capacity: Int
    /// Names this feed's life: after a restart, old ids mean nothing.
    private let incarnation: String
    private let state = Mutex(State())

    public init(capacity: Int = 1000, incarnation: String = String(UInt64.random(in: .min ... .max), radix: 36)) {
        self.capacity = max(1, capacity)
        self.incarnation = incarnation
    }

    public var listenerCount: Int { state.withLock { $0.listeners.count } }

    /// Sends to all listeners, now and to come.
    public func send(_ name: String, _ value: some Encodable) throws {
        send(name, data: String(decoding: try JSONEncoder.api.encode(value), as: UTF8.self))
    }

    public func send(_ name: String, data: String) {
        let tooSlow = state.withLock { state in
            state.number += 1
            let event = ServerEvent(id: "\(incarnation)-\(state.number)", name: name, data: data)
            state.kept.append(event)
            if state.kept.count > capacity * 2 { state.kept.removeFirst(state.kept.count - capacity) }
            return state.listeners.values.filter { if case .dropped = $0.yield(event) { true } else { false } }
        }
        // Outside the lock: ending a stream calls back to `forget`.
        for listener in tooSlow { listener.finish() }
    }

    /// What was sent after `lastEventID`, then what comes. Nil: only what comes.
    public func events(after lastEventID: String?) -> AsyncStream<ServerEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ServerEvent.self, bufferingPolicy: .bufferingOldest(capacity * 2 + 1))
        let id = UUID()
        state.withLock { state in
            for event in missed(after: lastEventID, state) { continuation.yield(event) }
            state.listeners[id] = continuation
        }
        continuation.onTermination = { [weak self] _ in self?.forget(id) }
        return stream
    }

    /// Ends every listener's stream.
    public func finish() {
        let listeners = state.withLock { state in
            defer { state.listeners = [:] }
            return state.listeners
        }
        for listener in listeners.values { listener.finish() }
    }

    private func forget(_ id: UUID) { _ = state.withLock { $0.listeners.removeValue(forKey: id) } }

    private func missed(after lastEventID: String?, _ state: State) -> [ServerEvent] {
        guard let lastEventID else { return [] }
        let parts = lastEventID.split(separator: "-")
        let reset = ServerEvent(id: "\(incarnation)-\(state.number)", name: "reset", data: "{}")
        guard parts.count == 2, parts[0] == incarnation, let number = UInt64(parts[1]), number <= state.number else {
            return [reset]
        }
        let missing = state.number - number
        return missing <= UInt64(min(state.kept.count, capacity)) ? Array(state.kept.suffix(Int(missing))) : [reset]
    }
}
