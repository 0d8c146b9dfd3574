import Bus
import Contracts
import TestSupport

@testable import ACD

/// An instance of acd: the real `RoutingFloor` with a `RoutingState` a tenant; a model of `CallRouter` around it.
final class SimulatedACD: ShardOwner {
    private var floor = RoutingFloor()

    typealias Reply = (Result<Done, Failure>) -> Void

    override func begin() {
        floor = RoutingFloor()
        for tenant in sim.plan.tenants { tell(.settingsChanged(tenant, settings(of: tenant))) }
        tell(.settingsComplete)
        sim.network.follow([.cti], by: self) { [unowned self] in hear($0) }
        pulse()
        super.begin()
    }

    private func settings(of tenant: TenantID) -> RoutingSettings {
        let agents = (0..<Plan.agentsPerTenant).map { AgentID(rawValue: "\(tenant)-\($0)") }
        let seconds = sim.plan.afterCallWorkSeconds
        var settings = RoutingSettings(version: 1)
        settings.queues = [
            "sales": StaffedQueue(
                queue: Queue(id: "sales", name: "Sales", ringSeconds: 8, afterCallWorkSeconds: seconds),
                members: Set(agents)),
            "tech": StaffedQueue(
                queue: Queue(id: "tech", name: "Tech", ringSeconds: 6, afterCallWorkSeconds: seconds),
                members: Set(agents.prefix(2))),
        ]
        return settings
    }

    override func acquired(_ shard: Shard, epoch: UInt64) { tell(.shardAcquired(shard)) }
    override func lost(_ shard: Shard) { tell(.shardLost(shard)) }

    private func pulse() {
        after(1_000_000) { [unowned self] in
            tell(.timePassed)
            pulse()
        }
    }

    // MARK: What cti tells and asks

    private func hear(_ heard: PublishedFact) {
        guard floor.owns(heard.tenant) else { return }
        switch heard.fact {
        case let fact as AgentStateChanged: tell(heard.tenant, .agentChanged(fact.agent))
        case let fact as CallAnswered: tell(heard.tenant, .callAnswered(fact.callID))
        case let fact as CallEnded: tell(heard.tenant, .callGone(fact.callID))
        default: break
        }
    }

    func enqueue(_ call: WaitingCall, _ reply: Reply) {
        answer(call.tenant, reply) { () throws(Failure) in
            let call = (try? call.checked()) ?? call
            try call.mayWait(in: floor, knowing: CallerKnowledge())
            return .callEnqueued(call)
        }
    }

    func dequeue(_ call: CallID, _ tenant: TenantID, _ reply: Reply) { answer(tenant, reply) { .callGone(call) } }

    func offerEnded(_ ended: OfferEnded, _ tenant: TenantID, _ reply: Reply) {
        answer(tenant, reply) {
            .offerEnded(Offer(callID: ended.callID, agentID: ended.agentID, number: ended.offer), ended.outcome)
        }
    }

    private func answer(_ tenant: TenantID, _ reply: Reply, _ input: () throws(Failure) -> RoutingState.Input) {
        guard floor.owns(tenant) else {
            return reply(.failure(Failure(.unavailable, "Not routed here.", code: "notOwner")))
        }
        do throws(Failure) {
            tell(tenant, try input())
            reply(.success(Done()))
        } catch {
            reply(.failure(error))
        }
    }

    // MARK: Deciding and doing

    private func tell(_ tenant: TenantID, _ input: RoutingState.Input) { tell(.tenant(tenant, input)) }

    private func tell(_ input: RoutingFloor.Input) {
        let actions = floor.handle(input, at: sim.now)
        // In the order of tenants, whatever a dictionary's order is.
        guard case .timePassed = input else { return actions.forEach(perform) }
        for tenant in sim.plan.tenants {
            for action in actions where action.isOf(tenant) { perform(action) }
        }
    }

