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
        guard let next = steps.dropFirst(taken).first else {
            calls[call.callID]?.widensAt = nil
            return
        }
        let due = call.enqueuedAt.adding(.seconds(next.afterSeconds))
        guard calls[call.callID]?.widensAt != due else { return }
        calls[call.callID]?.widensAt = due
        deadlines.add(.widen(call.callID, at: due), at: due)
    }

    mutating func widen(_ id: CallID, dueAt: Timestamp, at now: Timestamp) -> [Action] {
        guard let call = calls[id], call.widensAt == dueAt else { return [] }
        leaveLine(call)
        let widened = stepsTaken(by: call.call, at: now)
        let line = line(of: call.call, widened: widened)
        calls[id]?.widensAt = nil
        calls[id]?.widened = widened
        calls[id]?.line = line
        standInLine(id, at: now)
        planWidening(call.call, at: now)
        return findAgent(for: id, at: now)
    }
}
