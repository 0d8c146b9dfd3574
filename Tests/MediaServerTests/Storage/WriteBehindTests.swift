import Logging
import Synchronization
import Testing

@testable import MediaServer

/// What is noted is found at once, wherever it is on its way to the database.
@Suite struct WriteBehindTests {
    @Test func `what was noted is pending until it is stored`() async {
        let stored = Stored()
        let notes = WriteBehind<String, Int>("numbers", log: Logger(label: "test")) { try stored.put($0) }
        notes.note("a", 1)
        #expect(notes.pending("a") == 1)
        await notes.write()
        #expect(stored.values == ["a": 1])
        #expect(notes.pending("a") == nil)
    }

    @Test func `what is on its way is pending still, and what is noted meanwhile is newer`() async {
        let stored = Stored()
        let seen = Mutex<[Int?]>([])
        let place = Mutex<WriteBehind<String, Int>?>(nil)
        let notes = WriteBehind<String, Int>("numbers", log: Logger(label: "test")) { due in
            let notes = place.withLock { $0 }
            seen.withLock { $0.append(notes?.pending("a")) }
            if due["a"] == 1 { notes?.note("a", 2) }
            seen.withLock { $0.append(notes?.pending("a")) }
            try stored.put(due)
        }
        place.withLock { $0 = notes }
        notes.note("a", 1)
        await notes.write()
        #expect(seen.withLock { $0 } == [1, 2])
        #expect(notes.pending("a") == 2)
        await notes.write()
        #expect(stored.values == ["a": 2])
        #expect(notes.pending("a") == nil)
        place.withLock { $0 = nil }
    }

    @Test(.timeLimit(.minutes(1)))
    func `what is noted is stored by itself, also what was noted before the start`() async {
        let (arrivals, arrival) = AsyncStream.makeStream(of: [String: Int].self)
        let notes = WriteBehind<String, Int>("numbers", log: Logger(label: "test")) { arrival.yield($0) }
        notes.note("early", 1)
        let running = Task { try await notes.run() }
        var arrived = arrivals.makeAsyncIterator()
        #expect(await arrived.next() == ["early": 1])
        notes.note("late", 2)
        #expect(await arrived.next() == ["late": 2])
        running.cancel()
    }

    @Test func `what could not be stored is pending and tried again`() async {
        let stored = Stored()
        stored.isAway = true
        let notes = WriteBehind<String, Int>("numbers", log: Logger(label: "test")) { try stored.put($0) }
        notes.note("a", 1)
        await notes.write()
        #expect(stored.values.isEmpty)
        #expect(notes.pending("a") == 1)
        stored.isAway = false
        await notes.write()
        #expect(stored.values == ["a": 1])
    }
}

private final class Stored: Sendable {
    private struct Away: Error {}
    private let state = Mutex<(isAway: Bool, values: [String: Int])>((false, [:]))

    var isAway: Bool {
        get { state.withLock { $0.isAway } }
        set { state.withLock { $0.isAway = newValue } }
    }
    var values: [String: Int] { state.withLock { $0.values } }

    func put(_ values: [String: Int]) throws {
        try state.withLock { state in
            if state.isAway { throw Away() }
            state.values.merge(values) { _, newer in newer }
        }
    }
}
