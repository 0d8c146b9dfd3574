import Synchronization

/// Wakes the one who waits for commits, however many there were meanwhile.
public final class CommitBell: Sendable {
    private struct State {
        var hasRung = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    init() {}

    func ring() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            if state.waiter == nil { state.hasRung = true }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns when it rings, at once if it has rung since the last time; but no later than that, and when cancelled. It may
    /// return for nothing: look before acting. For one who waits; a second one sends the first away.
    public func wait(atMost limit: Duration) async {
        let alarm = Task {
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            ring()
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let earlier = state.withLock { state in
                    guard !state.hasRung else {
                        state.hasRung = false
                        return waiter as CheckedContinuation<Void, Never>?
                    }
                    defer { state.waiter = waiter }
                    return state.waiter
                }
                earlier?.resume()
            }
        } onCancel: {
            ring()
        }
        alarm.cancel()
    }
}
