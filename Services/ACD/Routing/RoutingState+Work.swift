import Contracts

/// Work that is no call: what is read of it, and how it meets agents. Calls come first for whoever is free for one, but for
/// matters that calls do not interrupt and that come before them in line.
extension RoutingState {
    // MARK: - What is read

    /// - Parameter upTo: how far all changes were read.
    mutating func workFound(_ found: [WorkItem], upTo: Int64, at now: Timestamp) -> [Action] {
        work.readUpTo = max(work.readUpTo, upTo)
        return found.flatMap { learn($0, at: now) } + beginIfWorkIsKnown(at: now)
    }

    /// A decision is stored, or was not what holds.
    /// - Parameter item: as it is; nil if there is none.
    mutating func workStored(_ id: WorkID, _ item: WorkItem?, at now: Timestamp) -> [Action] {
        guard work.items[id] != nil else { return [] }
        let unstored = max((work.items[id]?.unstored ?? 0) - 1, 0)
        work.items[id]?.unstored = unstored
        if let item, item.version > work.items[id]?.latest?.version ?? 0 { work.items[id]?.latest = item }
        guard unstored == 0, let latest = work.items[id]?.latest else { return [] }
        work.items[id]?.latest = nil
        return learn(latest, at: now)
    }

    private mutating func learn(_ item: WorkItem, at now: Timestamp) -> [Action] {
        guard let known = work.items[item.id] else { return item.state.isOver ? [] : adopt(item, at: now) }
        guard item.version > known.item.version else { return [] }
        guard known.unstored == 0 else {
            if item.version > known.latest?.version ?? 0 { work.items[item.id]?.latest = item }
            return []
        }
        var same = known.item
        same.version = item.version
        if same == item {
            work.items[item.id]?.item.version = item.version
            return []
        }
        return adopt(item, at: now)
    }

    /// Takes what is stored for what is true.
    private mutating func adopt(_ item: WorkItem, at now: Timestamp) -> [Action] {
        let former = work.items[item.id]
        if let former { takeOut(former) }
        if !item.state.isOver { putIn(item, former, at: now) }
        let concerned = Set([former?.item.agentID, item.agentID].compactMap { $0 }).sorted()
        var actions: [Action] = []
        for id in concerned {
            // Whom nobody heard of is gone.
            if agents[id] == nil { agents[id] = RoutedAgent() }
            actions += settleLoad(of: id, at: now) + findCall(for: id, at: now)
        }
        return actions + findAgent(forWork: item.id, at: now)
    }

    private mutating func takeOut(_ former: RoutedWork) {
        work.leaveLine(former.item.id)
        if let agent = former.item.agentID { work.letGo(former.item.id, by: agent) }
        work.items[former.item.id] = nil
        work.ids[RoutedWork.callID(former.item.id)] = nil
    }

    private mutating func putIn(_ item: WorkItem, _ former: RoutedWork?, at now: Timestamp) {
        var new = RoutedWork(item: item, place: place(of: item))
        work.ids[RoutedWork.callID(item.id)] = item.id
        if item.state == .waiting, let former, item.refusedBy.count > former.item.refusedBy.count {
            new.isLastResortOpen = false
            deadlines.add(.workLastResort(item.id, offersMade: item.offers), at: now.adding(Self.lastResortAfter))
        }
        work.items[item.id] = new
        guard item.state.isHeld, let agent = item.agentID else { return work.standInLine(item.id) }
        work.hold(item.id, by: agent)
        if item.state == .offered {
            let until = item.offeredUntil ?? now
            deadlines.add(.workOfferExpired(item.id, number: item.offers), at: max(until, now))
        }
    }

    private func place(of item: WorkItem) -> Place {
        let rules = queues[item.queueID]?.settings.priority ?? PriorityRules()
        let call = WaitingCall(
            tenant: TenantID(rawValue: ""), callID: RoutedWork.callID(item.id), queueID: item.queueID,
            priority: item.priority, enqueuedAt: item.enteredAt, skills: item.skills, attributes: item.attributes)
        return Place(call, by: rules, wanted: nil, wasRefused: !item.refusedBy.isEmpty)
    }

    /// A queue's rules of priority may have changed.
    mutating func layWork(of id: QueueID) {
        guard !work.isEmpty else { return }
        for one in work.items.values where one.item.queueID == id {
            if one.item.state == .waiting { work.leaveLine(one.item.id) }
            let place = place(of: one.item)
            work.items[one.item.id]?.place = place
            if one.item.state == .waiting { work.standInLine(one.item.id) }
        }
    }

