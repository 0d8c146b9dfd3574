import Contracts

/// A seat that is kept for one caller (座席预占): until then the agent gets this call first.
struct SeatLock: Equatable, Sendable {
    /// How it ended.
    enum End: String, Sendable {
        /// The agent was free, and got the call.
        case offered
        /// The caller waited for as long as the queue lets him.
        case expired
        case callerGone, agentGone
    }

    let agentID: AgentID
    let callID: CallID
    let queueID: QueueID
    let reason: String
    let since: Timestamp
    let until: Timestamp
    /// Whether anybody was told; one that ends in the input that made it never was.
    var isTold = false
}

/// One agent's own callers: whom a caller is to have, and for how long he waits for him alone.
extension RoutingState {
    /// The first of those the call would have who can be had: he works in the queue, is signed in, did not refuse, and the
    /// time for him is not up.
    func wanted(
        by call: WaitingCall, knowing known: CallerKnowledge, besides refusedBy: Set<AgentID>, at now: Timestamp
    ) -> WantedSeat? {
        let rules = queues[call.queueID]?.settings.preferredAgents ?? []
        guard call.wants != nil || !rules.isEmpty else { return nil }
        return rules.seats(for: call, knowing: known).first { seat in
            guard let agent = agents[seat.agentID], agent.status != .signedOut, agent.queues.contains(call.queueID),
                !refusedBy.contains(seat.agentID), !call.refusedBy.contains(seat.agentID)
            else { return false }
            return seat.isOnlyIfReady ? agent.standing == .ready : now < seat.until
        }
    }

    /// Who waited for an agent who signed out waits for any.
    mutating func wantedLeft(_ id: AgentID, at now: Timestamp) -> [Action] {
        guard let agent = agents[id] else { return [] }
        let waiting = agent.lines.filter { lines[$0].only == id }.flatMap { Array(lines[$0].waiting) }
        return waiting.sorted().compactMap { calls[$0.callID] }.flatMap { lineUpAgain($0, at: now) }
    }

    /// When a new owner has learnt who is signed in.
    /// - Returns: what is still to be asked of the callers.
    mutating func wantAdopted(_ ids: [CallID], at now: Timestamp) -> [Action] {
        for id in ids { want(id, at: now) }
        return ids.compactMap { calls[$0]?.call }.flatMap(recall)
    }

    /// To be asked of a call that nobody asked about when it came.
    func recall(_ call: WaitingCall) -> [Action] {
        let rules = queues[call.queueID]?.settings.preferredAgents ?? []
        return rules.isEmpty || calls[call.callID]?.offer != nil ? [] : [.recall(call, rules)]
    }

    mutating func callerKnown(_ id: CallID, _ known: CallerKnowledge, at now: Timestamp) -> [Action] {
        guard calls[id] != nil else { return [] }
        calls[id]?.known = known
        want(id, at: now)
        return findAgent(for: id, at: now)
    }

    /// Lets a call that waits for any agent wait for its own, if nobody was asked yet.
    private mutating func want(_ id: CallID, at now: Timestamp) {
        guard let call = calls[id], call.offer == nil, call.overflow == nil, call.refusedBy.isEmpty, !call.isWanting,
            let wanted = wanted(by: call.call, knowing: call.known, besides: [], at: now)
        else { return }
        leaveLine(call)
        calls[id]?.wanted = wanted
        let line = line(of: call.call, in: call.servedIn, widened: call.widened, wanted: wanted)
        calls[id]?.line = line
        standInLine(id, at: now)
        planWidening(call.call, at: now)
    }

    // MARK: - Locked seats

    /// Part of standing in line.
    mutating func lockSeat(for call: RoutedCall, at now: Timestamp) {
        guard let wanted = call.wanted, wanted.locksSeat, seatLocks[call.call.callID] == nil else { return }
        seatLocks[call.call.callID] = SeatLock(
            agentID: wanted.agentID, callID: call.call.callID, queueID: call.call.queueID, reason: wanted.reason,
            since: now, until: wanted.until)
    }

    /// After every input: locks that no longer hold end, and new ones are told.
    mutating func settleLocks(at now: Timestamp) -> [Action] {
        var actions: [Action] = []
        for lock in seatLocks.values.sorted(by: { ($0.since, $0.callID) < ($1.since, $1.callID) }) {
            guard let end = end(of: lock) else {
                if !lock.isTold { actions.append(.seatLocked(lock)) }
                seatLocks[lock.callID]?.isTold = true
                continue
            }
            seatLocks[lock.callID] = nil
            count(lock, until: now)
            if lock.isTold { actions.append(.seatUnlocked(lock, end)) }
            if let call = calls[lock.callID], call.offer == nil { lockSeat(for: call, at: now) }
        }
        return actions
    }

    private func end(of lock: SeatLock) -> SeatLock.End? {
        guard let call = calls[lock.callID] else { return .callerGone }
        if let offer = call.offer { return offer.agentID == lock.agentID ? .offered : .expired }
        guard call.wanted?.agentID != lock.agentID || call.wanted?.locksSeat != true else { return nil }
        return agents[lock.agentID]?.status == .signedOut ? .agentGone : .expired
    }

    /// A seat that is locked for two callers at once is counted once.
    private mutating func count(_ lock: SeatLock, until now: Timestamp) {
        guard let agent = agents[lock.agentID] else { return }
        let from = max(lock.since, agent.reservedUntil)
        guard now > from else { return }
        agents[lock.agentID]?.reservedMicroseconds += min(now.microseconds(since: from), 86_400_000_000)
        agents[lock.agentID]?.reservedUntil = now
    }
}
