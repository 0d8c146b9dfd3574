import Contracts

/// Who hears whom in a call. Worked out from its state; media-server is told when it has changed.
struct Arrangement: Sendable, Equatable {
    /// The customer and who talks with him or listens; empty while he is alone.
    var main: [RoomSeat] = []
    /// The agent and whom he asks, with those who supervise him.
    var side: [RoomSeat] = []
    /// Who hears hold music.
    var music: [LegID] = []
    /// Who hears it ring.
    var ringback: [LegID] = []

    var seated: Set<LegID> { Set((main + side).map(\.legID)) }
}

extension [RoomSeat] {
    /// Two who hear each other need no room.
    var isPair: Bool { count == 2 && allSatisfy { $0.role == .talk } }
}

extension CallState {
    /// Where the agent and whom he asks sit, if a room is needed for it.
    var sideRoom: CallID { CallID(rawValue: callID.rawValue + "-side") }

    var arrangement: Arrangement {
        var arrangement = Arrangement()
        if phase == .parked { arrangement.music = [customerLeg] }
        guard phase == .talking || phase == .held || phase == .outside, let peer, peer.isUp,
            isAnnouncing != true
        else { return arrangement }
        let talks = { (leg: LegID) in RoomSeat(leg, .talk) }
        // By which leg the agent talks with whom he asks.
        let own = consulted?.line ?? peer.legID
        let isOwnUp = consulted?.line == nil || consulted?.isLineUp == true
        let watching = parties.filter { $0.isUp && $0.role.isWatching }
        let others = joined.map { talks($0.legID) }
        let customer = isCustomerGone == true ? [] : [talks(customerLeg)]
        let asked = consulted.flatMap { $0.isUp || $0.isHeard ? $0 : nil }
        if phase == .held {
            let left = others.isEmpty ? [] : customer + others
            // Whoever is alone hears music.
            arrangement.main = left.count < 2 ? [] : left
            if left.count < 2 { arrangement.music = (left + (others.isEmpty ? customer : [])).map(\.legID) }
            if let asked, isOwnUp {
                arrangement.side = [talks(own), talks(asked.legID)] + watching.map { $0.seat(beside: own) }
            }
            if asked == nil, isOwnUp, consulted != nil || enquiry != nil { arrangement.ringback = [own] }
        } else {
            let all = customer + [talks(peer.legID)] + others + watching.map { $0.seat(beside: peer.legID) }
            arrangement.main = all.count < 2 ? [] : all
            if let asked, asked.isUp { arrangement.music = [asked.legID] }
        }
        return arrangement
    }

    /// What media-server is to be told so that all sit as they do now.
    mutating func rearranged(from old: Arrangement) -> [CallAction] {
        let new = arrangement
        guard new != old else { return [] }
        var actions = apart(old, new)
        actions += Self.seat(new.main, unless: old.main, in: callID)
        actions += Self.seat(new.side, unless: old.side, in: sideRoom)
        if !new.main.isEmpty { playing = nil }
        for leg in old.ringback where !new.ringback.contains(leg) && !new.seated.contains(leg) && legIDs.contains(leg) {
            actions.append(.command(leg, [.stopPlaying]))
        }
        for leg in new.music where !old.music.contains(leg) { actions.append(hears(.music, leg)) }
        for leg in new.ringback where !old.ringback.contains(leg) { actions.append(hears(.ringback, leg)) }
        return actions
    }

    /// Whoever sat somewhere and sits nowhere now leaves.
    private func apart(_ old: Arrangement, _ new: Arrangement) -> [CallAction] {
        let (present, seated) = (Set(legIDs), new.seated)
        return [old.main, old.side].flatMap { seats in
            let left = seats.map(\.legID).filter { present.contains($0) && !seated.contains($0) }
            return (seats.isPair ? Array(left.prefix(1)) : left).map { CallAction.command($0, [.unbridge]) }
        }
    }

    static func seat(_ seats: [RoomSeat], unless old: [RoomSeat] = [], in room: CallID) -> [CallAction] {
        guard seats != old, let first = seats.first, let last = seats.last else { return [] }
        return [.command(first.legID, seats.isPair ? [.bridge(with: last.legID)] : [.confer(room, seats)])]
    }

    private mutating func hears(_ prompt: Prompt, _ leg: LegID) -> CallAction {
        if leg == customerLeg { return .command(leg, [play([prompt], .music, loop: true)]) }
        plays += 1
        return .command(leg, [.play(playID: plays, prompts: [prompt], loop: true, stopsOnDigit: false)])
    }
}

extension CallState.Party {
    /// A supervisor's seat beside the agent.
    fileprivate func seat(beside agent: LegID) -> RoomSeat {
        switch role {
        case .listening: RoomSeat(legID, .listen)
        case .whispering: RoomSeat(legID, .whisper(to: agent))
        default: RoomSeat(legID, .talk)
        }
    }
}
