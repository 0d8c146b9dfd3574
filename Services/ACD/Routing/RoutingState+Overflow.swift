import Contracts

/// Callers a queue does not take: they go to another's agents, or are told no.
extension RoutingState {
    /// Why a call that comes now would not wait in its queue, and where instead.
    ///
    /// One that is known waits already, and before cti's first snapshot nothing is known of agents.
    private func overflow(of call: WaitingCall, waiting: Int) -> (reason: OverflowReason, queue: QueueID?)? {
        guard isRebuilt, let rules = queues[call.queueID]?.settings.overflow,
            let reason = reason(rules, in: call.queueID, waiting: waiting)
        else { return nil }
        // One step only, so that two queues that overflow into each other end somewhere.
        guard let target = rules.queue, target != call.queueID, let other = queues[target], other.isKnown else {
            return (reason, nil)
        }
        let isOpen = self.reason(other.settings.overflow, in: target, waiting: waitingCount(in: target)) == nil
        return (reason, isOpen ? target : nil)
    }

    private func reason(_ rules: OverflowRules, in id: QueueID, waiting: Int) -> OverflowReason? {
        guard let queue = queues[id], lines.indices.contains(queue.baseLine) else { return nil }
        let base = lines[queue.baseLine]
        return rules.reason(
            waiting: waiting, agentsSignedIn: base.ready.count + base.busy + base.paused,
            estimate: estimate(in: queue, at: waiting + 1))
    }

    func waitingCount(in id: QueueID) -> Int {
        queues[id]?.bySkills.values.reduce(0) { $0 + lines[$1].waiting.count } ?? 0
    }

    /// Who is to be called back waits at no telephone.
    private func liveCount(in id: QueueID) -> Int { waitingCount(in: id) - callbackCount(in: id) }

    /// - Returns: why a new call is not taken in; nil if it may wait, in its own queue or another.
    func refusal(
        of call: WaitingCall, knowing known: CallerKnowledge = CallerKnowledge(), at now: Timestamp
    ) -> OverflowReason? {
        guard calls[call.callID] == nil, call.mustBeTaken != true,
            wanted(by: call, knowing: known, besides: [], at: now) == nil,
            let overflow = overflow(of: call, waiting: liveCount(in: call.queueID)), overflow.queue == nil
        else { return nil }
        return overflow.reason
    }

    /// Where a new call waits instead of in its own queue.
    func target(of call: WaitingCall) -> Overflow? {
        guard let overflow = overflow(of: call, waiting: liveCount(in: call.queueID)), let queue = overflow.queue
        else { return nil }
        return Overflow(queue: queue, reason: overflow.reason)
    }

    /// Calls that a new owner found waiting go to another's agents if those of their own queue could not take them.
    /// Nobody who waits already is refused.
    mutating func overflowAdopted(_ ids: [CallID], at now: Timestamp) {
        for id in ids.compactMap({ calls[$0] }).sorted(by: { $0.place < $1.place }).map(\.call.callID) {
            guard let call = calls[id], call.offer == nil, call.overflow == nil, !call.isWanting,
                let position = position(of: id),
                let overflow = overflow(of: call.call, waiting: position - 1), let queue = overflow.queue
            else { continue }
            move(id, to: Overflow(queue: queue, reason: overflow.reason), at: now)
        }
    }

    /// Those who wait for the agents of a queue that is gone wait for their own again.
    mutating func overflowEnds(to id: QueueID, at now: Timestamp) {
        for call in calls.values.filter({ $0.overflow?.queue == id }).sorted(by: { $0.place < $1.place }) {
            move(call.call.callID, to: nil, at: now)
        }
    }

    private mutating func move(_ id: CallID, to overflow: Overflow?, at now: Timestamp) {
        guard let call = calls[id] else { return }
        leaveLine(call)
        if call.offer != nil { queues[call.servedIn]?.offered -= 1 }
        calls[id]?.overflow = overflow
        let line = line(of: call.call, in: overflow?.queue ?? call.call.queueID, widened: call.widened)
        calls[id]?.line = line
        if call.offer != nil { queues[overflow?.queue ?? call.call.queueID]?.offered += 1 }
        standInLine(id, at: now)
    }
}