    private func perform(_ action: RoutingFloor.Action) {
        switch action {
        case .tenant(let tenant, .offer(let offer, in: let queue)): make(offer, queue, tenant)
        case .tenant(let tenant, .record(let decided)): publish(decided, tenant, at: sim.now)
        case .tenant(let tenant, .announce(let call, let position, _)):
            sim.request(from: self, to: .shard(.cti, tenant), tenant: tenant) { node, reply in
                (node as? SimulatedCTI)?.announce(call, position, tenant, reply)
            } done: { (_: Result<Done, Failure>) in
            }
        case .tenant(let tenant, .repaired(let drift)):
            sim.history.repaired("acd: \(drift.kind) \(drift.subject) of \(tenant)", sim)
        case .tenant(let tenant, .askForSnapshot): askForSnapshot(.of(tenant))
        case .askForSnapshot(let shard): askForSnapshot(shard)
        // Nobody here is called back, writes, has an agent of his own or is remembered.
        case .tenant(_, .dialBack), .tenant(_, .callerReached), .tenant(_, .recall), .tenant(_, .note),
            .tenant(_, .seatLocked), .tenant(_, .seatUnlocked), .tenant(_, .workDecided), .tick, .tickAgents:
            break
        }
    }

    private func make(_ offer: Offer, _ queue: Queue, _ tenant: TenantID) {
        checkOrder(offer, tenant)
        let request = OfferCall(
            callID: offer.callID, agentID: offer.agentID, queueID: queue.id, offer: offer.number,
            ringSeconds: queue.ringSeconds, afterCallWorkSeconds: queue.afterCallWorkSeconds)
        sim.note("\(id) offers \(offer.callID) to \(offer.agentID) #\(offer.number)")
        sim.request(from: self, to: .shard(.cti, tenant), tenant: tenant) { node, reply in
            (node as? SimulatedCTI)?.offer(request, tenant, reply)
        } done: { [unowned self] (answer: Result<Done, Failure>) in
            switch answer {
            case .success: tell(tenant, .offerConfirmed(offer))
            case .failure(let failure):
                sim.note("\(id) offer refused: \(failure.code)")
                tell(tenant, .offerRefused(offer, OfferRefusal(failure)))
            }
        }
    }

    private func askForSnapshot(_ shard: Shard) {
        let askedAt = sim.now
        let some = sim.plan.tenants.first { Shard.of($0) == shard } ?? ""
        sim.request(from: self, to: .shard(.cti, some), tenant: nil) { node, reply in
            (node as? SimulatedCTI)?.snapshot(shard, reply)
        } done: { [unowned self] (answer: Result<ShardSnapshot, Failure>) in
            if case .success(let snapshot) = answer {
                return tell(.snapshotTaken(shard, snapshot, askedAt: askedAt))
            }
            guard floor.owns(shard) else { return }
            after(200_000) { self.askForSnapshot(shard) }
        }
    }

    // MARK: What must hold

    /// Nobody with a worse place is offered an agent who could have taken a better one (I10).
    private func checkOrder(_ offer: Offer, _ tenant: TenantID) {
        guard let state = floor.tenants[tenant], let offered = state.calls[offer.callID],
            let agent = state.agents[offer.agentID]
        else { return }
        for call in state.calls.values.sorted(by: { $0.place < $1.place }) {
            guard call.place < offered.place else { break }
            guard call.offer == nil, agent.queues.contains(call.servedIn), call.mayBeOffered(to: offer.agentID) else {
                continue
            }
            sim.history.violate(
                "I10", "\(offer.callID) is offered to \(offer.agentID) before \(call.call.callID), who came first", sim)
        }
        guard offered.call.mustBeTaken != true else { return }
        sim.history.expectPlace(of: offer.callID, enqueuedAt: offered.call.enqueuedAt, sim)
    }

    /// Whether it and cti are of one mind when all is quiet.
    func check(ready: Set<AgentID>, of tenant: TenantID) {
        guard floor.owns(tenant), let state = floor.tenants[tenant] else { return }
        for call in state.calls.keys.sorted() { sim.history.violate("acd", "\(call) still waits in \(id)", sim) }
        for (id, agent) in state.agents.sorted(by: { $0.key < $1.key }) {
            if agent.offer != nil { sim.history.violate("acd", "\(id) is still being offered a call", sim) }
            if ready.contains(id), agent.standing != .ready {
                sim.history.violate("acd", "\(id) is ready, and acd takes him for \(agent.standing)", sim)
            }
        }
    }
}

extension RoutingFloor.Action {
    fileprivate func isOf(_ tenant: TenantID) -> Bool {
        switch self {
        case .tenant(let known, _), .tick(let known, _), .tickAgents(let known, _): known == tenant
        case .askForSnapshot(let shard): Shard.of(tenant) == shard
        }
    }
}
