import Contracts

/// Who hears whom in a room: each row is a seat that hears, each column a seat that is heard.
struct HearingMatrix: Equatable, Sendable {
    let count: Int
    /// A bit a column.
    private(set) var rows: [UInt64]

    /// The seats' roles, in their order; what is beyond ``RoomSeat/maximumPerRoom`` is left out.
    init(_ seats: [RoomSeat]) {
        let seats = seats.prefix(RoomSeat.maximumPerRoom)
        count = seats.count
        rows = seats.map { listener in
            seats.enumerated().reduce(0) { row, speaker in
                Self.hears(listener, speaker.element) ? row | 1 << UInt64(speaker.offset) : row
            }
        }
    }

    private static func hears(_ listener: RoomSeat, _ speaker: RoomSeat) -> Bool {
        guard listener.legID != speaker.legID, listener.role != .apart else { return false }
        return switch speaker.role {
        case .talk: true
        case .whisper(let ear): ear == listener.legID
        case .listen, .apart: false
        }
    }

    func hears(_ row: Int, _ column: Int) -> Bool { rows[row] & 1 << UInt64(column) != 0 }

    /// Nobody hears anybody.
    var isSilent: Bool { rows.allSatisfy { $0 == 0 } }

    /// The two seats that hear each other, if nobody else hears or is heard: they need no mixing.
    var pair: (Int, Int)? {
        let hearing = rows.indices.filter { rows[$0] != 0 }
        guard hearing.count == 2, rows[hearing[0]] == 1 << UInt64(hearing[1]),
            rows[hearing[1]] == 1 << UInt64(hearing[0])
        else { return nil }
        return (hearing[0], hearing[1])
    }
}
