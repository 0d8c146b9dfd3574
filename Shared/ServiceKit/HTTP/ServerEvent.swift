import Contracts
import Foundation
public import Hummingbird
import ServiceLifecycle

/// One event of an event stream (SSE).
public struct ServerEvent: Sendable, Equatable {
    /// The browser sends it back as `Last-Event-ID`.
    public let id: String?
    public let name: String
    public let data: String

    public init(id: String? = nil, name: String, data: String) {
        self.id = id
        self.name = name
        self.data = data
    }

    public init(id: String? = nil, name: String, json value: some Encodable) throws {
        self.init(id: id, name: name, data: String(decoding: try JSONEncoder.api.encode(value), as: UTF8.self))
    }

    /// As it goes over the wire. Line ends in the data begin a new `data:` line, so nothing can break out of its event.
    var text: String {
        var text = ""
        if let id { text += "id: \(id.filter { !$0.isNewline })\n" }
        text += "event: \(name.filter { !$0.isNewline })\n"
        // `\r\n` is one Character, hence by `isNewline`.
        for line in data.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            text += "data: \(line)\n"
        }
        return text + "\n"
    }

    /// Until the client lies too far behind. Whoever fills the stream is told so: reading once more when cancelled ends it.
    private static func forward(_ events: AsyncStream<ServerEvent>, to out: AsyncStream<String>.Continuation) async {
        var iterator = events.makeAsyncIterator()
        while let event = await iterator.next() {
            if case .enqueued = out.yield(event.text) { continue }
            withUnsafeCurrentTask { $0?.cancel() }
            _ = await iterator.next()
            return
        }
    }

    /// More lines than that are not kept for a client.
    static let waiting = 256

    /// A response that writes the events as they come, and a comment when it was quiet so long, which also finds out that
    /// the client has gone. Ends with the stream and on graceful stop.
    ///
    /// A client that reads too slowly is cut off when ``waiting`` lines wait for it: it comes back with `Last-Event-ID`.
    public static func response(_ events: AsyncStream<ServerEvent>, keepAlive: Duration) -> Response {
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: ": welcome\n\n"))
            try await withThrowingDiscardingTaskGroup { group in
                let (lines, out) = AsyncStream.makeStream(
                    of: String.self, bufferingPolicy: .bufferingOldest(Self.waiting))
                group.addTask {
                    await cancelWhenGracefulShutdown { await forward(events, to: out) }
                    out.finish()
                }
                group.addTask {
                    while (try? await Task.sleep(for: keepAlive)) != nil { out.yield(": still here\n\n") }
                }
                for await line in lines { try await writer.write(ByteBuffer(string: line)) }
                group.cancelAll()
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream", .cacheControl: "no-store",
                // nginx would keep events back otherwise.
                .accelBuffering: "no",
            ], body: body)
    }
}
