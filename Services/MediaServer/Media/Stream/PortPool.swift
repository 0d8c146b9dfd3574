import Synchronization

/// The pairs of ports that legs take. A pair that was given back waits at the end of the line, so that what is still
/// underway to its last leg does not reach the next.
final class PortPool: Sendable {
    private struct State {
        /// A ring of free RTP ports.
        var free: [UInt16]
        var head = 0
        var count: Int
    }

    private let state: Mutex<State>

    init(_ ports: ClosedRange<UInt16>) {
        let first = Int(ports.lowerBound) + Int(ports.lowerBound & 1)
        let free = stride(from: max(first, 2), to: Int(ports.upperBound), by: 2).map { UInt16(clamping: $0) }
        state = Mutex(State(free: free, count: free.count))
    }

    /// An even port whose neighbour is ours as well; nil when all are taken.
    func take() -> UInt16? {
        state.withLock { state in
            guard state.count > 0 else { return nil }
            let port = state.free[state.head]
            state.head = (state.head + 1) % state.free.count
            state.count -= 1
            return port
        }
    }

    func giveBack(_ port: UInt16) {
        state.withLock { state in
            guard state.count < state.free.count else { return }
            state.free[(state.head + state.count) % state.free.count] = port
            state.count += 1
        }
    }

    var available: Int { state.withLock { $0.count } }
}
