import Contracts

/// Which legs talk together, and as what, by the call they do it for.
struct Rooms: Sendable, Equatable {
    private var seats: [CallID: [RoomSeat]] = [:]
    private var roomOf: [LegID: CallID] = [:]

    subscript(room: CallID) -> [RoomSeat] { seats[room] ?? [] }

    func room(of leg: LegID) -> CallID? { roomOf[leg] }

    func role(of leg: LegID) -> RoomRole? {
        roomOf[leg].flatMap { seats[$0]?.first { $0.legID == leg }?.role }
    }

    /// Who talks and is not the customer; nil while there is no such room.
    func agents(in room: CallID, besides customer: LegID?) -> [LegID]? {
        seats[room].map { seats in seats.filter { $0.role == .talk && $0.legID != customer }.map(\.legID) }
    }

    /// These, and only these, sit in the room from now on.
    mutating func seat(_ new: [RoomSeat], in room: CallID) {
        for seat in self[room] { roomOf[seat.legID] = nil }
        for seat in new {
            leave(seat.legID)
            roomOf[seat.legID] = room
        }
        seats[room] = new.isEmpty ? nil : new
    }

    /// - Returns: the room that it left.
    @discardableResult
    mutating func leave(_ leg: LegID) -> CallID? {
        guard let room = roomOf.removeValue(forKey: leg) else { return nil }
        seats[room]?.removeAll { $0.legID == leg }
        if self[room].isEmpty { seats[room] = nil }
        return room
    }
}
