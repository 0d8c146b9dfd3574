import Contracts

/// Asking for less the longer a call waits. It keeps its place: only the line in which it stands is another.
extension RoutingState {
    func stepsTaken(by call: WaitingCall, at now: Timestamp) -> Int {
        guard let steps = queues[call.queueID]?.settings.widening, !steps.isEmpty else { return 0 }
        return Widening.steps(taken: now.microseconds(since: call.enqueuedAt), of: steps)
    }

    /// Sets the time of the next step, if there is one.
    mutating func planWidening(_ call: WaitingCall, at now: Timestamp) {
        guard let taken = calls[call.callID]?.widened, let steps = queues[call.queueID]?.settings.widening else {
            return
        }
        let step = steps.dropFirst(taken).first?.afterSeconds
        let wanting = calls[call.callID]?.isWanting == true ? call.wants?.seconds : nil
        guard let next = [step, wanting].compactMap({ $0 }).min() else {
            calls[call.callID]?.widensAt = nil
            return
        }
        let due = call.enqueuedAt.adding(.seconds(next))
        guard calls[call.callID]?.widensAt != due else { return }
        calls[call.callID]?.widensAt = due
        deadlines.add(.widen(call.callID, at: due), at: due)
    }

    mutating func widen(_ id: CallID, dueAt: Timestamp, at now: Timestamp) -> [Action] {
        guard let call = calls[id], call.widensAt == dueAt else { return [] }
        calls[id]?.widensAt = nil
        return lineUpAgain(call, at: now)
    }

    /// Puts a call where it belongs by now, at its old place.
    private mutating func lineUpAgain(_ call: RoutedCall, at now: Timestamp) -> [Action] {
        let id = call.call.callID
        leaveLine(call)
        let widened = stepsTaken(by: call.call, at: now)
        let isWanting = call.isWanting && mayWant(call.call, besides: call.refusedBy, at: now)
        let line = line(of: call.call, in: call.servedIn, widened: widened, isWanting: isWanting)
        calls[id]?.widened = widened
        calls[id]?.isWanting = isWanting
        calls[id]?.line = line
        standInLine(id, at: now)
        planWidening(call.call, at: now)
        return findAgent(for: id, at: now)
    }

    // MARK: - One agent's own callers

    /// Whether the call waits for the agent it wants: he works in the queue, is signed in, did not refuse, and its time
    /// is not up.
    func mayWant(_ call: WaitingCall, besides refusedBy: Set<AgentID>, at now: Timestamp) -> Bool {
        guard let wants = call.wants, let agent = agents[wants.agentID] else { return false }
        return agent.status != .signedOut && agent.queues.contains(call.queueID)
            && !refusedBy.contains(wants.agentID) && !call.refusedBy.contains(wants.agentID)
            && now < call.enqueuedAt.adding(.seconds(wants.seconds))
    }

    /// Who waited for an agent who signed out waits for any.
    mutating func wantedLeft(_ id: AgentID, at now: Timestamp) -> [Action] {
        guard let agent = agents[id] else { return [] }
        let waiting = agent.lines.filter { lines[$0].only == id }.flatMap { Array(lines[$0].waiting) }
        return waiting.sorted().compactMap { calls[$0.callID] }.flatMap { lineUpAgain($0, at: now) }
    }

    /// When a new owner has learnt who is signed in.
    mutating func wantAdopted(_ ids: [CallID], at now: Timestamp) {
        for id in ids {
            guard let call = calls[id], call.offer == nil, call.overflow == nil,
                mayWant(call.call, besides: call.refusedBy, at: now)
            else { continue }
            calls[id]?.isWanting = true
            leaveLine(call)
            let line = line(of: call.call, in: call.servedIn, widened: call.widened, isWanting: true)
            calls[id]?.line = line
            standInLine(id, at: now)
            planWidening(call.call, at: now)
        }
    }
}
