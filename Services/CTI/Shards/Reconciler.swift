import Bus
import Contracts
import Logging
import ServiceLifecycle
import Synchronization

/// Every few seconds asks the media-servers which legs there really are, and lets each shard compare.
final class Reconciler: Service {
    /// So many looks in a row without an answer, and a media-server's calls are given up.
    static let patience = 3
    /// So long after its beginning a call that nobody knows is taken for lost: until then the facts of who owned it, which a
    /// new process finds on the dead one's disk, have been heard.
    static let orphanedAfter = Duration.seconds(60)
    /// In how many turns they are looked for once, and how many of one tenant at a time.
    static let orphansEvery = 6
    static let mostAsked = 1000

    private let shards: Shards
    private let tools: ShardTools
    private let interval: Duration
    private let misses = Mutex<[InstanceID: Int]>([:])
    private let turns = Mutex(0)

    init(shards: Shards, tools: ShardTools, interval: Duration = .seconds(5)) {
        self.shards = shards
        self.tools = tools
        self.interval = interval
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: self.interval)
                await self.reconcile()
            }
        }
    }

    /// One turn of the loop.
    func reconcile() async {
        // A shard that is still being taken over would compare what has long changed, and hold up all others.
        let loops = shards.all.filter(\.isWorking)
        guard !loops.isEmpty else { return }
        let (lists, _) = await tools.legs(of: loops.map(\.shard), deadline: .seconds(2))
        for (instance, list) in lists {
            let legs = Dictionary(grouping: list.legs) { Shard.of($0.tenant) }
            for loop in loops { loop.send(.input(.legsFound(legs[loop.shard] ?? [], on: instance))) }
        }
        await giveUp(notAmong: Set(lists.keys), loops)
        let turn = turns.withLock { turns in
            turns += 1
            return turns
        }
        if turn % Self.orphansEvery == 0 { await buryOrphans() }
        await measure(loops)
    }

    /// Counts who holds calls of ours and does not answer.
    private func giveUp(notAmong present: Set<InstanceID>, _ loops: [ShardLoop]) async {
        var used: Set<InstanceID> = []
        for loop in loops {
            let mediaServers = try? await shards.ask(loop.shard) { state, _ in
                Set(state.calls.values.map(\.mediaServer))
            }
            used.formUnion(mediaServers ?? [])
        }
        let absent = used.subtracting(present)
        let lost = misses.withLock { misses in
            misses = misses.filter { absent.contains($0.key) }
            for instance in absent { misses[instance, default: 0] += 1 }
            return misses.filter { $0.value >= Self.patience }.map(\.key)
        }
        for instance in lost {
            tools.log.error("media-server given up", metadata: ["instance": "\(instance)"])
            for loop in loops { loop.send(.input(.mediaServerLost(instance))) }
        }
    }

    /// Calls whose owner died right after he had told of them. Whoever heard of one tells the owner of today, who may have
    /// been started since.
    private func buryOrphans() async {
        let time = tools.now().adding(.zero - Self.orphanedAfter)
        let isAlone = !tools.directory.endpoints().keys.contains {
            $0.service == .cti && $0 != tools.bus.instance
        }
        for (tenant, calls) in tools.gaps.begun(before: time, isAlone: isAlone).sorted(by: { $0.key < $1.key }) {
            let asked = Array(calls.prefix(Self.mostAsked))
            guard
                let known = try? await tools.bus.request(
                    FindCalls(callIDs: asked), to: .shard(.cti, tenant), tenant: tenant)
            else { continue }
            let candidates = Set(asked).subtracting(known)
            for orphan in tools.gaps.orphans(of: tenant, begunBefore: time, unless: { !candidates.contains($0) }) {
                _ = try? await tools.bus.request(
                    BuryCall(begun: orphan.begun), to: .shard(.cti, tenant), tenant: tenant)
            }
        }
    }

    private func measure(_ loops: [ShardLoop]) async {
        var (calls, agents) = (0, 0)
        for loop in loops {
            let counts = try? await shards.ask(loop.shard) { state, _ in
                (state.calls.count, state.agents.values.count { $0.isSignedIn })
            }
            calls += counts?.0 ?? 0
            agents += counts?.1 ?? 0
        }
        tools.metrics.holds(calls: calls, agents: agents)
    }
}
