import Contracts

extension ShardState {
    /// What the media-server has to do again, so that its legs are as the call believes them to be: a command may have
    /// been lost with its sender, or on its way.
    func mend(_ callID: CallID, _ present: [LegID: LegSnapshot]) -> [ShardAction] {
        guard let call = calls[callID], let peer = call.peer, peer.isUp, call.legIDs.allSatisfy({ present[$0] != nil })
        else { return [] }
        let wanted = call.arrangement
        // A telephone that answers just now sits down with the next fact.
        let isReady = (wanted.main + wanted.side).allSatisfy { present[$0.legID]?.state == .answered }
        let customer = call.isCustomerGone == true ? nil : present[call.customerLeg]
        guard customer?.state == .answered || call.isCustomerGone == true, isReady else { return [] }
        var actions: [ShardAction] = []
        if wanted.main.isEmpty, wanted.music.contains(call.customerLeg) {
            if customer?.isWithOthers == true {
                actions.append(.command(call, call.customerLeg, [.unbridge] + music(of: call)))
            }
        } else if !isSeated(wanted.main, in: callID, present) {
            actions += seat(wanted.main, in: callID, call, thenRecords: true)
        }
        if !isSeated(wanted.side, in: call.sideRoom, present) { actions += seat(wanted.side, in: call.sideRoom, call) }
        return actions
    }

    /// Whether all sit as they should, in a room or in a bridge.
    private func isSeated(_ seats: [RoomSeat], in room: CallID, _ present: [LegID: LegSnapshot]) -> Bool {
        guard let first = seats.first, let last = seats.last else { return true }
        if seats.isPair {
            return present[first.legID]?.bridgedWith == last.legID && present[last.legID]?.bridgedWith == first.legID
        }
        return seats.allSatisfy { present[$0.legID]?.room == room && present[$0.legID]?.role == $0.role }
    }

    private func seat(
        _ seats: [RoomSeat], in room: CallID, _ call: CallState, thenRecords: Bool = false
    ) -> [ShardAction] {
        CallState.seat(seats, in: room).compactMap { action in
            guard case .command(let leg, let commands) = action else { return nil }
            return .command(call, leg, commands + (thenRecords ? record(call) : []))
        }
    }

    /// Told of a recording that runs already, media-server goes on with it.
    private func record(_ call: CallState) -> [LegCommand] {
        guard let recording = call.recording, let peer = call.peer else { return [] }
        return [.record(recording, of: call.callID, customer: call.customerLeg, agent: peer.legID)]
    }

    private func music(of call: CallState) -> [LegCommand] {
        call.playing.map { [.play(playID: $0.playID, prompts: [.music], loop: true, stopsOnDigit: false)] } ?? []
    }
}

extension LegSnapshot {
    fileprivate var isWithOthers: Bool { bridgedWith != nil || room != nil }
}
