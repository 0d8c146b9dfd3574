import Synchronization

/// Where everything that happens waits for the switch's loop, in its order.
///
/// What strangers send is refused when too much waits. What belongs to a leg is always taken, for a leg whose end was lost
/// would stay for ever, with its port and its place on the trunk; of that there is only so much a leg.
///
/// The loop is called once for all that has come until it looks: however much comes, it is woken up once.
final class SwitchInbox: Sendable {
    private struct State {
        var entries: [Switchboard.Entry] = []
        /// Nil until there is a loop.
        var bell: (@Sendable () -> Void)?
        var isClosed = false
    }

    private let state = Mutex(State())
    private let waiting = Atomic<Int>(0)
    private let limit: Int

    init(limit: Int = 20_000) { self.limit = limit }

    /// How many wait.
    var depth: Int { waiting.load(ordering: .relaxed) }

    /// For what must arrive.
    /// - Returns: false once the loop has ended.
    @discardableResult
    func post(_ entry: Switchboard.Entry) -> Bool {
        let (isTaken, bell) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
            guard !state.isClosed else { return (false, nil) }
            waiting.add(1, ordering: .relaxed)
            state.entries.append(entry)
            return (true, state.entries.count == 1 ? state.bell : nil)
        }
        bell?()
        return isTaken
    }

    /// For what may be refused.
    /// - Returns: false if too much waits, or the loop has ended.
    func offer(_ entry: Switchboard.Entry) -> Bool { depth < limit && post(entry) }

    /// From now on the bell is rung when something comes to an empty inbox, and at once if something is there.
    func ring(_ bell: @escaping @Sendable () -> Void) {
        let isDue = state.withLock { state in
            state.bell = bell
            return !state.entries.isEmpty
        }
        if isDue { bell() }
    }

    /// All that is there, in its order. For the loop, which says of each when it is ``done()``.
    func takeAll() -> [Switchboard.Entry] {
        state.withLock { state in
            defer { state.entries = [] }
            return state.entries
        }
    }

    /// The loop is done with one.
    func done() { waiting.subtract(1, ordering: .relaxed) }

    /// Nothing is taken any more.
    /// - Returns: what waits still.
    func close() -> [Switchboard.Entry] {
        state.withLock { state in
            defer { state.entries = [] }
            (state.isClosed, state.bell) = (true, nil)
            return state.entries
        }
    }
}
