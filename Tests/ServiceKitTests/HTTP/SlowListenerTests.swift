import Hummingbird
import Synchronization
import TestSupport
import Testing

@testable import ServiceKit

@Suite(.timeLimit(.minutes(1))) struct SlowListenerTests {
    /// A client whose connection takes the first part and nothing more until it is let go.
    private final class Stuck: ResponseBodyWriter, Sendable {
        private let gate = AsyncStream.makeStream(of: Void.self)
        private let written = Mutex(0)

        var parts: Int { written.withLock { $0 } }

        func write(_ part: ByteBuffer) async throws {
            let isFirst = written.withLock { written in
                written += 1
                return written == 1
            }
            if !isFirst { for await _ in gate.stream {} }
        }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
        func letGo() { gate.continuation.finish() }
    }

    @Test func `a client that does not read is cut off, and does not fill the memory`() async throws {
        let feed = EventFeed(capacity: 100_000, incarnation: "f")
        let response = ServerEvent.response(feed.events(after: nil), keepAlive: .seconds(60))
        let client = Stuck()
        let writing = Task { try await response.body.write(client) }
        while feed.listenerCount == 1 {
            feed.send("ring", data: "1")
            await Task.yield()
        }
        client.letGo()
        try await writing.value
        #expect(client.parts <= ServerEvent.waiting + 3)
    }
}
