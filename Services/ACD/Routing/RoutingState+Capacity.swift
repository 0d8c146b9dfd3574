import Contracts

/// How much an agent does at once: what still fits, what must wait meanwhile, and how idle he is.
extension RoutingState {
    /// Whether one more of this medium fits beside what he does, but for what it may interrupt.
    func fits(_ medium: Medium, _ id: AgentID, _ agent: RoutedAgent) -> Bool {
        guard agent.status != .signedOut, agent.status != .paused else { return false }
        let held = work.held(by: id)
        guard held.count(where: { $0.item.medium == medium }) < work.most(medium, for: id) else { return false }
        let calls = agent.hasCall ? work.rules.rule(.voice).weight : 0
        return calls + units(held, besides: medium) + work.rules.rule(medium).weight <= work.capacity(of: id)
    }

    /// What they take of the agent, but for those that this medium interrupts, and those that are interrupted.
    private func units(_ held: [RoutedWork], besides medium: Medium) -> Int {
        held.reduce(0) { sum, work in
            let rule = self.work.rules.rule(work.item.medium)
            return work.item.state == .interrupted || rule.interruptedBy.contains(medium) ? sum : sum + rule.weight
        }
    }

    /// Whether what he has in hand leaves no room for a call.
    private func isBlocked(_ id: AgentID) -> Bool {
        guard work.held[id] != nil || work.capacities[id] != nil || !work.rules.media.isEmpty else { return false }
        let weight = work.rules.rule(.voice).weight
        return work.most(.voice, for: id) < 1
            || units(work.held(by: id), besides: .voice) + weight > work.capacity(of: id)
    }

    /// Whether there is anything to settle: for nearly all agents of nearly all tenants there is not.
    func hasLoad(_ id: AgentID) -> Bool {
        guard !work.isEmpty || !work.capacities.isEmpty || !work.rules.media.isEmpty else {
            return agents[id]?.isBlocked == true
        }
        return work.held[id] != nil || work.capacities[id] != nil || !work.rules.media.isEmpty
            || agents[id]?.isBlocked == true
    }

    /// After anything that he does or has changed: what must wait waits, what can go on goes on, and he counts as what he is.
    mutating func settleLoad(of id: AgentID, at now: Timestamp) -> [Action] {
        guard let agent = agents[id] else { return [] }
        var actions: [Action] = []
        if isRebuilt, work.held[id] != nil {
            if agent.status == .signedOut {
                for work in work.held(by: id) { actions += giveBack(work, at: now) }
            } else {
                actions += withdraw(from: id, agent, at: now) + setAside(of: id, agent)
            }
        }
        reckonIdle(id, at: now)
        let blocked = isBlocked(id)
        if agents[id]?.isBlocked != blocked { agents[id]?.isBlocked = blocked }
        return actions
    }

    mutating func settleLoads(at now: Timestamp) -> [Action] {
        let all = Set(work.held.keys).union(work.capacities.keys).union(
            agents.lazy.filter(\.value.isBlocked).map(\.key))
        return all.sorted().flatMap { id in settleLoad(of: id, at: now) }
    }

    /// A call came while he was asked to take something that does not fit beside it.
    private mutating func withdraw(from id: AgentID, _ agent: RoutedAgent, at now: Timestamp) -> [Action] {
        guard agent.isInCall else { return [] }
        var actions: [Action] = []
        for held in work.held(by: id) where held.item.state == .offered {
            let weight = work.rules.rule(.voice).weight + work.rules.rule(held.item.medium).weight
            guard weight > work.capacity(of: id) else { continue }
            actions += endWorkOffer(held, .busy, isRefusal: false, at: now) + findAgent(forWork: held.item.id, at: now)
        }
        return actions
    }

