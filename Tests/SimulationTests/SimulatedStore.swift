import Contracts

@testable import CTI

/// A model of `cti.agent_session`, `cti.live_call` and `cti.shard_owner`, with the rules of the statements in `ShardStore`:
/// what comes under an older epoch is not written.
final class SimulatedStore {
    private struct Row<State> {
        let state: State
        let shard: Shard
        let epoch: UInt64
    }

    private var agents: [AgentKey: Row<AgentState>] = [:]
    private var calls: [CallID: Row<CallState>] = [:]
    private var owners: [Shard: UInt64] = [:]

    func load(_ shard: Shard, epoch: UInt64) -> (agents: [AgentState], calls: [CallState]) {
        owners[shard] = max(owners[shard] ?? 0, epoch)
        let found = agents.filter { $0.value.shard == shard }.sorted { $0.key < $1.key }.map(\.value.state)
        let left = calls.filter { $0.value.shard == shard }.sorted { $0.key < $1.key }.map(\.value.state)
        return (found, left)
    }

    func write(_ batch: PendingWrites) {
        for (key, saved) in batch.agents where owners[saved.shard] ?? 0 <= saved.epoch {
            guard agents[key]?.epoch ?? 0 <= saved.epoch else { continue }
            agents[key] = Row(state: saved.state, shard: saved.shard, epoch: saved.epoch)
        }
        for (id, saved) in batch.calls where owners[saved.shard] ?? 0 <= saved.epoch {
            guard calls[id]?.epoch ?? 0 <= saved.epoch else { continue }
            var state = saved.state
            state.flow = nil
            calls[id] = Row(state: state, shard: saved.shard, epoch: saved.epoch)
        }
        for (id, epoch) in batch.forgotten where calls[id].map({ $0.epoch <= epoch }) ?? false { calls[id] = nil }
    }
}

/// A model of `WriteBehind`: what waits to be written.
struct PendingWrites {
    var agents: [AgentKey: ShardStore.Saved<AgentState>] = [:]
    var calls: [CallID: ShardStore.Saved<CallState>] = [:]
    var forgotten: [CallID: UInt64] = [:]
    var written: [CallID: Shard] = [:]

    mutating func forget(_ call: CallID, epoch: UInt64) {
        calls[call] = nil
        if written.removeValue(forKey: call) != nil { forgotten[call] = epoch }
    }

    /// What is to be written now; the rest is what will have been written then.
    mutating func take() -> PendingWrites {
        let batch = self
        self = PendingWrites()
        written = batch.written.merging(batch.calls.mapValues(\.shard)) { _, new in new }
        return batch
    }
}
