import NIOCore

/// Collects the writes of one turn of the event loop into one flush.
final class Flusher {
    private let channel: any Channel
    private var isScheduled = false

    init(_ channel: any Channel) { self.channel = channel }

    func flushSoon() {
        guard !isScheduled else { return }
        isScheduled = true
        channel.eventLoop.assumeIsolated().execute { [self] in
            isScheduled = false
            channel.flush()
        }
    }
}