    /// What can be interrupted waits, the first in line last of all, as long as all together are too much.
    private mutating func setAside(of id: AgentID, _ agent: RoutedAgent) -> [Action] {
        let held = work.held(by: id).filter { $0.item.state == .open || $0.item.state == .interrupted }
        let present = Set(held.map(\.item.medium)).union(agent.isInCall ? [.voice] : [])
        func mayWait(_ held: RoutedWork) -> Bool {
            work.rules.rule(held.item.medium).interruptedBy.contains(where: present.contains)
        }
        var used = agent.isInCall ? work.rules.rule(.voice).weight : 0
        used += held.filter { !mayWait($0) }.reduce(0) { $0 + work.rules.rule($1.item.medium).weight }
        var actions: [Action] = []
        for one in held {
            let weight = work.rules.rule(one.item.medium).weight
            let goesOn = !mayWait(one) || used + weight <= work.capacity(of: id)
            if mayWait(one), goesOn { used += weight }
            guard goesOn != (one.item.state == .open) else { continue }
            work.items[one.item.id]?.item.state = goesOn ? .open : .interrupted
            if !goesOn { work.items[one.item.id]?.item.interruptions += 1 }
            actions.append(decide(one.item.id, goesOn ? .resumed(id) : .interrupted(id, by: agent.callID)))
        }
        return actions
    }

    // MARK: - Idle time

    /// Who has something in hand is idle for a part of the time only: the share of him that is free (B-10).
    mutating func reckonIdle(_ id: AgentID, at now: Timestamp) {
        guard var agent = agents[id] else { return }
        agent.lose(until: now)
        let used = work.held(by: id).reduce(0) { sum, held in
            held.item.state != .interrupted ? sum + work.rules.rule(held.item.medium).weight : sum
        }
        agent.shareUsed = min(Double(used) / Double(max(work.capacity(of: id), 1)), 1)
        agents[id] = agent
    }

    /// What he is given costs him idle time as a call does, which takes all of it, but only its share.
    mutating func chargeIdle(_ id: AgentID, for medium: Medium, at now: Timestamp) {
        reckonIdle(id, at: now)
        guard var agent = agents[id], agent.status == .ready else { return }
        let share = min(Double(work.rules.rule(medium).weight) / Double(max(work.capacity(of: id), 1)), 1)
        let idle = min(max(now.microseconds(since: agent.idleSince), 0), 86_400_000_000)
        if agent.lostSince != agent.since { (agent.idleLost, agent.lostSince) = (0, agent.since) }
        agent.idleLost += Int64(Double(idle) * share)
        agents[id] = agent
    }

    /// Once a second, of those who have work: the order of the ready changes with time.
    mutating func reckonAll(at now: Timestamp) {
        guard !work.held.isEmpty, work.reckonsAt <= now else { return }
        work.reckonsAt = now.adding(.seconds(1))
        for id in work.held.keys {
            reckonIdle(id, at: now)
            recount(id)
        }
    }
}

extension RoutedAgent {
    var isInCall: Bool { status == .talking || status == .afterCallWork }

    /// Or is rung for one.
    var hasCall: Bool { offer != nil || status == .ringing || isInCall }

    /// From when on he would be idle if he had done nothing else: what agents are compared by.
    var idleSince: Timestamp { idleLost == 0 ? since : since.adding(.microseconds(idleLost)) }
}

extension RoutedAgent {
    /// He has or had work in this readiness; what he is now told to be may be another.
    mutating func reckon(before snapshot: AgentSnapshot, at now: Timestamp) {
        lose(until: now)
        guard snapshot.status == .ready, snapshot.since != lostSince else { return }
        idleLost = 0
        lostSince = snapshot.since
    }

    /// The time since the last reckoning is idle time only for the share of him that was free.
    mutating func lose(until now: Timestamp) {
        defer { reckonedAt = max(reckonedAt, now) }
        guard status == .ready, shareUsed > 0 else { return }
        if lostSince != since { (idleLost, lostSince) = (0, since) }
        // Nobody is ready for years, whatever the clocks say.
        let passed = min(max(now.microseconds(since: max(reckonedAt, since)), 0), 86_400_000_000)
        idleLost += Int64(Double(passed) * shareUsed)
    }
}
