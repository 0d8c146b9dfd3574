import Bus
import Contracts
import Foundation

@testable import CTI

/// A model of `ShardLoop` with its `ShardPerformer`: takes over, decides one input at a time with the real `ShardState`, and
/// sends what was decided in lanes, one a call.
final class SimulatedShard {
    /// Requests about one call, one after the other.
    fileprivate final class Lane {
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
    private var heads: [String: UInt64] = [:]
    private var backlog: [(Bool) -> Void] = []
    private var mediaLanes: [CallID: Lane] = [:]
    private var queueLanes: [CallID: Lane] = [:]
    private var commands = 0
    private var dials: [LegID: Dial] = [:]
    private var goodbyes: Set<LegID> = []
    private var waits: [LegID: LegID] = [:]
    private var waiting: [LegID: () -> Void] = [:]

    init(_ shard: Shard, epoch: UInt64, _ node: SimulatedCTI) {
        self.shard = shard
        self.epoch = epoch
        self.node = node
    }

    private var sim: Simulation { node.sim }
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

    func hear(_ fact: LegFact, _ heard: PublishedFact) {
        inTurn { [self] isOwner in
            guard isOwner, heard.envelope.number > heads[heard.envelope.stream] ?? 0 else { return }
            let time = ShardLoop.time(of: heard.time, at: sim.now)
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

    private func later(_ input: ShardInput) { node.after(0) { self.take(input) { _ in } } }

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

    // MARK: Performing

    private func perform(_ action: ShardAction) {
        switch action {
        case .publish(let fact, let tenant): node.publish(fact, tenant, at: sim.now)
        case .command(let call, let leg, let commands): command(call, leg, commands)
        case .originate(let call, let leg, let destination, let from, _, let seconds):
            let request = OriginateLeg(
                legID: leg, destination: destination, from: from, ringSeconds: seconds, context: sim.media.keep(call),
                beside: leg == call.customerLeg ? nil : call.customerLeg)
            originate(request, call)
        case .ringAfter(let former, let leg): if goodbyes.contains(former) { waits[leg] = former }
        case .hangUpStray(let leg, let tenant, _): hangUp(leg, .local, tenant)
        case .refuseLeg(let leg, let cause, let tenant, _): hangUp(leg, cause, tenant)
        case .enqueue(let call):
            inQueueLane(call.callID, call.tenant) { acd, reply in
                acd.enqueue(call, reply)
            } ifUnknown: { [self] in
                later(.call(call.callID, tenant: call.tenant, .queueRefused(call.queueID)))
            }
        case .dequeue(let id, let tenant): inQueueLane(id, tenant) { acd, reply in acd.dequeue(id, tenant, reply) }
        case .offerEnded(let ended, let tenant):
            inQueueLane(ended.callID, tenant) { acd, reply in acd.offerEnded(ended, tenant, reply) }
        case .callTimer(let id, let tenant, let timer, let due):
            node.at(due) { [weak self] in self?.take(.call(id, tenant: tenant, .timer(timer))) { _ in } }
        case .agentTimer(let key, let revision, let due):
            node.at(due) { [weak self] in self?.take(.agent(key, .timer(revision: revision))) { _ in } }
        case .saveAgent(let agent):
            node.pending.agents[AgentKey(tenant: agent.tenant, agentID: agent.agentID)] = .init(
                state: agent, shard: shard, epoch: epoch)
            node.mustWrite()
        case .saveCall(let call):
            node.pending.calls[call.callID] = .init(state: call, shard: shard, epoch: epoch)
            node.mustWrite()
        case .forgetCall(let call): forget(call)
        case .repaired(let what, let call, let leg):
            sim.history.repaired("\(what) \(call?.rawValue ?? "") \(leg?.rawValue ?? "")", sim)
        case .askQueue, .findCustomer, .showCustomer, .passed, .refuse: break
        }
    }

    private func forget(_ call: CallState) {
        queueLanes.removeValue(forKey: call.callID)?.isOver = true
        guard let lane = mediaLanes.removeValue(forKey: call.callID) else {
            node.pending.forget(call.callID, epoch: epoch)
            return node.mustWrite()
        }
        node.pending.calls[call.callID] = .init(state: call, shard: shard, epoch: epoch)
        node.mustWrite()
        add(to: lane) { [self] done in
            if !isCancelled {
                node.pending.forget(call.callID, epoch: epoch)
                node.mustWrite()
            }
            done()
        }
        lane.isOver = true
    }

    private func add(to lane: Lane, _ job: @escaping (@escaping () -> Void) -> Void) {
        guard !lane.isOver else { return }
        lane.jobs.append(job)
        runNext(lane)
    }

    private func runNext(_ lane: Lane) {
        guard !lane.isBusy, !isCancelled, !lane.jobs.isEmpty else { return }
        lane.isBusy = true
        let job = lane.jobs.removeFirst()
        job { [self] in
            lane.isBusy = false
            runNext(lane)
        }
    }

    private func mediaLane(_ call: CallID) -> Lane {
        if let lane = mediaLanes[call] { return lane }
        let lane = Lane()
        mediaLanes[call] = lane
        return lane
    }

    // MARK: media-server

    private func command(_ call: CallState, _ leg: LegID, _ steps: [LegCommand]) {
        let request = CommandLeg(legID: leg, commands: steps, context: sim.media.keep(call))
        commands += 1
        let endsLeg = steps.contains { if case .hangUp = $0 { true } else { false } }
        if endsLeg {
            dials.removeValue(forKey: leg)?.callOff()
            goodbyes.insert(leg)
        }
        let key = "\(shard).\(epoch).\(commands)"
        add(to: mediaLane(call.callID)) { [self] done in
            attempt(request, call, key, left: endsLeg ? 10 : 3, done)
        }
    }

    private func attempt(
        _ request: CommandLeg, _ call: CallState, _ key: String, left: Int, _ done: @escaping () -> Void
    ) {
        sendCommand(request, call.tenant, key) { [self] failure in
            if goodbyes.remove(request.legID) != nil { waiting.removeValue(forKey: request.legID)?() }
            guard let failure, failure.kind != .notFound else { return done() }
            sim.note("\(node.id) leg \(request.legID) not commanded: \(failure)")
            if isCancelled || failure.kind == .staleEpoch { return done() }
            if failure.kind == .unavailable || failure.kind == .timeout, left > 1 {
                return attempt(request, call, key, left: left - 1, done)
            }
            for case .play(let playID, _, _, _) in request.commands {
                later(
                    .call(
                        call.callID, tenant: call.tenant, .playFinished(request.legID, playID: playID, .failed)))
            }
            done()
        }
    }

    private func sendCommand(
        _ request: CommandLeg, _ tenant: TenantID, _ key: String?, _ done: @escaping (Failure?) -> Void
    ) {
        sim.request(from: node, to: .instance(sim.media.id), tenant: tenant, epoch: epoch, key: key) { node, reply in
            (node as? SimulatedSwitch)?.command(request, tenant, reply)
        } done: { (answer: Result<Done, Failure>) in
            if case .failure(let failure) = answer { done(failure) } else { done(nil) }
        }
    }

    private func hangUp(_ leg: LegID, _ cause: EndCause, _ tenant: TenantID) {
        sendCommand(CommandLeg(legID: leg, commands: [.hangUp(cause)]), tenant, nil) { _ in }
    }

    private func originate(_ request: OriginateLeg, _ call: CallState) {
        let dial = Dial()
        dials[request.legID] = dial
        let former = waits.removeValue(forKey: request.legID)
        add(to: mediaLane(call.callID)) { [self] done in
            if let former, goodbyes.contains(former) {
                waiting[former] = { self.ring(request, call, dial, done) }
            } else {
                ring(request, call, dial, done)
            }
        }
    }

    private func ring(_ request: OriginateLeg, _ call: CallState, _ dial: Dial, _ done: @escaping () -> Void) {
        do {
            guard dial.begin() else { return done() }
            sim.request(from: node, to: .instance(sim.media.id), tenant: call.tenant, epoch: epoch) { node, reply in
                (node as? SimulatedSwitch)?.originate(request, call.tenant, reply)
            } done: { [self] (answer: Result<Done, Failure>) in
                defer { done() }
                guard case .failure(let failure) = answer else { return }
                let cause: EndCause =
                    switch failure.kind {
                    case .notFound: .notFound
                    case .forbidden: .rejected
                    case .unavailable: .unavailable
                    default: .failed
                    }
                later(.call(call.callID, tenant: call.tenant, .legEnded(request.legID, cause)))
                if failure.kind == .timeout || failure.kind == .unknown { hangUp(request.legID, .local, call.tenant) }
            }
        }
    }

    // MARK: acd

    private func inQueueLane(
        _ call: CallID, _ tenant: TenantID,
        _ serve: @escaping (SimulatedACD, @escaping (Result<Done, Failure>) -> Void) -> Void,
        ifUnknown: @escaping () -> Void = {}
    ) {
        let lane = queueLanes[call] ?? Lane()
        queueLanes[call] = lane
        add(to: lane) { [self] done in
            untilDone(tenant, lane, pause: 50_000, afterEnd: 0, serve, ifUnknown, done)
        }
    }

    private func untilDone(
        _ tenant: TenantID, _ lane: Lane, pause: Int64, afterEnd: Int,
        _ serve: @escaping (SimulatedACD, @escaping (Result<Done, Failure>) -> Void) -> Void,
        _ ifUnknown: @escaping () -> Void, _ done: @escaping () -> Void
    ) {
        guard !isCancelled else { return done() }
        sim.request(from: node, to: .shard(.acd, tenant), tenant: tenant, epoch: epoch) { node, reply in
            if let acd = node as? SimulatedACD { serve(acd, reply) }
        } done: { [self] (answer: Result<Done, Failure>) in
            guard case .failure(let failure) = answer else { return done() }
            switch failure.kind {
            case .unavailable, .timeout, .unknown: break
            case .staleEpoch where failure.code == "notOwner": break
            case .notFound:
                ifUnknown()
                return done()
            case .conflict where OverflowReason(rawValue: failure.code) != nil:
                ifUnknown()
                return done()
            default: return done()
            }
            let ended = afterEnd + (lane.isOver ? 1 : 0)
            if ended > 10 { return done() }
            node.after(pause) {
                self.untilDone(
                    tenant, lane, pause: min(pause * 2, 1_000_000), afterEnd: ended, serve, ifUnknown, done)
            }
        }
    }
}

extension ShardInput {
    /// What matters of it, for a reader.
    fileprivate var gist: String {
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
    fileprivate var gist: String {
        switch self {
        case .publish(let fact, _): "!\(type(of: fact).topic) \(fact.subject)"
        case .command(_, let leg, let commands): "\(leg):\(commands.map { "\($0)".prefix(24).description })"
        case .originate(_, let leg, let destination, _, _, _): "ring \(leg) at \(destination)"
        case .hangUpStray(let leg, _, _): "hang up \(leg)"
        case .ringAfter(let former, let leg): "\(leg) after \(former)"
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
