import Synchronization

/// What happens in the media engine, in its order: a stream for one reader, or, for who does not want to be woken up for each,
/// a function that is called on the threads where it happens.
final class MediaEvents: AsyncSequence, Sendable {
    typealias Element = MediaEvent
    typealias Listener = @Sendable (MediaEvent?) -> Void

    private let stream: AsyncStream<MediaEvent>
    private let reader: AsyncStream<MediaEvent>.Continuation
    private let listener = Mutex<Listener?>(nil)

    init() {
        (stream, reader) = AsyncStream.makeStream(of: MediaEvent.self, bufferingPolicy: .bufferingOldest(65_536))
    }

    func makeAsyncIterator() -> AsyncStream<MediaEvent>.Iterator { stream.makeAsyncIterator() }

    /// From now on the listener is told of everything, and of the end by nil; the stream is not. It must return at once.
    func listen(_ listener: @escaping Listener) { self.listener.withLock { $0 = listener } }

    func tell(_ event: MediaEvent) {
        if let listener = listener.withLock({ $0 }) { listener(event) } else { reader.yield(event) }
    }

    /// Nothing more happens.
    func finish() {
        listener.withLock { $0 }?(nil)
        reader.finish()
    }
}
