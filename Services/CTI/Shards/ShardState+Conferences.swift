import Contracts

/// One conference of one tenant.
struct ConferenceKey: Hashable, Sendable, Comparable {
    let tenant: TenantID
    let number: String

    static func < (left: ConferenceKey, right: ConferenceKey) -> Bool {
        (left.tenant, left.number) < (right.tenant, right.number)
    }
}

/// Calls join conferences and leave them; what each conference decides is done here.
extension ShardState {
    mutating func join(_ wish: ConferenceWish, _ callID: CallID, at time: Timestamp) -> [ShardAction] {
        guard let call = calls[callID] else { return [] }
        let key = ConferenceKey(tenant: call.tenant, number: wish.number)
        let settings = books[call.tenant]?.conferences[wish.number]
        switch Conference.admit(pin: wish.pin, settings: settings, to: conferences[key], on: call.mediaServer) {
        case .failure(let error): return tell(callID, .conference(.refused(error.refusal)), at: time)
        case .success(let isModerator):
            let room = CallID(rawValue: "\(callID.rawValue)-conference\(call.run?.step ?? 0)")
            var conference = conferences[key] ?? Conference(room: room, mediaServer: call.mediaServer)
            let seat = Conference.Seat(
                number: wish.number, room: conference.room, isModerator: isModerator, name: wish.name, joinedAt: time)
            let member = Conference.Member(callID: callID, legID: call.customerLeg, seat: seat)
            let actions = conference.join(member, settings)
            conferences[key] = conference
            return tell(callID, .conference(.joined(seat)), at: time) + perform(actions, in: conference, at: time)
        }
    }

    mutating func leave(_ key: ConferenceKey, _ callID: CallID, at time: Timestamp) -> [ShardAction] {
        guard var conference = conferences[key] else { return [] }
        let actions = conference.leave(callID, books[key.tenant]?.conferences[key.number])
        conferences[key] = conference.members.isEmpty ? nil : conference
        return perform(actions, in: conference, at: time)
            + (conference.members.isEmpty ? [.forgetRoom(conference.room)] : [])
    }

    private mutating func perform(
        _ actions: [Conference.Action], in conference: Conference, at time: Timestamp
    ) -> [ShardAction] {
        actions.flatMap { action -> [ShardAction] in
            switch action {
            case .seat(let seats):
                let over = actions.compactMap { if case .over(let callID) = $0 { callID } else { nil } }
                return seat(seats, in: conference, orBy: over)
            case .tell(let callID, let isAlone, let news):
                return tell(callID, .conference(.company(isAlone: isAlone, news)), at: time)
            case .over(let callID): return tell(callID, .conference(.over), at: time)
            }
        }
    }

    /// Said to the leg of whoever came last, which carries with it that he is in the conference.
    private func seat(_ seats: [LegID], in conference: Conference, orBy others: [CallID] = []) -> [ShardAction] {
        let members = conference.members.map(\.callID).reversed() + others
        guard let call = members.lazy.compactMap({ calls[$0] }).first(where: { $0.phase != .ended }) else { return [] }
        return [.command(call, call.customerLeg, [.confer(conference.room, seats.map { RoomSeat($0, .talk) })])]
    }

    // MARK: After a take-over

    /// Who is in which conference, as their calls say.
    mutating func findConferences() {
        conferences = [:]
        for call in inOrder {
            guard let seat = call.conference, call.phase != .ended else { continue }
            let key = ConferenceKey(tenant: call.tenant, number: seat.number)
            conferences[key, default: Conference(room: seat.room, mediaServer: call.mediaServer)]
                .found(.init(callID: call.callID, legID: call.customerLeg, seat: seat))
        }
    }

    /// What the media-server has to do again so that all sit as they should.
    func mend(_ key: ConferenceKey, _ present: [LegID: LegSnapshot]) -> [ShardAction] {
        guard let conference = conferences[key],
            conference.members.allSatisfy({ present[$0.legID]?.state == .answered })
        else { return [] }
        let seats = conference.seated(books[key.tenant]?.conferences[key.number])
        let isSeated = conference.members.allSatisfy { member in
            let leg = present[member.legID]
            return seats.isEmpty ? leg?.room != conference.room : leg?.room == conference.room && leg?.role == .talk
        }
        return isSeated ? [] : seat(seats, in: conference)
    }

    func members(of key: ConferenceKey) -> [ConferenceMember] {
        (conferences[key]?.members ?? []).compactMap { member in
            calls[member.callID].map { call in
                ConferenceMember(
                    callID: call.callID, customerNumber: call.customerNumber, name: member.seat.name,
                    isModerator: member.seat.isModerator, isAlone: call.conference?.isAlone ?? true,
                    joinedAt: member.seat.joinedAt)
            }
        }
    }
}
