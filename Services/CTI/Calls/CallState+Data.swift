import Contracts

/// What goes with a call (随路数据), changed while it is up.
extension CallState {
    static let longestName = 64

    /// Sets what is given and takes away what is nil; the rest stays. All or nothing.
    mutating func setData(_ data: [String: String?], by user: UserID) -> [CallAction] {
        var changed = attributes
        for (name, value) in data {
            guard (1...Self.longestName).contains(name.count), value?.count ?? 0 <= FlowRun.longestValue else {
                let sentence =
                    "A name has 1 to \(Self.longestName) characters, a value at most \(FlowRun.longestValue)."
                return [.refuse(Failure(.invalid, sentence, code: "dataInvalid"))]
            }
            changed[name] = value
        }
        guard changed.count <= FlowRun.mostAttributes else {
            let sentence = "At most \(FlowRun.mostAttributes) things go with a call."
            return [.refuse(Failure(.invalid, sentence, code: "dataInvalid"))]
        }
        guard changed != attributes else { return [] }
        attributes = changed
        // The flow speaks of it too; what it learns later is not overruled by what was before.
        run?.attributes = changed
        return [
            .publish(
                .dataChanged(CallDataChanged(callID: callID, user: user, attributes: changed, agents: agentIDs)))
        ]
    }
}
