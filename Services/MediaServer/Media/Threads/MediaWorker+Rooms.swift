import Contracts
import RTP

/// Where a leg sits.
struct MixSeat {
    let room: MixRoom
    let index: Int
}

extension MediaWorker {
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
        let room = rooms[id] ?? MixRoom(id)
        rooms[id] = room
        var indices: [Int] = []
        for seat in present.prefix(matrix.count) {
            guard let slot = slots[seat.legID], let index = room.sit(slot) else { return }
            if seatOf[slot]?.room !== room { separate(slot) }
            seatOf[slot] = MixSeat(room: room, index: index)
            indices.append(index)
        }
        room.arrange(matrix, indices)
        startTicking()
    }

    /// What the leg hears of its room, unless its own voice is made here.
    mutating func feedMix(_ slot: Int) {
        guard let seat = seatOf[slot] else { return }
        guard let remote = legs[slot].remote, seat.room.hears(seat.index) else {
            return legs[slot].egress.switchSource()
        }
        let datagram = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(RTPHeader.size + Self.frameSamples)])
        seat.room.hear(
            seat.index, into: UnsafeMutableRawBufferPointer(rebasing: datagram[RTPHeader.size...]), law: remote.law)
        sendFrame(slot, remote, datagram)
    }

    mutating func leaveRoom(_ slot: Int) {
        guard let seat = seatOf[slot] else { return }
        seatOf[slot] = nil
        seat.room.leave(seat.index)
        legs[slot].egress.switchSource()
        if seat.room.isEmpty { rooms[seat.room.id] = nil }
    }

    /// In a mix there is no place for key packets: they are pressed anew for everybody who hears who pressed them.
    mutating func passOn(_ press: TelephoneEventReceiver.Press?, from slot: Int) {
        guard let press, let key = Digit.character(of: press.event), let seat = seatOf[slot] else { return }
        for index in seat.room.slots.indices where seat.room.hears(index, seat.index) {
            if let listener = seat.room.slots[index] { sendDigits(listener, String(key)) }
        }
    }
}
