import Synchronization

/// A leg that is to be called when the requests before it are done. Until then it can be called off, so that no telephone
/// rings for a call that is over, or for one that went to somebody else meanwhile.
final class Dial: Sendable {
    private enum State { case waiting, begun, calledOff }
    private let state = Mutex(State.waiting)

    /// Whether it no longer waits.
    var hasBegun: Bool { state.withLock { $0 == .begun } }

    /// False if it was called off.
    func begin() -> Bool {
        state.withLock { state in
            guard state == .waiting else { return false }
            state = .begun
            return true
        }
    }

    func callOff() { state.withLock { if $0 == .waiting { $0 = .calledOff } } }
}
