import Logging
import Synchronization

/// Lends connections, the one returned last first, and lets callers wait in line when all are out.
final class ConnectionPool: Sendable {
    private struct State {
        var idle: [Connection]
        var isClosed = false
        var nextTicket: UInt64 = 0
        /// Who waits, first come first.
        var line: [(ticket: UInt64, continuation: CheckedContinuation<Connection, any Error>)] = []
        var lent = 0
        var closing: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>
    private let waitingLimit: Int

    init(_ configuration: DatabaseConfiguration, bell: CommitBell, log: Logger) {
        let reachability = Reachability()
        let connections = (0..<max(1, configuration.poolSize)).map { _ in
            Connection(configuration, reachability: reachability, bell: bell, log: log)
        }
        state = Mutex(State(idle: connections))
        waitingLimit = configuration.waitingLimit
    }

    /// Lends a connection for as long as `body` runs.
    func withConnection<T: Sendable>(_ body: (Connection) async throws -> T) async throws -> T {
        let connection = try await borrow()
        do {
            let value = try await body(connection)
            await giveBack(connection)
            return value
        } catch {
            await giveBack(connection)
            throw error
        }
    }

    /// Refuses new callers, waits for those who have a connection, and closes all.
    func close() async {
        let (waiting, idle) = state.withLock { state in
            let all = (state.line, state.idle)
            state.isClosed = true
            state.line = []
            state.idle = []
            return all
        }
        for waiter in waiting { waiter.continuation.resume(throwing: Self.closed) }
        for connection in idle { await connection.close() }
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                guard state.lent > 0, state.closing == nil else { return true }
                state.closing = continuation
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    private static let closed = DatabaseError.lost("the pool is closed")

    private func borrow() async throws -> Connection {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { admit(ticket, continuation, &$0) }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<Connection, any Error>? in
                guard let index = state.line.firstIndex(where: { $0.ticket == ticket }) else { return nil }
                return state.line.remove(at: index).continuation
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    /// What the caller gets now; nil if it has to wait.
    private func admit(
        _ ticket: UInt64, _ continuation: CheckedContinuation<Connection, any Error>, _ state: inout State
    ) -> Result<Connection, any Error>? {
        if state.isClosed { return .failure(Self.closed) }
        if let connection = state.idle.popLast() {
            state.lent += 1
            return .success(connection)
        }
        // The handler has run already if the task was cancelled before this.
        if Task.isCancelled { return .failure(CancellationError()) }
        guard state.line.count < waitingLimit else {
            return .failure(DatabaseError("Too many callers wait for a database connection.", sqlState: "53300"))
        }
        state.line.append((ticket, continuation))
        return nil
    }

    private func giveBack(_ connection: Connection) async {
        let isClosed = state.withLock { state in state.isClosed }
        if isClosed { await connection.close() }
        let (waiter, closing) = state.withLock {
            state -> (CheckedContinuation<Connection, any Error>?, CheckedContinuation<Void, Never>?) in
            if !state.line.isEmpty { return (state.line.removeFirst().continuation, nil) }
            state.lent -= 1
            guard state.isClosed else {
                state.idle.append(connection)
                return (nil, nil)
            }
            guard state.lent == 0 else { return (nil, nil) }
            defer { state.closing = nil }
            return (nil, state.closing)
        }
        waiter?.resume(returning: connection)
        closing?.resume()
    }
}
