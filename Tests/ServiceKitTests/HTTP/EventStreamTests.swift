import Hummingbird
import HummingbirdTesting
import Synchronization
import TestSupport
import Testing

@testable import ServiceKit

@Suite(.timeLimit(.minutes(1))) struct EventStreamTests {
    @Test func `events go over the wire as the browser reads them, from where it was cut`() async throws {
        let route = APIRoute.events("/v1/events", "Rings", .open) { call in
            let (events, feed) = AsyncStream.makeStream(of: ServerEvent.self)
            feed.yield(ServerEvent(id: "f-1", name: "ring", data: "after \(call.lastEventID ?? "nothing")"))
            feed.yield(ServerEvent(id: "f\n2", name: "note", data: "a\nevent: forged\r\nb"))
            feed.finish()
            return events
        }
        let expected = """
            : welcome

            id: f-1
            event: ring
            data: after f-0

            id: f2
            event: note
            data: a
            data: event: forged
            data: b


            """
        try await Shop([route]).run { client async throws in
            let response = try await client.execute(uri: "/v1/events?after=f-0", method: .get)
            #expect(response.headers[.contentType] == "text/event-stream")
            #expect(response.text == expected)
            let header = HTTPField.Name("Last-Event-ID") ?? .date
            let again = try await client.execute(uri: "/v1/events", method: .get, headers: [header: "f-0"])
            #expect(again.text == expected)
        }
    }

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

    private final class Flag: Sendable {
        let isUp = Mutex(false)
    }

    @Test func `a client that does not read is cut off, and does not fill the memory`() async throws {
        let (events, feed) = AsyncStream.makeStream(of: ServerEvent.self)
        let flag = Flag()
        feed.onTermination = { _ in flag.isUp.withLock { $0 = true } }
        let response = ServerEvent.response(events, keepAlive: .seconds(60))
        let client = Stuck()
        let writing = Task { try await response.body.write(client) }
        while !flag.isUp.withLock({ $0 }), !Task.isCancelled {
            feed.yield(ServerEvent(name: "ring", data: "1"))
            await Task.yield()
        }
        #expect(flag.isUp.withLock { $0 }, "whoever fills the stream is told")
        client.letGo()
        try await writing.value
        #expect(client.parts <= ServerEvent.waiting + 3)
    }
}
