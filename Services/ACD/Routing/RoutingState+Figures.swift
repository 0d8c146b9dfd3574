import Contracts

/// What can be asked of the lines: places, figures, and who rings for whom.
extension RoutingState {
    /// A caller's place in his queue; 1 is next. Nil if he does not wait.
    func position(of id: CallID) -> Int? {
        guard let call = calls[id], call.offer == nil, let queue = queues[call.servedIn] else { return nil }
        return queue.bySkills.values.reduce(1) { $0 + lines[$1].waiting.rank(of: call.place) }
    }

    /// - Returns: nil if there is no such queue.
    func figures(of id: QueueID) -> QueueFigures? {
        guard let queue = queues[id], lines.indices.contains(queue.baseLine) else { return nil }
        let base = lines[queue.baseLine]
        var waiting = 0
        var longest: Timestamp?
        for index in queue.bySkills.values {
            waiting += lines[index].waiting.count
            for place in lines[index].waiting where place.enqueuedAt < longest ?? place.enqueuedAt.adding(.seconds(1)) {
                if callbacks.isEmpty || calls[place.callID]?.callback == nil { longest = place.enqueuedAt }
            }
        }
        let toCallBack = callbackCount(in: id)
        return QueueFigures(
            queueID: id, waiting: waiting - toCallBack, offered: queue.offered, longestSince: longest,
            agentsReady: base.ready.count, agentsBusy: base.busy, agentsPaused: base.paused,
            estimatedWaitMicroseconds: estimate(in: queue, at: waiting + 1),
            estimateErrorMicroseconds: queue.estimate.error, callbacks: toCallBack,
            serviceLevel: queue.isKnown
                ? queue.served.figures(by: queue.settings.serviceLevel, since: countsSince) : nil,
            work: work.isEmpty ? nil : workCount(in: id))
    }

    private func workCount(in id: QueueID) -> Int? {
        let count = work.lines.reduce(0) { $1.key.queueID == id ? $0 + $1.value.count : $0 }
        return count > 0 ? count : nil
    }

    /// Everybody who is signed in, in the order of their ids.
    func agentFigures() -> [AgentFigures] {
        let locks = Dictionary(grouping: seatLocks.values, by: \.agentID).compactMapValues {
            $0.min { ($0.since, $0.callID) < ($1.since, $1.callID) }?.callID
        }
        return agents.lazy.filter { $0.value.status != .signedOut }.map { id, agent in
            AgentFigures(
                agentID: id, status: agent.status, since: agent.since, callID: agent.callID,
                answered: agent.work.answered, talkedMicroseconds: agent.work.talkedMicroseconds,
                reservedMicroseconds: agent.reservedMicroseconds, lockedFor: locks[id])
        }.sorted { $0.agentID < $1.agentID }
    }

    /// The ready agents by which of these queues they serve, each counted once, and who waits there.
    func freeAgents(for ids: [QueueID]) -> FreeAgentFigures {
        let asked = Set(ids).sorted().compactMap { id in queues[id].map { (id: id, queue: $0) } }.filter(
            \.queue.isKnown)
        let queueOf = Dictionary(asked.map { ($0.queue.baseLine, $0.id) }) { first, _ in first }
        var groups: [[QueueID]: Int] = [:]
        for agent in agents.values where agent.countedAs == .ready {
            let served = agent.lines.compactMap { queueOf[$0] }
            if !served.isEmpty { groups[served.sorted(), default: 0] += 1 }
        }
        return FreeAgentFigures(
            groups: groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }
                .map { .init(queueIDs: $0.key, ready: $0.value) },
            lines: asked.map { id, queue in
                .init(queueID: id, waiting: queue.bySkills.values.reduce(0) { $0 + lines[$1].waiting.count })
            })
    }

    // MARK: - How long a caller will wait

    /// - Returns: microseconds from now on; nil if he does not wait, or nobody can say.
    func estimate(of id: CallID) -> Int64? {
        guard let call = calls[id], let queue = queues[call.servedIn], let position = position(of: id) else {
            return nil
        }
        return estimate(in: queue, at: position)
    }

    func estimate(in queue: LinedQueue, at position: Int) -> Int64? {
        guard lines.indices.contains(queue.baseLine) else { return nil }
        let base = lines[queue.baseLine]
        // Who is ready takes one caller at once.
        let before = max(position - base.ready.count, 0)
        return queue.estimate.microseconds(at: before, agents: base.ready.count + base.busy)
    }

    /// A caller reached an agent: how long that took, and how far off we were.
    mutating func learn(from call: RoutedCall, at now: Timestamp) {
        let own = call.call.queueID
        if let rule = queues[own]?.settings.serviceLevel {
            queues[own]?.served.answered(after: now.microseconds(since: call.call.enqueuedAt), by: rule)
        }
        let behind = waitingCount(in: call.servedIn)
        queues[call.servedIn]?.estimate.answered(
            waited: now.microseconds(since: call.call.enqueuedAt),
            estimated: call.estimated.flatMap { $0 > 0 ? $0 : nil },
            behind: behind, at: now)
    }

    // MARK: - Telling callers their place

    mutating func announceFirst(_ call: WaitingCall, at now: Timestamp) {
        guard let queue = queues[call.queueID]?.settings, queue.announcePositionEvery > 0,
            calls[call.callID]?.callback == nil
        else { return }
        let first = call.enqueuedAt.adding(.seconds(queue.announcePositionAfter))
        plan(call.callID, at: next(after: now, from: first, every: queue.announcePositionEvery))
    }

    mutating func announce(_ id: CallID, dueAt: Timestamp, at now: Timestamp) -> [Action] {
        guard let call = calls[id], call.announceAt == dueAt else { return [] }
        calls[id]?.announceAt = nil
        guard let every = queues[call.call.queueID]?.settings.announcePositionEvery, every > 0 else { return [] }
        plan(id, at: next(after: now, from: dueAt.adding(.seconds(every)), every: every))
        guard let position = position(of: id) else { return [] }
        let isTold = queues[call.call.queueID]?.settings.announceEstimate == true
        let seconds = isTold ? estimate(of: id).map { Int($0 / 1_000_000) } : nil
        return [.announce(id, position: position, estimatedSeconds: seconds)]
    }

    private mutating func plan(_ id: CallID, at time: Timestamp) {
        calls[id]?.announceAt = time
        deadlines.add(.announce(id, at: time), at: time)
    }

    /// The first of the times from `first` on that is not past, so that a new owner does not tell everybody at once.
    private func next(after now: Timestamp, from first: Timestamp, every seconds: Int) -> Timestamp {
        let late = now.microseconds(since: first)
        guard late > 0 else { return first }
        let period = Int64(seconds) * 1_000_000
        // A caller cannot have waited for years: whoever says so gets a time that does not overflow.
        guard late < Int64.max / 4 else { return now.adding(.seconds(seconds)) }
        return Timestamp(microseconds: first.microseconds + (late / period + 1) * period)
    }
}
