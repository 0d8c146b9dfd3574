import Contracts

extension ShardState {
    /// What the media-server has to do again, so that its legs are as the call believes them to be: a command may have
    /// been lost with its sender, or on its way.
    func mend(_ callID: CallID, _ present: [LegID: LegSnapshot]) -> [ShardAction] {
        guard let call = calls[callID], let peer = call.peer, peer.isUp, let customer = present[call.customerLeg],
            let other = present[peer.legID], customer.state == .answered, other.state == .answered
        else { return [] }
        let isBridged = customer.bridgedWith == peer.legID && other.bridgedWith == call.customerLeg
        switch call.phase {
        case .talking where !isBridged, .outside where !isBridged:
            return [.command(call, call.customerLeg, bridge(call, with: peer))]
        case .held where isBridged:
            let music = call.playing.map {
                LegCommand.play(playID: $0.playID, prompts: [.music], loop: true, stopsOnDigit: false)
            }
            return [.command(call, call.customerLeg, [.unbridge] + (music.map { [$0] } ?? []))]
        default: return []
        }
    }

    /// Told of a recording that runs already, media-server goes on with it.
    private func bridge(_ call: CallState, with peer: CallState.Peer) -> [LegCommand] {
        let bridge = LegCommand.bridge(with: peer.legID)
        guard let recording = call.recording else { return [bridge] }
        return [
            bridge, .record(recording, of: call.callID, customer: call.customerLeg, agent: peer.legID),
        ]
    }
}
