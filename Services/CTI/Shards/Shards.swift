import Bus
import Cluster
import Contracts
import Logging
import ServiceLifecycle
import Synchronization

/// The shards this instance owns, each with its loop: begins one when a shard is acquired, drops it when it is lost.
final class Shards: Service {
    private let ownership: AsyncStream<OwnershipChange>
    private let tools: ShardTools
    private let owned = Mutex(Owned())
    private let lastHeard = Mutex(ContinuousClock.now)

    private struct Owned {
        var loops: [Shard: ShardLoop] = [:]
        /// Given away, and ending what was begun.
        var leaving: [Shard: ShardLoop] = [:]

        mutating func give(_ shard: Shard) {
            guard let loop = loops.removeValue(forKey: shard) else { return }
            leaving[shard] = loop
            loop.stop()
        }
    }

    init(ownership: AsyncStream<OwnershipChange>, tools: ShardTools) {
        self.ownership = ownership
        self.tools = tools
    }

    var all: [ShardLoop] { owned.withLock { Array($0.loops.values) } }

    /// A fact of one of our shards has come.
    func heard() { lastHeard.withLock { $0 = .now } }

    /// How long the facts of legs may gather before we hear of them: nobody whose call is under way is to wait, but where all
    /// that was told for a while was of others' calls, it can wait a little.
    var patience: Duration { lastHeard.withLock { .now - $0 < .seconds(2) ? .zero : .milliseconds(50) } }

    func loop(_ shard: Shard) -> ShardLoop? { owned.withLock { $0.loops[shard] } }

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.handOnBooks() }
            await self.runLoops()
            group.cancelAll()
        }
    }

    private func runLoops() async {
        await withDiscardingTaskGroup { group in
            await self.ownership.untilShutdown { change in
                switch change {
                case .acquired(let shard, let epoch): self.begin(shard, epoch, &group)
                case .lost(let shard): self.owned.withLock { $0.give(shard) }
                }
            }
            self.owned.withLock { owned in
                for shard in owned.loops.keys { owned.give(shard) }
            }
        }
    }

    /// Before others may take these shards: ends what was begun there, for a moment, and stores what is known.
    func handOver(_ shards: [Shard]) async {
        let loops = owned.withLock { owned in
            for shard in shards { owned.give(shard) }
            return shards.compactMap { owned.leaving[$0] }
        }
        for loop in loops { await loop.ended() }
        await tools.writeBehind.release(shards)
    }

    private func begin(_ shard: Shard, _ epoch: UInt64, _ group: inout DiscardingTaskGroup) {
        let loop = ShardLoop(shard: shard, epoch: epoch, tools: tools)
        let before = owned.withLock { owned in
            owned.give(shard)
            owned.loops[shard] = loop
            return owned.leaving[shard]
        }
        group.addTask {
            await before?.ended()
            await loop.run()
            self.owned.withLock { owned in
                if owned.leaving[shard] === loop { owned.leaving[shard] = nil }
            }
        }
    }

    private func handOnBooks() async {
        for await (tenant, book) in tools.library.changed {
            loop(.of(tenant))?.send(.input(.book(tenant, book)))
        }
    }

    // MARK: Asking a shard

    /// Tells the tenant's shard, and waits until it has decided.
    /// - Throws: `Failure`: why it refused, or `unavailable` if the shard is not owned here.
    func tell(_ input: ShardInput, tenant: TenantID) async throws {
        try await tell(input, tenant: tenant) { _ in () }
    }

    /// The same, and reads what is wanted from the state it led to.
    func tell<Value: Sendable>(
        _ input: ShardInput, tenant: TenantID, read: @escaping @Sendable (ShardState) -> Value
    ) async throws -> Value {
        guard let loop = loop(.of(tenant)) else { throw Reply<Value>.elsewhere }
        return try await withCheckedThrowingContinuation { asker in
            let reply = Reply(asker)
            loop.send(
                .command(input) { refusal, state in
                    if let refusal { reply.give(.failure(refusal)) } else { reply.give(.success(read(state))) }
                })
        }
    }

    /// Reads a shard's state between two inputs, with the number of the fact stream that it is true at.
    func ask<Value: Sendable>(
        _ shard: Shard, _ question: @escaping @Sendable (ShardState, _ number: UInt64) -> Value
    ) async throws -> Value {
        guard let loop = loop(shard) else { throw Reply<Value>.elsewhere }
        return try await withCheckedThrowingContinuation { asker in
            let reply = Reply(asker)
            loop.send(.question { state, number in reply.give(.success(question(state, number))) })
        }
    }
}
