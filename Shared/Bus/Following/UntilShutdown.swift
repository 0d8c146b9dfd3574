import ServiceLifecycle

extension AsyncStream where Element: Sendable {
    /// Goes through what comes, one after the other, until the stream ends or the service is to shut down. What is being handled
    /// then is handled to its end. The stream is asked for the next when one is done with, so that its own bounds hold; two
    /// changes of task each are the price.
    ///
    /// In place of `cancelOnGracefulShutdown()`, which merges two sequences under a lock that it holds across a point where its
    /// task may change threads. Where a task prefers an executor (``Bus/executor``) and is cancelled at that moment, the two
    /// locks are taken in either order, and the process never ends.
    public func untilShutdown(_ handle: (Element) async throws -> Void) async rethrows {
        let (coming, come) = AsyncStream.makeStream(of: Element.self)
        let (wishes, wish) = AsyncStream<Void>.makeStream()
        let listening = Task {
            var elements = makeAsyncIterator()
            for await _ in wishes {
                guard let element = await elements.next() else { break }
                come.yield(element)
            }
            come.finish()
        }
        let stop: @Sendable () -> Void = {
            listening.cancel()
            come.finish()
        }
        defer { stop() }
        try await withGracefulShutdownHandler {
            wish.yield()
            for await element in coming {
                try await handle(element)
                wish.yield()
            }
        } onGracefulShutdown: {
            stop()
        }
    }
}
