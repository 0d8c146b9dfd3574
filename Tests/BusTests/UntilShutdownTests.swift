import Logging
import ServiceLifecycle
import TestSupport
import Testing

@testable import Bus

@Suite(.timeLimit(.minutes(1))) struct UntilShutdownTests {
    /// Goes through a stream until shutdown, and says what was handled.
    private struct Listener: Service {
        let stream: AsyncStream<Int>
        let handle: @Sendable (Int) async -> Void

        func run() async throws { await stream.untilShutdown { await handle($0) } }
    }

    private static func group(_ services: [any Service]) -> ServiceGroup {
        ServiceGroup(services: services, logger: Logger(label: "test"))
    }

    @Test func `all that comes is handled in its order, until the stream ends`() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
        for number in 1...100 { continuation.yield(number) }
        continuation.finish()
        var heard: [Int] = []
        await stream.untilShutdown { heard.append($0) }
        #expect(heard == Array(1...100))
    }

    @Test func `who is slow is not hurried: what he has not asked for waits in the stream, within its bounds`() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        var heard: [Int] = []
        continuation.yield(1)
        await stream.untilShutdown { number in
            heard.append(number)
            guard number == 1 else { return continuation.finish() }
            for next in 2...1_000 { continuation.yield(next) }
        }
        #expect(heard == [1, 1_000])
    }

    @Test func `a shutdown ends it, and what is in hand is handled to its end`() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
        let (steps, step) = AsyncStream.makeStream(of: String.self)
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let group = Self.group([
            Listener(stream: stream) { number in
                step.yield("begun \(number)")
                for await _ in gate { break }
                step.yield("done \(number), cancelled: \(Task.isCancelled)")
            }
        ])
        async let run: Void = group.run()
        continuation.yield(1)
        var said = steps.makeAsyncIterator()
        #expect(await said.next() == "begun 1")
        await group.triggerGracefulShutdown()
        open.yield()
        #expect(await said.next() == "done 1, cancelled: false")
        try await run
    }

    @Test func `it ends when its task is cancelled, also where the task prefers an executor`() async throws {
        let bus = try ZeroMQRig().bus(.cti1)
        try await running([bus]) {
            for _ in 0..<500 {
                let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
                let task = Task(executorPreference: bus.executor) { await stream.untilShutdown { _ in } }
                continuation.yield(1)
                task.cancel()
                await task.value
            }
        }
    }
}
