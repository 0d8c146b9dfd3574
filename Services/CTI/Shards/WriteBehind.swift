import Contracts
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Brings agents and calls to PostgreSQL behind the calls' backs: nobody waits for it, and only the newest of each is
/// written.
final class WriteBehind: Service {
    private struct Pending {
        var agents: [AgentKey: ShardStore.Saved<AgentState>] = [:]
        var calls: [CallID: ShardStore.Saved<CallState>] = [:]
        var forgotten: [CallID: ShardStore.Forgotten] = [:]
        /// Calls that PostgreSQL has seen, of the shards that are ours: the others need no deleting.
        var written: [CallID: Shard] = [:]

        var isEmpty: Bool { agents.isEmpty && calls.isEmpty && forgotten.isEmpty }
    }

    private let store: ShardStore
    private let interval: Duration
    private let log: Logger
    private let pending = Mutex(Pending())
    /// The last write; the next waits for it.
    private let latest = Mutex<Task<Void, any Error>?>(nil)

    init(store: ShardStore, interval: Duration = .milliseconds(200), log: Logger) {
        self.store = store
        self.interval = interval
        self.log = log
    }

    /// Agents that are not yet stored as they are now.
    var waiting: [AgentState] { pending.withLock { $0.agents.values.map(\.state) } }

    func save(_ agent: AgentState, _ shard: Shard, epoch: UInt64) {
        pending.withLock {
            $0.agents[AgentKey(tenant: agent.tenant, agentID: agent.agentID)] = .init(
                state: agent, shard: shard, epoch: epoch)
        }
    }

    /// - Parameter written: the call as JSON, if that was made already.
    func save(_ call: CallState, written: Data? = nil, _ shard: Shard, epoch: UInt64) {
        pending.withLock {
            $0.calls[call.callID] = .init(state: call, shard: shard, epoch: epoch, written: written)
        }
    }

    func forget(_ callID: CallID, tenant: TenantID, epoch: UInt64) {
        pending.withLock { pending in
            pending.calls[callID] = nil
            guard pending.written.removeValue(forKey: callID) != nil else { return }
            pending.forgotten[callID] = .init(tenant: tenant, callID: callID, epoch: epoch)
        }
    }

    /// These calls were read from PostgreSQL: ending them deletes them there.
    func loaded(_ calls: [CallState], of shard: Shard) {
        pending.withLock { pending in
            for call in calls { pending.written[call.callID] = shard }
        }
    }

    /// What is known of these shards is for their next owner: stores it all, as far as PostgreSQL can be reached.
    func release(_ shards: [Shard]) async {
        await writeOrLog()
        pending.withLock { pending in pending.written = pending.written.filter { !shards.contains($0.value) } }
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: self.interval)
                await self.writeOrLog()
            }
        }
        await writeOrLog()
    }

    private func writeOrLog() async {
        do {
            try await write()
        } catch {
            log.warning("sessions not stored yet", metadata: ["error": "\(error)"])
        }
    }

    /// Writes everything that was saved before. Writes take turns, so that whoever returns from here finds it stored.
    func write() async throws {
        let turn = latest.withLock { latest in
            let before = latest
            let turn = Task {
                _ = await before?.result
                try await writeOnce()
            }
            latest = turn
            return turn
        }
        try await turn.value
    }

    /// What could not be written is kept, unless there is something newer.
    private func writeOnce() async throws {
        let batch = pending.withLock { pending in
            let batch = pending
            pending = Pending()
            pending.written = batch.written.merging(batch.calls.mapValues(\.shard)) { _, new in new }
            return batch
        }
        guard !batch.isEmpty else { return }
        do {
            try await store.write(
                agents: Array(batch.agents.values), calls: Array(batch.calls.values),
                forgotten: Array(batch.forgotten.values))
        } catch {
            pending.withLock { pending in
                pending.agents.merge(batch.agents) { newer, _ in newer }
                pending.forgotten.merge(batch.forgotten) { newer, _ in newer }
                let calls = batch.calls.filter { pending.forgotten[$0.key] == nil }
                pending.calls.merge(calls) { newer, _ in newer }
            }
            throw error
        }
    }
}
