import Synchronization

/// A bounded queue with many senders and one reader, who takes all that waits at once.
final class Inbox<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var reader: CheckedContinuation<Void, Never>?
        var isClosed = false
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) { self.capacity = capacity }

    /// False if it is full, which what must not be lost does not care about.
    @discardableResult
    func send(_ element: Element, always: Bool = false) -> Bool {
        let (isSent, reader) = state.withLock { state in
            guard !state.isClosed, always || state.elements.count < capacity else {
                return (false, nil as CheckedContinuation<Void, Never>?)
            }
            state.elements.append(element)
            defer { state.reader = nil }
            return (true, state.reader)
        }
        reader?.resume()
        return isSent
    }

    /// All that waits, at least one; nil when closed or the reader's task is cancelled.
    func next() async -> [Element]? {
        while true {
            let taken: [Element] = state.withLock { state in
                var taken: [Element] = []
                swap(&taken, &state.elements)
                return taken
            }
            if !taken.isEmpty { return taken }
            if Task.isCancelled || state.withLock({ $0.isClosed }) { return nil }
            await withTaskCancellationHandler {
                await withCheckedContinuation { reader in
                    let isReady = state.withLock { state in
                        guard state.elements.isEmpty, !state.isClosed else { return true }
                        state.reader = reader
                        return false
                    }
                    if isReady { reader.resume() }
                }
            } onCancel: {
                close()
            }
        }
    }

    func close() {
        let reader = state.withLock { state in
            state.isClosed = true
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }
}