    mutating func mediaChanged(
        _ rules: MediaRules, _ capacities: [AgentID: AgentCapacity], at now: Timestamp
    ) -> [Action] {
        let before = Set(work.capacities.keys)
        work.rules = rules
        work.capacities = capacities
        var actions = settleLoads(at: now)
        for id in before.subtracting(capacities.keys).sorted() { actions += settleLoad(of: id, at: now) }
        for id in agents.keys { recount(id) }
        return actions + matchAll(at: now) + matchWork(at: now)
    }

    // MARK: - Who takes it

    /// Pairs whoever can be paired. Needed after changes to many at once.
    mutating func matchWork(at now: Timestamp) -> [Action] {
        guard isRebuilt, !work.isEmpty else { return [] }
        let waiting = work.items.values.filter { $0.item.state == .waiting }.sorted { $0.place < $1.place }
        return waiting.flatMap { findAgent(forWork: $0.item.id, at: now) }
    }

    /// The best agent for a matter that waits: by the queue's strategy, then who is idle for longest by the share of him that
    /// is free.
    mutating func findAgent(forWork id: WorkID, at now: Timestamp) -> [Action] {
        guard isRebuilt, let waiting = work.items[id], waiting.item.state == .waiting,
            let queue = queues[waiting.item.queueID], queue.isKnown
        else { return [] }
        let able = able(for: waiting.item, queue)
        let fresh = able.filter { !waiting.item.refusedBy.contains($0.agentID) }
        let seed = Draw.seed(RoutedWork.callID(id), offer: waiting.item.offers + 1)
        if queue.ranking.strategy == .random, !fresh.isEmpty {
            let drawn = fresh.sorted()[Draw.index(seed, of: fresh.count)]
            return offer(waiting, to: .init(agent: drawn, rule: .strategy(.random), seed: seed), at: now)
        }
        if let first = fresh.min() {
            return offer(waiting, to: .init(agent: first, rule: .strategy(queue.ranking.strategy)), at: now)
        }
        guard waiting.isLastResortOpen, let first = able.min() else { return [] }
        return offer(waiting, to: .init(agent: first, rule: .lastResort), at: now)
    }

    private func able(for item: WorkItem, _ queue: LinedQueue) -> [IdleAgent] {
        queue.members.compactMap { id in
            guard let agent = agents[id], can(agent, item, queue), fits(item.medium, id, agent) else { return nil }
            return IdleAgent(rank: queue.ranking.rank(of: id, agent.work), since: agent.idleSince, agentID: id)
        }
    }

    private func can(_ agent: RoutedAgent, _ item: WorkItem, _ queue: LinedQueue) -> Bool {
        queue.settings.requiredSkills.allSatisfy(agent.can.contains) && item.skills.allSatisfy(agent.can.contains)
    }

    /// What an agent may take who has room: one after the other, until nothing fits any more.
    mutating func findWork(for id: AgentID, at now: Timestamp) -> [Action] {
        guard isRebuilt, !work.isEmpty else { return [] }
        var actions: [Action] = []
        while let next = firstWork(for: id) { actions += take(next, id, at: now) }
        return actions
    }

    /// A matter that calls do not interrupt and that comes before a call which he could have instead.
    mutating func workBefore(_ place: Place, for id: AgentID, at now: Timestamp) -> [Action]? {
        guard let next = firstWork(for: id, onlyLasting: true), next.place < place else { return nil }
        return take(next, id, at: now)
    }

    private mutating func take(_ next: RoutedWork, _ id: AgentID, at now: Timestamp) -> [Action] {
        guard let agent = agents[id] else { return [] }
        let rank = queues[next.item.queueID]?.ranking.rank(of: id, agent.work) ?? 0
        let chosen = IdleAgent(rank: rank, since: agent.idleSince, agentID: id)
        let rule: AgentSelection.Rule = next.item.refusedBy.contains(id) ? .lastResort : .firstInLine
        return offer(next, to: .init(agent: chosen, rule: rule), at: now)
    }

    private func firstWork(for id: AgentID, onlyLasting: Bool = false) -> RoutedWork? {
        guard let agent = agents[id], agent.status != .signedOut, agent.status != .paused else { return nil }
        var best: RoutedWork?
        for medium in Medium.allCases where fits(medium, id, agent) {
            if onlyLasting, work.rules.rule(medium).interruptedBy.contains(.voice) { continue }
            for queueID in agent.queues {
                guard let line = work.lines[WorkFloor.Line(queueID: queueID, medium: medium)],
                    let queue = queues[queueID]
                else { continue }
                for place in line {
                    if let best, best.place < place { break }
                    guard let found = work.ids[place.callID].flatMap({ work.items[$0] }),
                        can(agent, found.item, queue),
                        found.isLastResortOpen || !found.item.refusedBy.contains(id)
                    else { continue }
                    best = found
                    break
                }
            }
        }
        return best
    }
}
