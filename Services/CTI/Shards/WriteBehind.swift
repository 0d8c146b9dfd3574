import Contracts
import Logging
import ServiceLifecycle
import Synchronization

/// Brings agents and calls to PostgreSQL behind the calls' backs: nobody waits for it, and only the newest of each is
/// written.
final class WriteBehind: Service {
    private struct Pending {
        var agents: [AgentKey: ShardStore.Saved<AgentState>] = [:]
        var calls: [CallID: ShardStore.Saved<CallState>] = [:]
        var forgotten: [CallID: TenantID] = [:]
        /// Calls that PostgreSQL has seen: the others need no deleting.
        var written: Set<CallID> = []

        var isEmpty: Bool { agents.isEmpty && calls.isEmpty && forgotten.isEmpty }
    }

    private let store: ShardStore
    private let interval: Duration
    private let log: Logger
    private let pending = Mutex(Pending())

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

    func save(_ call: CallState, _ shard: Shard, epoch: UInt64) {
        pending.withLock { $0.calls[call.callID] = .init(state: call, shard: shard, epoch: epoch) }
    }

    func forget(_ callID: CallID, tenant: TenantID) {
        pending.withLock { pending in
            pending.calls[callID] = nil
            if pending.written.remove(callID) != nil { pending.forgotten[callID] = tenant }
        }
    }

    /// These calls were read from PostgreSQL: ending them deletes them there.
    func loaded(_ calls: [CallState]) {
        pending.withLock { $0.written.formUnion(calls.map(\.callID)) }
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

    /// One turn of the loop. What could not be written is kept, unless there is something newer.
    func write() async throws {
        let batch = pending.withLock { pending in
            let batch = pending
            pending = Pending()
            pending.written = batch.written.union(batch.calls.keys)
            return batch
        }
        guard !batch.isEmpty else { return }
        do {
            try await store.write(
                agents: Array(batch.agents.values), calls: Array(batch.calls.values),
                forgotten: batch.forgotten.map { ($0.value, $0.key) })
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
