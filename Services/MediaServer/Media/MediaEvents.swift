import Synchronization

/// What happens in the media engine, in its order: a stream for one reader, or, for who does not want to be woken up for each,
/// a function that is called on the threads where it happens.
final class MediaEvents: AsyncSequence, Sendable {
    typealias Element = MediaEvent
    typealias Listener = @Sendable (MediaEvent?) -> Void

    private struct State {
        var listener: Listener?
        /// What nobody waits for, until something else is told or the time has come.
        var held: [MediaEvent] = []
    }

    private let stream: AsyncStream<MediaEvent>
    private let reader: AsyncStream<MediaEvent>.Continuation
    private let state = Mutex(State())

    init() {
        (stream, reader) = AsyncStream.makeStream(of: MediaEvent.self, bufferingPolicy: .bufferingOldest(65_536))
    }

    func makeAsyncIterator() -> AsyncStream<MediaEvent>.Iterator { stream.makeAsyncIterator() }

    /// From now on the listener is told of everything, and of the end by nil; the stream is not. It must return at once.
    func listen(_ listener: @escaping Listener) { state.withLock { $0.listener = listener } }

    func tell(_ event: MediaEvent) {
        state.withLock { state in
            state.held.append(event)
            tellHeld(&state)
        }
    }

    /// Tells it with the next event, or by the next ``flush()``, which comes ten times a second.
    func tellSoon(_ event: MediaEvent) { state.withLock { $0.held.append(event) } }

    func flush() { state.withLock { tellHeld(&$0) } }

    /// Nothing more happens.
    func finish() {
        state.withLock { state in
            tellHeld(&state)
            state.listener?(nil)
            reader.finish()
        }
    }

    /// Under the lock, so that what one thread tells is heard in its order.
    private func tellHeld(_ state: inout State) {
        for event in state.held {
            if let listener = state.listener { listener(event) } else { reader.yield(event) }
        }
        state.held.removeAll(keepingCapacity: true)
    }
}
