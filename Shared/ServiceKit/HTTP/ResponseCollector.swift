import HTTPTypes
import Hummingbird
import Synchronization

/// Takes a response's body instead of a client.
final class ResponseCollector: ResponseBodyWriter, Sendable {
    private let buffer = Mutex(ByteBuffer())
    var collected: ByteBuffer { buffer.withLock { $0 } }
    func write(_ part: ByteBuffer) async throws { buffer.withLock { _ = $0.writeImmutableBuffer(part) } }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
