import Contracts

/// What an agent does on his telephone instead of on his page.
extension CallState {
    /// The transfer key is the command `transfer`; what may not be is told to the telephone, and the call goes on.
    mutating func transferAsked(_ asked: LegTransferAsked) -> [CallAction] {
        guard let peer, peer.legID == asked.legID, let agent = peer.agentID, asked.consultation == nil else {
            return [.command(asked.legID, [.refuseTransfer(.rejected)])]
        }
        let actions = transfer(by: agent, to: .number(asked.number))
        guard actions.allSatisfy({ if case .refuse = $0 { false } else { true } }) else {
            return [.command(asked.legID, [.refuseTransfer(.rejected)])]
        }
        return actions
    }
}
