import Contracts
import Foundation
import ServiceKit
import Synchronization

/// One agent's screen: nothing is sent before its beginning, and nothing that the beginning holds already.
final class Screen: Sendable {
    /// An event and where it stands in the stream of facts; nowhere for a signal.
    struct Event: Sendable {
        let place: EventPlace?
        let event: ServerEvent
    }

    private struct State {
        /// What the screen knows by now.
        var known: EventPlace?
        /// What came before its beginning did.
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

    /// Begins with a snapshot, which is true at this place.
    func begin(with snapshot: ServerEvent, at place: EventPlace) { begin(with: [], first: snapshot, place) }

    /// Goes on with what was missed after this place.
    func goOn(with missed: [Event], after place: EventPlace) { begin(with: missed, first: nil, place) }

    private func begin(with missed: [Event], first: ServerEvent?, _ place: EventPlace) {
        state.withLock { state in
            state.known = place
            if let first { out.yield(first) }
            for event in missed + state.early { send(event, &state) }
            state.early = []
        }
    }

    func send(_ event: Event) {
        state.withLock { state in
            if state.known != nil {
                send(event, &state)
            } else if state.early.count < Self.capacity {
                state.early.append(event)
            } else {
                out.finish()
            }
        }
    }

    func finish() { out.finish() }

    private func send(_ event: Event, _ state: inout State) {
        if let place = event.place {
            if let known = state.known, place.stream == known.stream, place.number <= known.number { return }
            if place.stream == state.known?.stream { state.known = place }
        }
        if case .dropped = out.yield(event.event) { out.finish() }
    }
}
