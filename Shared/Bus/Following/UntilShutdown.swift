import ServiceLifecycle

extension AsyncStream where Element: Sendable {
    /// Goes through what comes, one after the other, until the stream ends or the service is to shut down. What is being handled
    /// then is handled to its end.
    ///
    /// In place of `cancelOnGracefulShutdown()`, which merges two sequences under a lock that it holds across a point where its
    /// task may change threads. Where a task prefers an executor (``Bus/executor``) and is cancelled at that moment, the two
    /// locks are taken in either order, and the process never ends.
    public func untilShutdown(_ handle: (Element) async throws -> Void) async rethrows {
        let (coming, come) = AsyncStream.makeStream(of: Element.self)
        let listening = Task {
            for await element in self { come.yield(element) }
            come.finish()
        }
        let stop: @Sendable () -> Void = {
            listening.cancel()
            come.finish()
        }
        defer { stop() }
        try await withGracefulShutdownHandler {
            for await element in coming { try await handle(element) }
        } onGracefulShutdown: {
            stop()
        }
    }
}
