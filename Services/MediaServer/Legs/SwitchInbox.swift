import Synchronization

/// Where everything that happens waits for the switch's loop, in its order.
///
/// What strangers send is refused when too much waits. What belongs to a leg is always taken, for a leg whose end was lost
/// would stay for ever, with its port and its place on the trunk; of that there is only so much a leg.
final class SwitchInbox: Sendable {
    let entries: AsyncStream<Switchboard.Entry>
    private let continuation: AsyncStream<Switchboard.Entry>.Continuation
    private let waiting = Atomic<Int>(0)
    private let limit: Int

    init(limit: Int = 20_000) {
        self.limit = limit
        (entries, continuation) = AsyncStream.makeStream(of: Switchboard.Entry.self)
    }

    /// How many wait.
    var depth: Int { waiting.load(ordering: .relaxed) }

    /// For what must arrive.
    /// - Returns: false once the loop has ended.
    @discardableResult
    func post(_ entry: Switchboard.Entry) -> Bool {
        waiting.add(1, ordering: .relaxed)
        if case .enqueued = continuation.yield(entry) { return true }
        return false
    }

    /// For what may be refused.
    /// - Returns: false if too much waits, or the loop has ended.
    func offer(_ entry: Switchboard.Entry) -> Bool { depth < limit && post(entry) }

    /// The loop has taken one.
    func taken() { waiting.subtract(1, ordering: .relaxed) }

    /// Nothing is taken any more; what waits can still be read.
    func close() { continuation.finish() }
}
