import Bus
import Contracts
import TestSupport

@testable import CTI

extension SimulatedCTI {
    func offer(_ request: OfferCall, _ tenant: TenantID, _ reply: @escaping (Result<Done, Failure>) -> Void) {
        tell(.offer(request, tenant: tenant), tenant: tenant, reply)
    }

    func announce(
        _ call: CallID, _ position: Int, _ tenant: TenantID, _ reply: @escaping (Result<Done, Failure>) -> Void
    ) {
        tell(.call(call, tenant: tenant, .announcePosition(position)), tenant: tenant, reply)
    }
}

/// People at their desks: they sign in, make themselves ready, take pauses, hold, ask, hand over, and go home.
final class SimulatedAgents {
    unowned let sim: Simulation
    private let keys: [AgentKey]
    private var dialled = 0

    init(_ sim: Simulation) {
        self.sim = sim
        keys = sim.plan.tenants.flatMap { tenant in
            (0..<Plan.agentsPerTenant).map { AgentKey(tenant: tenant, agentID: AgentID(rawValue: "\(tenant)-\($0)")) }
        }
    }

    func begin() {
        for key in keys { act(key, after: sim.dice.between(1500, 3000)) }
    }

    private func act(_ key: AgentKey, after pause: Int64) {
        sim.after(pause) { [unowned self] in
            look(key)
            act(key, after: sim.dice.between(1500, 6000))
        }
    }

    /// The shard's state at its owner by the table; nil while nobody is in control.
    func state(of tenant: TenantID) -> ShardState? {
        guard let owner = sim.cluster.trueOwner(of: .of(tenant), service: .cti),
            let cti = sim.ctis.first(where: { $0.id == owner.instance }), cti.isRunning,
            let loop = cti.loop(of: tenant), loop.epoch == owner.epoch, loop.isWorking
        else { return nil }
        return loop.state
    }

    private func look(_ key: AgentKey) {
        guard let state = state(of: key.tenant) else { return }
        let isEvening = sim.clock > Double(sim.plan.lastsSeconds - 90)
        guard let agent = state.agents[key], agent.isSignedIn else {
            return isEvening ? () : tell(key, .signIn(PhoneID(rawValue: "phone-\(key.agentID)")))
        }
        let chance = sim.dice.below(1000)
        switch agent.status {
        case .paused: if chance < 800 || isEvening { tell(key, .makeReady) }
        case .ready where !isEvening:
            switch chance {
            case ..<30: tell(key, .pause(reason: "tea"))
            case ..<45: tell(key, .signOut)
            case ..<110: dial(key)
            default: break
            }
        case .afterCallWork: if chance < 300 { tell(key, .endAfterCallWork(disposition: "done")) }
        case .ringing:
            guard let call = agent.callID else { return }
            if chance < 100 { wish(.decline(reason: nil), call, key) } else if chance < 200 { wish(.answer, call, key) }
        case .talking:
            guard let call = agent.callID else { return }
            if isEvening {
                wish(.hangUp, call, key)
            } else if let wish = inTalk(chance, key) {
                self.wish(wish, call, key)
            }
            if chance > 950 { tell(key, .pause(reason: "tea")) }
        case .signedOut, .ready: break
        }
    }

    private func inTalk(_ chance: Int, _ key: AgentKey) -> CallWish? {
        let other = keys.filter { $0.tenant == key.tenant && $0 != key }[sim.dice.below(Plan.agentsPerTenant - 1)]
        return switch chance {
        case 0..<60: .hold
        case 60..<140: .retrieve
        case 140..<200: .consult(.agent(other.agentID))
        case 200..<220: .consult(.queue("tech", priority: 50))
        case 220..<260: .complete
        case 260..<290: .join
        case 290..<320: .giveUp
        case 320..<350: .transfer(.queue("sales", priority: 500))
        case 350..<380: .transfer(.agent(other.agentID))
        case 380..<400: .transfer(.number("+8610"))
        case 400..<420: .park
        case 420..<520: .hangUp
        default: nil
        }
    }

    /// An agent calls somebody.
    private func dial(_ key: AgentKey) {
        dialled += 1
        let request = DialNumber(
            callID: CallID(rawValue: "dial-\(dialled)"), agentID: key.agentID, number: "+8613900000000", from: "400")
        ask(.dial(request, by: key.agentID, tenant: key.tenant, on: sim.media.id), key.tenant)
    }

    private func tell(_ key: AgentKey, _ input: AgentState.Input) { ask(.agent(key, input), key.tenant) }

    private func wish(_ wish: CallWish, _ call: CallID, _ key: AgentKey) {
        ask(.wish(wish, for: call, by: key.agentID, tenant: key.tenant), key.tenant)
    }

    private func ask(_ input: ShardInput, _ tenant: TenantID) {
        sim.request(from: sim.world, to: .shard(.cti, tenant), tenant: tenant, deadline: 5_000_000) { node, reply in
            (node as? SimulatedCTI)?.tell(input, tenant: tenant, reply)
        } done: { (_: Result<Done, Failure>) in
        }
    }

    // MARK: What must hold

    /// A caller who waits while somebody is ready for him: since when nobody did anything about it.
    func idleWaits() -> [CallID] {
        sim.plan.tenants.flatMap { tenant -> [CallID] in
            guard let state = state(of: tenant) else { return [] }
            let ready = state.agents.values.filter { $0.tenant == tenant && $0.status == .ready }
            guard !ready.isEmpty else { return [] }
            return state.waiting().filter { call in
                ready.contains { agent in call.queueID == "sales" || !agent.agentID.rawValue.hasSuffix("2") }
            }.map(\.callID)
        }
    }

    /// When all is quiet.
    func check() {
        for tenant in sim.plan.tenants {
            guard let state = state(of: tenant) else {
                sim.history.violate("end", "nobody owns \(tenant)", sim)
                continue
            }
            for call in state.calls.keys.sorted() { sim.history.violate("end", "\(call) is still a call", sim) }
            let agents = state.agents.values.filter { $0.tenant == tenant }.sorted { $0.agentID < $1.agentID }
            for agent in agents where ![.ready, .paused, .signedOut].contains(agent.status) {
                sim.history.violate(
                    "I2", "\(agent.agentID) is \(agent.status) with \(agent.callID?.rawValue ?? "nothing") at the end",
                    sim)
            }
            let ready = Set(agents.filter { $0.status == .ready }.map(\.agentID))
            for acd in sim.acds where acd.isRunning { acd.check(ready: ready, of: tenant) }
        }
    }
}
