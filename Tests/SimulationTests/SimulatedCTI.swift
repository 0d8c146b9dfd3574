import Bus
import Contracts
import Foundation
import TestSupport

@testable import CTI

/// An instance of cti: the real `ShardState` and `GapMemory`; models of `ShardLoop` and `WriteBehind` around them.
final class SimulatedCTI: ShardOwner {
    private(set) var loops: [Shard: SimulatedShard] = [:]
    private(set) var gaps = GapMemory()
    private var told: [AgentKey: [String: PublishedFact]] = [:]
    var pending = PendingWrites()
    private var isWriting = false

    override func begin() {
        gaps = GapMemory()
        sim.network.follow([.mediaServer], by: self) { [unowned self] in heardLeg($0) }
        sim.network.follow([.cti], by: self) { [unowned self] in heardCTI($0) }
        after(sim.dice.between(0, 5000)) { [unowned self] in reconcile() }
        super.begin()
    }

    override func end() {
        loops = [:]
        told = [:]
        pending = PendingWrites()
        isWriting = false
    }

    // MARK: Shards

    override func acquired(_ shard: Shard, epoch: UInt64) {
        let loop = SimulatedShard(shard, epoch: epoch, self)
        loops[shard] = loop
        loop.takeOver()
    }

    override func lost(_ shard: Shard) { loops.removeValue(forKey: shard)?.stop() }

    override func handOver(_ shards: [Shard], _ done: @escaping () -> Void) {
        // As long as the lanes may take, then all that is known is stored.
        after(500_000) { [unowned self] in
            write { [self] in
                pending.written = pending.written.filter { !shards.contains($0.value) }
                done()
            }
        }
    }

    override func becameSure() {
        for (_, loop) in loops.sorted(by: { $0.key < $1.key }) { loop.catchUp() }
    }

    func loop(of tenant: TenantID) -> SimulatedShard? { loops[.of(tenant)] }

    /// The tenant's shard decides, and says why it refused, or nothing.
    func tell(_ input: ShardInput, tenant: TenantID, _ answer: @escaping (Result<Done, Failure>) -> Void) {
        guard let loop = loop(of: tenant) else { return answer(.failure(Self.elsewhere)) }
        loop.take(input) { answer($0.map { .failure($0) } ?? .success(Done())) }
    }

    static let elsewhere = Failure(.unavailable, "The shard is owned elsewhere.", code: "notOwner")

    func snapshot(_ shard: Shard, _ answer: @escaping (Result<ShardSnapshot, Failure>) -> Void) {
        guard let loop = loops[shard] else { return answer(.failure(Self.elsewhere)) }
        loop.inTurn { [unowned self] isOwner in
            guard isOwner, let state = loop.state else { return answer(.failure(Self.elsewhere)) }
            answer(
                .success(
                    ShardSnapshot(
                        waiting: state.waiting(), offered: state.offered(), agents: state.agents(),
                        stream: stream.name, number: UInt64(stream.facts.count))))
        }
    }

    // MARK: Facts

    private func heardLeg(_ heard: PublishedFact) {
        guard let fact = LegFact(heard.fact) else { return }
        let came = gaps.heard(fact, tenant: heard.tenant, on: heard.publisher, at: heard.time)
        if let came {
            loop(of: heard.tenant)?.hear(.arrived(came.arrival), heard, at: came.arrivedAt)
        }
        loop(of: heard.tenant)?.hear(fact, heard)
    }

    private func heardCTI(_ heard: PublishedFact) {
        switch heard.fact {
        case let changed as AgentStateChanged:
            let key = AgentKey(tenant: heard.tenant, agentID: changed.agent.agentID)
            told[key, default: [:]][heard.envelope.stream] = heard
        case let started as CallStarted:
            guard
                let envelope = try? Envelope(
                    started, stream: heard.envelope.stream, number: heard.envelope.number, tenant: heard.tenant,
                    time: heard.time)
            else { return }
            gaps.heard(envelope)
        case let ended as CallEnded: gaps.heardEnd(of: ended.callID, tenant: heard.tenant)
        default: break
        }
    }

    /// What was told of agents, as the real memory of it finds the newest. Written as JSON only when it is needed.
    func agentsTold(in shard: Shard) -> [AgentSnapshot] {
        for (_, facts) in told.sorted(by: { $0.key < $1.key }) {
            for (_, heard) in facts.sorted(by: { $0.key < $1.key }) where Shard.of(heard.tenant) == shard {
                guard let changed = heard.fact as? AgentStateChanged,
                    let envelope = try? Envelope(
                        changed, stream: heard.envelope.stream, number: heard.envelope.number, tenant: heard.tenant,
                        time: heard.time)
                else { continue }
                gaps.heard(envelope)
            }
        }
        return gaps.agents(in: shard).sorted { $0.agentID < $1.agentID }
    }

    // MARK: Reconciling and storing

