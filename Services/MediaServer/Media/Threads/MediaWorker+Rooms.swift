import Codecs
import Contracts
import RTP
import SDP

/// Where a leg sits.
struct MixSeat {
    let room: MixRoom
    let index: Int
    /// It heard others by relay until now: until then it is not sent silence, so that it hears no gap.
    var waitsUntil: Int64?
}

extension MediaWorker {
    /// How long the first sound of a mix may take after a relay; microseconds.
    private static let longestGap: Int64 = 100_000

    /// These sit in the room from now on, as the matrix says: two who hear each other are bridged, who hears and is heard
    /// by nobody is parted, and only the rest is mixed. Who is not named any more was parted before.
    mutating func arrange(_ id: CallID, _ seats: [RoomSeat]) {
        let present = seats.filter { slots[$0.legID] != nil }
        let matrix = HearingMatrix(present)
        let pair = matrix.pair
        guard pair == nil, !matrix.isSilent else {
            for (index, seat) in present.enumerated() where index != pair?.0 && index != pair?.1 {
                if let slot = slots[seat.legID] { separate(slot) }
            }
            if let (first, second) = pair, let one = slots[present[first].legID],
                let other = slots[present[second].legID]
            {
                join(one, other)
            }
            return
        }
        mix(id, present, matrix)
    }

    private mutating func mix(_ id: CallID, _ present: [RoomSeat], _ matrix: HearingMatrix) {
        seat(present, in: rooms[.call(id)] ?? MixRoom(.call(id)), matrix)
    }

    /// Two who speak unlike codecs hear each other as in a room for two.
    mutating func translate(_ first: Int, _ second: Int) {
        let seats = [RoomSeat(legs[first].id, .talk), RoomSeat(legs[second].id, .talk)]
        seat(seats, in: MixRoom(.pair(legs[first].id)), HearingMatrix(seats))
    }

    private mutating func seat(_ present: [RoomSeat], in room: MixRoom, _ matrix: HearingMatrix) {
        let relayed = present.compactMap { seat -> (Int, Int)? in
            guard let slot = slots[seat.legID], let peer = legs[slot].peer, slot < peer else { return nil }
            return (slot, peer)
        }
        var indices: [Int] = []
        for seat in present.prefix(matrix.count) {
            guard let slot = slots[seat.legID] else { return }
            if seatOf[slot]?.room !== room { separate(slot) }
            guard let index = room.sit(slot, legs[slot].remote?.codec) else { return }
            if seatOf[slot] == nil { seatOf[slot] = MixSeat(room: room, index: index) }
            indices.append(index)
        }
        room.arrange(matrix, indices, heard: goOn(relayed, in: room))
        rooms[room.id] = room
        startTicking()
    }

    /// Who heard each other by relay shall not hear the change.
    /// - Returns: their seats.
    private mutating func goOn(_ relayed: [(Int, Int)], in room: MixRoom) -> [(Int, Int)] {
        relayed.compactMap { first, second in
            guard let one = seatOf[first], let other = seatOf[second], one.room === room, other.room === room else {
                return nil
            }
            for slot in [first, second] {
                legs[slot].egress.goOn(at: now)
                seatOf[slot]?.waitsUntil = now + Self.longestGap
            }
            return (one.index, other.index)
        }
    }

    /// What the leg hears of its room, unless its own voice is made here.
    mutating func feedMix(_ slot: Int) {
        guard let seat = seatOf[slot] else { return }
        guard let remote = legs[slot].remote, seat.room.hears(seat.index) else {
            return legs[slot].egress.switchSource()
        }
        if let deadline = seat.waitsUntil {
            let isSounding = seat.room.isSounding(for: seat.index)
            guard isSounding || now >= deadline else { return }
            seatOf[slot]?.waitsUntil = nil
            // The moment has passed: time follows the clock again.
            if !isSounding { legs[slot].egress.switchSource() }
        }
        let frame = UnsafeMutableBufferPointer(rebasing: samples[..<seat.room.rate.frameSamples])
        seat.room.hear(seat.index, into: frame)
        say(slot, remote, UnsafeBufferPointer(frame), at: seat.room.rate)
    }

    mutating func leaveRoom(_ slot: Int) {
        guard let seat = seatOf[slot] else { return }
        // A room for two is none for one.
        for case let other? in seat.room.slots where other == slot || seat.room.id.isPair {
            guard let seat = seatOf[other] else { continue }
            seatOf[other] = nil
            seat.room.leave(seat.index)
            legs[other].egress.switchSource()
            legs[other].voice?.forget()
        }
        if seat.room.isEmpty { rooms[seat.room.id] = nil }
    }

    /// In a mix there is no place for key packets, nor at a leg that takes none or times them otherwise: they are pressed
    /// anew for everybody who hears who pressed them.
    mutating func passOn(_ press: TelephoneEventReceiver.Press?, from slot: Int) {
        guard let press, let key = Digit.character(of: press.event) else { return }
        if let peer = legs[slot].peer, let theirs = legs[peer].remote, let ours = legs[slot].remote,
            !theirs.takesKeys(like: ours)
        {
            sendDigits(peer, String(key))
        }
        guard let seat = seatOf[slot] else { return }
        for index in seat.room.slots.indices where seat.room.hears(index, seat.index) {
            if let listener = seat.room.slots[index] { sendDigits(listener, String(key)) }
        }
    }
}
