import Contracts

/// One conference that is going on: who is in it, and what becomes of it as they come and go. Pure.
///
///     nobody ─ first ─▶ alone, with music ─ second ─▶ all hear each other ─▶ … ─▶ nobody
///
/// Who is alone, or waits for a moderator, hears music. Each member's call carries his place in it, so that a new owner of
/// the shard finds it again.
struct Conference: Sendable, Equatable {
    /// A member's place, as his call carries it.
    struct Seat: Codable, Sendable, Equatable {
        let number: String
        /// The room that they sit in; another each time that the conference begins anew.
        let room: CallID
        let isModerator: Bool
        /// What the others hear him called; nil: nobody says.
        let name: String?
        let joinedAt: Timestamp
        /// He hears music rather than others.
        var isAlone = true
    }

    /// Who is in it.
    struct Member: Sendable, Equatable {
        let callID: CallID
        let legID: LegID
        let seat: Seat
    }

    /// Why somebody may not join.
    enum Refusal: String, Codable, Sendable, CaseIterable {
        /// There is no conference of that number.
        case unknown
        case wrongPIN, full
        /// It goes on at another media-server than the caller's.
        case elsewhere
    }

    /// What those who are in it hear of somebody.
    struct News: Sendable, Equatable {
        enum Kind: Sendable, Equatable { case came, left }
        let kind: Kind
        let name: String?
    }

    /// What is to be done.
    enum Action: Sendable, Equatable {
        /// These sit in the room, and nobody else does. None: there is no room.
        case seat([LegID])
        /// Whether he hears others from now on, and what he hears of them.
        case tell(CallID, isAlone: Bool, News?)
        /// It is over for him.
        case over(CallID)
    }

    let room: CallID
    let mediaServer: InstanceID
    private(set) var members: [Member] = []
    /// Who was told to sit in the room.
    private(set) var seats: [LegID] = []

    init(room: CallID, mediaServer: InstanceID) {
        self.room = room
        self.mediaServer = mediaServer
    }

    /// As what somebody may join.
    /// - Returns: whether he is a moderator.
    static func admit(
        pin: String, settings: ConferenceSettings?, to conference: Conference?, on mediaServer: InstanceID
    ) -> Result<Bool, RefusalError> {
        guard let settings else { return .failure(.init(refusal: .unknown)) }
        let isModerator = settings.moderatorPIN == pin
        guard isModerator || settings.pin.map({ $0 == pin }) ?? true else { return .failure(.init(refusal: .wrongPIN)) }
        if let conference, conference.mediaServer != mediaServer { return .failure(.init(refusal: .elsewhere)) }
        let most = min(max(settings.mostMembers ?? ConferenceSettings.mostMembers, 2), ConferenceSettings.mostMembers)
        guard conference?.members.count ?? 0 < most else { return .failure(.init(refusal: .full)) }
        return .success(isModerator)
    }

    struct RefusalError: Error { let refusal: Refusal }

    /// Who hear each other; nobody while there is one alone, or a moderator is waited for.
    func seated(_ settings: ConferenceSettings?) -> [LegID] {
        let isOpen = settings?.waitsForModerator != true || members.contains(where: \.seat.isModerator)
        return isOpen && members.count > 1 ? members.map(\.legID) : []
    }

    mutating func join(_ member: Member, _ settings: ConferenceSettings?) -> [Action] {
        guard !members.contains(where: { $0.callID == member.callID }) else { return [] }
        members.append(member)
        return rearranged(settings, newcomer: member.callID, News(kind: .came, name: member.seat.name))
    }

    mutating func leave(_ callID: CallID, _ settings: ConferenceSettings?) -> [Action] {
        guard let index = members.firstIndex(where: { $0.callID == callID }) else { return [] }
        let gone = members.remove(at: index)
        if settings?.endsWithModerator == true, gone.seat.isModerator, !members.contains(where: \.seat.isModerator) {
            let left = members
            let isSeated = !seats.isEmpty
            (members, seats) = ([], [])
            return (isSeated ? [.seat([])] : []) + left.map { .over($0.callID) }
        }
        return rearranged(settings, newcomer: nil, News(kind: .left, name: gone.seat.name))
    }

    private mutating func rearranged(
        _ settings: ConferenceSettings?, newcomer: CallID?, _ news: News
    ) -> [Action] {
        let (before, after) = (seats, seated(settings))
        seats = after
        let told = settings?.isAnnounced == false ? nil : news
        return (after == before ? [] : [.seat(after)])
            + members.map { .tell($0.callID, isAlone: after.isEmpty, $0.callID == newcomer ? nil : told) }
    }

    /// A new owner of the shard finds who is in it, in the order they came.
    mutating func found(_ member: Member) {
        members.append(member)
        members.sort { ($0.seat.joinedAt, $0.callID) < ($1.seat.joinedAt, $1.callID) }
        seats = members.contains { !$0.seat.isAlone } && members.count > 1 ? members.map(\.legID) : []
    }
}

/// What a call is told of the conference that it wants to join, or is in.
enum ConferenceInput: Sendable, Equatable {
    case joined(Conference.Seat)
    case refused(Conference.Refusal)
    case company(isAlone: Bool, Conference.News?)
    case over
}

/// How a caller wants to join.
struct ConferenceWish: Sendable, Equatable {
    let number: String
    let pin: String
    let name: String?
}
