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
        let stepsAt = step.map { call.enqueuedAt.adding(.seconds($0)) }
        guard let due = [stepsAt, calls[call.callID]?.wanted?.until].compactMap({ $0 }).min() else {
            calls[call.callID]?.widensAt = nil
            return
        }
        guard calls[call.callID]?.widensAt != due else { return }
        calls[call.callID]?.widensAt = due
        deadlines.add(.widen(call.callID, at: due), at: due)
    }

    mutating func widen(_ id: CallID, dueAt: Timestamp, at now: Timestamp) -> [Action] {
        guard let call = calls[id], call.widensAt == dueAt else { return [] }
        calls[id]?.widensAt = nil
        let actions = lineUpAgain(call, at: now)
        return widened(call, at: now) + actions
    }

    private func widened(_ before: RoutedCall, at now: Timestamp) -> [Action] {
        guard let steps = calls[before.call.callID]?.widened, steps > before.widened else { return [] }
        return [.note(note(.widened, of: before, step: steps, at: now))]
    }

    /// What is noted of a call that its queue did not take.
    func overflowNoted(_ id: CallID, at now: Timestamp) -> [Action] {
        guard let call = calls[id], let overflow = call.overflow else { return [] }
        return [
            .note(note(.overflowed, of: call, reason: overflow.reason.rawValue, other: overflow.queue, at: now))
        ]
    }

    private func note(
        _ kind: RoutingNoted.Kind, of call: RoutedCall, reason: String? = nil, other: QueueID? = nil,
        step: Int? = nil, at now: Timestamp
    ) -> RoutingNoted {
        noted(kind, of: call.call, reason: reason, other: other, step: step, at: now)
    }

    func noted(
        _ kind: RoutingNoted.Kind, of call: WaitingCall, reason: String?, other: QueueID? = nil, step: Int? = nil,
        at now: Timestamp
    ) -> RoutingNoted {
        let base = queues[call.queueID]?.baseLine ?? -1
        return RoutingNoted(
            callID: call.callID, queueID: call.queueID, kind: kind, reason: reason, otherQueueID: other, step: step,
            waiting: waitingCount(in: call.queueID),
            agentsReady: lines.indices.contains(base) ? lines[base].ready.count : 0,
            waitedMicroseconds: max(now.microseconds(since: call.enqueuedAt), 0))
    }

    /// Puts a call where it belongs by now, at its old place.
    mutating func lineUpAgain(_ call: RoutedCall, at now: Timestamp) -> [Action] {
        let id = call.call.callID
        leaveLine(call)
        let widened = stepsTaken(by: call.call, at: now)
        let wanted =
            call.isWanting ? wanted(by: call.call, knowing: call.known, besides: call.refusedBy, at: now) : nil
        let line = line(of: call.call, in: call.servedIn, widened: widened, wanted: wanted)
        calls[id]?.widened = widened
        calls[id]?.wanted = wanted
        calls[id]?.line = line
        standInLine(id, at: now)
        planWidening(call.call, at: now)
        return findAgent(for: id, at: now)
    }
}
