import Bus
import Contracts
import Foundation

@testable import CTI

/// A model of `ShardLoop` with its `ShardPerformer`: takes over, decides one input at a time with the real `ShardState`, and
/// sends what was decided in lanes, one a call.
final class SimulatedShard {
    /// Requests about one call, one after the other.
    final class Lane {
        var jobs: [(@escaping () -> Void) -> Void] = []
        var isBusy = false
        var isOver = false
    }

    let shard: Shard
    let epoch: UInt64
    unowned let node: SimulatedCTI
    private(set) var state: ShardState?
    private(set) var isStopped = false
    /// Has had its moment to end what it began.
    private(set) var isCancelled = false
    var heads: [String: UInt64] = [:]
    private var backlog: [(Bool) -> Void] = []
    var mediaLanes: [CallID: Lane] = [:]
    var queueLanes: [CallID: Lane] = [:]
    var commands = 0
    var dials: [LegID: Dial] = [:]

    init(_ shard: Shard, epoch: UInt64, _ node: SimulatedCTI) {
        self.shard = shard
        self.epoch = epoch
        self.node = node
    }

    var sim: Simulation { node.sim }
    var isWorking: Bool { state != nil && !isStopped }

    func stop() {
        isStopped = true
        let waiting = backlog
        backlog = []
        for question in waiting { question(false) }
        for lane in mediaLanes.values { lane.isOver = true }
        for lane in queueLanes.values { lane.isOver = true }
        node.after(500_000) { self.isCancelled = true }
    }

    // MARK: The inbox

    func hear(_ fact: LegFact, _ heard: PublishedFact, at toldAt: Timestamp? = nil) {
        inTurn { [self] isOwner in
            let isNews = heard.envelope.number > heads[heard.envelope.stream] ?? 0
            guard isOwner, isNews || fact.comesOrGoes else { return }
            let time = ShardLoop.time(of: toldAt ?? heard.time, at: sim.now)
            decide(.leg(fact, tenant: heard.tenant, on: heard.publisher), at: time) { _ in }
        }
    }

    /// - Parameter answer: why it was refused; nil if it was not.
    func take(_ input: ShardInput, _ answer: @escaping (Failure?) -> Void) {
        inTurn { [self] isOwner in
            guard isOwner else { return answer(SimulatedCTI.elsewhere) }
            decide(input, answer)
        }
    }

    /// When its turn comes; false if that never comes.
    func inTurn(_ question: @escaping (Bool) -> Void) {
        if isStopped { return question(false) }
        if state == nil || !node.isSure { backlog.append(question) } else { question(true) }
    }

    func catchUp() {
        guard state != nil, node.isSure else { return }
        let waiting = backlog
        backlog = []
        for question in waiting { question(!isStopped) }
    }

    private func decide(_ input: ShardInput, at time: Timestamp? = nil, _ answer: (Failure?) -> Void) {
        guard let actions = state?.handle(input, at: time ?? sim.now) else { return }
        sim.note("\(node.id) shard \(shard): \(input.gist) -> \(actions.map(\.gist))")
        for action in actions { perform(action) }
        answer(actions.refusal)
    }

    func later(_ input: ShardInput) { node.after(0) { self.take(input) { _ in } } }

    // MARK: Taking over

    func takeOver() {
        node.write { [self] in
            let sim = sim
            node.after(sim.dice.between(2, 20)) { [self] in
                let stored = sim.store.load(shard, epoch: epoch)
                node.listLegs(of: [shard], tenant: sim.plan.tenants.first { Shard.of($0) == shard }, epoch: epoch) {
                    [self] list in begin(stored, list)
                }
            }
        }
    }

    private func begin(_ stored: (agents: [AgentState], calls: [CallState]), _ list: LegList?) {
        guard !isStopped else { return }
        for call in stored.calls { node.pending.written[call.callID] = shard }
        var inheritance = ShardInheritance(agents: stored.agents, calls: stored.calls)
        if let list {
            heads[list.stream] = list.number
            inheritance.legs = list.legs.map { (sim.media.id, sim.media.written($0)) }
        } else {
            inheritance.silent = [sim.media.id]
        }
        inheritance.missed = node.gaps.missed(in: shard)
        inheritance.told = node.agentsTold(in: shard)
        inheritance.ended = node.gaps.ended(in: shard)
        var state = ShardState(
            shard: shard, epoch: epoch, pausesAfterMissed: sim.plan.pausesAfterMissed,
            books: Dictionary(uniqueKeysWithValues: sim.plan.tenants.map { ($0, TenantBook.simulated) }))
        let actions = state.takeOver(inheritance, at: sim.now)
        self.state = state
        sim.note("\(node.id) takes over \(shard): \(state.calls.keys.sorted()) -> \(actions.map(\.gist))")
        for action in actions { perform(action) }
        catchUp()
    }

    /// The legs as the state can read them: the contexts of those it does not know are written out.
    func readable(_ found: [LegSnapshot]) -> [LegSnapshot] {
        found.map { leg in state?.legs[leg.legID] == nil ? sim.media.written(leg) : leg }
    }
}

extension ShardInput {
    /// What matters of it, for a reader.
    var gist: String {
        switch self {
        case .leg(let fact, _, _): "\(fact)".prefix(60).description
        case .call(let id, _, let input): "\(id) \(input)".prefix(70).description
        case .offer(let offer, _): "offer \(offer.callID) to \(offer.agentID) #\(offer.offer)"
        case .agent(let key, let input): "\(key.agentID) \(input)".prefix(70).description
        case .wish(let wish, let call, let agent, _): "\(agent) wants \(wish) for \(call)"
        case .legsFound(let legs, _): "legs \(legs.map(\.legID.rawValue))"
        default: "\(self)".prefix(60).description
        }
    }
}

extension ShardAction {
    var gist: String {
        switch self {
        case .publish(let fact, _): "!\(type(of: fact).topic) \(fact.subject)"
        case .command(_, let leg, let commands): "\(leg):\(commands.map { "\($0)".prefix(24).description })"
        case .originate(_, let leg, let destination, _, _, _): "ring \(leg) at \(destination)"
        case .hangUpStray(let leg, _, _): "hang up \(leg)"
        case .ringTimer(let leg, _, _): "\(leg) rings later"
        case .enqueue(let call): "enqueue \(call.callID)"
        case .dequeue(let call, _): "dequeue \(call)"
        case .offerEnded(let ended, _): "offerEnded \(ended.callID) \(ended.outcome)"
        case .callTimer(_, _, let timer, _): "timer \(timer)"
        case .saveAgent, .saveCall: "save"
        case .forgetCall(let call): "forget \(call.callID)"
        case .repaired(let what, _, _): "REPAIRED \(what)"
        case .refuse(let failure): "REFUSED \(failure.code)"
        default: "\(self)".prefix(30).description
        }
    }
}
