import Contracts
import Foundation
import ServiceKit
import Synchronization

/// One agent's screen: nothing is sent before the snapshot, and nothing that the snapshot knows already.
final class Screen: Sendable {
    /// An event and where it stands in the stream of facts; number 0 for a signal.
    struct Event: Sendable {
        let stream: String
        let number: UInt64
        let event: ServerEvent
    }

    private struct State {
        var snapshot: (stream: String, number: UInt64)?
        /// What came before the snapshot did.
        var early: [Event] = []
    }

    /// A screen that lies further behind is cut off, and comes back.
    static let capacity = 256

    let id = UUID()
    let events: AsyncStream<ServerEvent>
    private let out: AsyncStream<ServerEvent>.Continuation
    private let state = Mutex(State())

    init() { (events, out) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.capacity)) }

    func onEnd(_ end: @escaping @Sendable () -> Void) { out.onTermination = { _ in end() } }

    func begin(with event: ServerEvent, stream: String, number: UInt64) {
        state.withLock { state in
            state.snapshot = (stream, number)
            out.yield(event)
            for event in state.early { send(event, after: (stream, number)) }
            state.early = []
        }
    }

    func send(_ event: Event) {
        state.withLock { state in
            if let snapshot = state.snapshot {
                send(event, after: snapshot)
            } else if state.early.count < Self.capacity {
                state.early.append(event)
            } else {
                out.finish()
            }
        }
    }

    func finish() { out.finish() }

    private func send(_ event: Event, after snapshot: (stream: String, number: UInt64)) {
        if event.stream == snapshot.stream, event.number <= snapshot.number { return }
        if case .dropped = out.yield(event.event) { out.finish() }
    }
}
