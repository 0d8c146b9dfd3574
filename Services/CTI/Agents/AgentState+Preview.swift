import Contracts

/// An agent looks at a record before it is dialled: he is kept for it, and offered nothing else. The dialer says when it
/// begins and ends; its time ends it too, so that nobody is kept by a dialer that died.
extension AgentState {
    /// The reason of his pause meanwhile; nobody pauses with it otherwise.
    static let preview = AgentSnapshot.previewReason
    static let reasonReserved = Failure(
        .invalid, "The reason “\(preview)” stands for records that are looked at.", code: "reasonReserved")
    static let notReady = Failure(.conflict, "The agent is not ready.", code: "agentNotReady")

    var isReserved: Bool { status == .paused && pauseReason == Self.preview }

    mutating func reserve(_ preview: PreviewID, until end: Timestamp, at time: Timestamp) -> [Action] {
        if isReserved, isKept(for: preview) {
            previewID = preview
            return []
        }
        guard status == .ready, phoneID != nil else { return [.refuse(Self.notReady)] }
        let changed = change(to: .paused, reason: Self.preview, at: time)
        previewID = preview
        until = max(end, time)
        return [.changed(AgentStateChanged(agent: snapshot, previous: .ready))] + changed.dropFirst() + resume()
    }

    mutating func release(_ preview: PreviewID, hasMissed: Bool, at time: Timestamp) -> [Action] {
        isReserved && isKept(for: preview) ? letGo(hasMissed: hasMissed, at: time) : []
    }

    /// Ready again; who has not even looked is paused, as one who does not answer.
    mutating func letGo(hasMissed: Bool, at time: Timestamp) -> [Action] {
        turn(to: hasMissed && rules.pausesAfterMissed ? .paused(reason: Self.missed) : .ready, at: time)
    }

    /// His telephone rings for the call to the record that he is kept for.
    mutating func dial(_ preview: PreviewID, _ call: CallID, _ seconds: Int, at time: Timestamp) -> [Action] {
        guard isReserved, isKept(for: preview), phoneID != nil else { return [.refuse(Self.notReady)] }
        callID = call
        afterCallWorkSeconds = min(max(seconds, 0), 3600)
        (next, nextIsAsked) = (.ready, false)
        (readySince, isCalled) = (nil, nil)
        return change(to: .ringing, at: time)
    }

    /// A new owner may have learnt only from what was told that somebody looks at a record, and not at which.
    private func isKept(for preview: PreviewID) -> Bool { previewID == nil || previewID == preview }
}
