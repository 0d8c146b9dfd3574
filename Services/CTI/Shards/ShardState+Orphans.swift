import Contracts

/// Calls whose beginning was told, and whose end never will be: their owner died before anything else knew of them.
extension ShardState {
    /// Nobody has it, and nobody told its end for so long that a former owner's last words have been heard. It ends here,
    /// without a length: how long it lasted nobody knows.
    mutating func bury(_ begun: CallStarted, _ tenant: TenantID) -> [ShardAction] {
        guard calls[begun.callID] == nil, !recentlyEnded.contains(begun.callID) else { return [] }
        recentlyEnded.insert(begun.callID)
        let ended = CallEnded(
            callID: begun.callID, direction: begun.direction, customerNumber: begun.customerNumber,
            accessNumber: begun.accessNumber, flowID: begun.flowID, campaignID: begun.campaignID,
            attemptID: begun.attemptID, startedAt: begun.startedAt, endedAt: begun.startedAt, reason: .systemFailed,
            segments: [], agentID: nil, queueID: nil, recordings: [], attributes: [:])
        return [
            .publish(ended, tenant: tenant), .repaired("call that nobody knew of any more ended", begun.callID, nil),
        ]
    }

    /// Whether the call is here, or was lately.
    func knows(_ call: CallID) -> Bool { calls[call] != nil || recentlyEnded.contains(call) }
}