    private func reconcile() {
        after(5_000_000) { [unowned self] in reconcile() }
        guard loops.values.contains(where: \.isWorking) else { return }
        listLegs(of: sim.cluster.shards) { [unowned self] list in
            guard let list else { return }
            let legs = Dictionary(grouping: list.legs) { Shard.of($0.tenant) }
            for (shard, loop) in loops.sorted(by: { $0.key < $1.key }) where loop.isWorking {
                loop.take(.legsFound(loop.readable(legs[shard] ?? []), on: sim.media.id)) { _ in }
            }
            buryOrphans()
        }
    }

    private func buryOrphans() {
        let time = sim.now.adding(.zero - Reconciler.orphanedAfter)
        for (tenant, calls) in gaps.begun(before: time).sorted(by: { $0.key < $1.key }) {
            sim.request(from: self, to: .shard(.cti, tenant), tenant: tenant) { node, reply in
                guard let loop = (node as? SimulatedCTI)?.loop(of: tenant), let state = loop.state else {
                    return reply(.failure(Self.elsewhere))
                }
                reply(.success(calls.filter { state.calls[$0] != nil }))
            } done: { [unowned self] (answer: Result<[CallID], Failure>) in
                guard case .success(let known) = answer else { return }
                let candidates = Set(calls).subtracting(known)
                let orphans = gaps.orphans(of: tenant, begunBefore: time) { !candidates.contains($0) }
                for orphan in orphans { bury(orphan.begun, tenant) }
            }
        }
    }

    private func bury(_ begun: CallStarted, _ tenant: TenantID) {
        sim.request(from: self, to: .shard(.cti, tenant), tenant: tenant) { node, reply in
            (node as? SimulatedCTI)?.tell(.orphan(begun, tenant: tenant), tenant: tenant, reply)
        } done: { (_: Result<Done, Failure>) in
        }
    }

    /// - Parameter tenant: of the shard that is taken over.
    func listLegs(
        of shards: [Shard], tenant: TenantID? = nil, epoch: UInt64? = nil, _ answer: @escaping (LegList?) -> Void
    ) {
        sim.request(
            from: self, to: .instance(sim.media.id), tenant: tenant, epoch: epoch, deadline: 1_000_000
        ) { node, reply in
            reply(
                .success(
                    (node as? SimulatedSwitch)?.list(shards) ?? LegList(legs: [], phones: [], stream: "", number: 0)))
        } done: { (answered: Result<LegList, Failure>) in
            answer(try? answered.get())
        }
    }

    func mustWrite() {
        guard !isWriting else { return }
        isWriting = true
        after(200_000) { [unowned self] in
            isWriting = false
            write {}
        }
    }

    func write(_ done: @escaping () -> Void) {
        let batch = pending.take()
        after(sim.dice.between(2, 20)) { [unowned self] in
            sim.store.write(batch)
            done()
        }
    }
}

extension LegFact {
    /// As `LegFact(Envelope)` reads it, without the JSON.
    init?(_ fact: any Fact) {
        switch fact {
        case let fact as LegArrived: self = .arrived(fact)
        case let fact as LegRinging: self = fact.hasSound == true ? .earlySound(fact.legID) : .ringing(fact.legID)
        case let fact as LegAnswered: self = .answered(fact.legID)
        case let fact as LegDigit: self = .digit(fact.legID, fact.digit)
        case let fact as LegPlayFinished: self = .playFinished(fact.legID, playID: fact.playID, fact.outcome)
        case let fact as LegEnded: self = .ended(fact.legID, fact.cause)
        default: return nil
        }
    }
}

extension TenantBook {
    /// 400: a greeting, then the queue. 401: a menu. 402: the queue at once, and out of it after a while.
    static let simulated = TenantBook(
        flows: [
            "greet": PublishedFlow(
                flowID: "greet", version: 1,
                flow: Flow(
                    schema: 1, name: "Greeting", language: "en", start: "hello",
                    nodes: [
                        "hello": .play(.init(prompts: [.init(file: "hello")], next: "sales")),
                        "sales": .queue(.init(queue: "sales", priority: 100)),
                    ])),
            "menu": PublishedFlow(
                flowID: "menu", version: 1,
                flow: Flow(
                    schema: 1, name: "Menu", language: "en", start: "ask",
                    nodes: [
                        "ask": .menu(
                            .init(prompts: [.init(file: "ask")], keys: ["1": "sales", "2": "tech"], onFailed: "bye")),
                        "sales": .queue(.init(queue: "sales", priority: 200)),
                        "tech": .queue(.init(queue: "tech")), "bye": .hangUp,
                    ])),
            "short": PublishedFlow(
                flowID: "short", version: 1,
                flow: Flow(
                    schema: 1, name: "Short wait", language: "en", start: "tech",
                    nodes: [
                        "tech": .queue(.init(queue: "tech", timeoutSeconds: 20, onTimeout: "sorry")),
                        "sorry": .play(.init(prompts: [.init(file: "sorry")], next: "bye")), "bye": .hangUp,
                    ])),
        ], numbers: ["400": "greet", "401": "menu", "402": "short"])
}
