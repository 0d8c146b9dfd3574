import Contracts
import RTP

/// The legs of one room whose sound is mixed, 20 ms at a time: each hears the sum of those that the matrix lets it hear.
///
/// Who talks hears the sum of all less itself, which is one subtraction however many there are. A change of the matrix
/// fades in and out within one frame. It belongs to one media thread; all memory is taken when somebody sits down.
///
///     room.take(seat, header, payload, law: law, arrival: now)     // a packet came
///     room.collect()                                               // every 20 ms, then for each seat
///     room.hear(seat, into: payload, law: law)
///     room.settle()
final class MixRoom {
    private static let frameSamples = MixVoice.frameSamples
    /// Those who sit, and those who left and still fade out.
    private static let capacity = 64

    let id: CallID
    /// The legs' slots, by seat; nil is free.
    private(set) var slots = [Int?](repeating: nil, count: capacity)
    /// A bit a column, by seat.
    private var rows = [UInt64](repeating: 0, count: capacity)
    /// As they were a frame ago.
    private var rowsBefore = [UInt64](repeating: 0, count: capacity)
    private var voices = [MixVoice?](repeating: nil, count: capacity)
    private var leaving: UInt64 = 0
    /// Who is heard in this frame.
    private var sounding: UInt64 = 0
    private var frames: [Int16] = []
    private var total = [Int32](repeating: 0, count: frameSamples)
    private var sum = [Int32](repeating: 0, count: frameSamples)

    init(_ id: CallID) { self.id = id }

    var isEmpty: Bool { slots.allSatisfy { $0 == nil } }

    // MARK: Who sits here

    /// - Returns: the seat; nil if none is free.
    func sit(_ slot: Int) -> Int? {
        if let seat = slots.firstIndex(of: slot) { return seat }
        guard let seat = slots.indices.first(where: { slots[$0] == nil && leaving & Self.bit($0) == 0 }) else {
            return nil
        }
        slots[seat] = slot
        let needed = (seat + 1) * Self.frameSamples
        if frames.count < needed { frames += [Int16](repeating: 0, count: needed - frames.count) }
        return seat
    }

    /// The leg leaves; it dies away for the others.
    func leave(_ seat: Int) {
        slots[seat] = nil
        rows[seat] = 0
        leaving |= Self.bit(seat)
        for row in rows.indices { rows[row] &= ~Self.bit(seat) }
    }

    /// From now on the matrix holds, for the seats given in its order.
    func arrange(_ matrix: HearingMatrix, _ seats: [Int]) {
        for row in rows.indices { rows[row] = 0 }
        for (row, seat) in seats.enumerated() where row < matrix.count {
            for (column, speaker) in seats.enumerated() where column < matrix.count && matrix.hears(row, column) {
                rows[seat] |= Self.bit(speaker)
            }
        }
        for seat in voices.indices where slots[seat] != nil && isHeard(seat) && voices[seat] == nil {
            voices[seat] = MixVoice()
        }
    }

    private func isHeard(_ seat: Int) -> Bool { (heard(in: rows) | heard(in: rowsBefore)) & Self.bit(seat) != 0 }

    private func heard(in rows: [UInt64]) -> UInt64 { rows.reduce(0) { $0 | $1 } }

    private static func bit(_ seat: Int) -> UInt64 { 1 << UInt64(seat) }

    // MARK: Sound

    /// Takes a packet of a leg's; nothing is done for one that nobody hears.
    func take(_ seat: Int, _ header: RTPHeader, _ payload: UnsafeRawBufferPointer, law: G711, arrival: UInt32) {
        voices[seat]?.take(header, payload, law: law, arrival: arrival)
    }

    /// Takes the frame of everybody who is heard, and adds them up.
    func collect() {
        sounding = 0
        for index in total.indices { total[index] = 0 }
        for seat in voices.indices where voices[seat] != nil {
            let start = seat * Self.frameSamples
            let sounds = frames.withUnsafeMutableBufferPointer { frames in
                voices[seat]?.next(into: .init(rebasing: frames[start..<(start + Self.frameSamples)])) == true
            }
            guard sounds else { continue }
            sounding |= Self.bit(seat)
            for index in 0..<Self.frameSamples { total[index] += Int32(frames[start + index]) }
        }
    }

    /// Whether the seat is to be sent anything in this frame.
    func hears(_ seat: Int) -> Bool { rows[seat] | rowsBefore[seat] != 0 }

    func hears(_ seat: Int, _ speaker: Int) -> Bool { rows[seat] & Self.bit(speaker) != 0 }

    /// Fills a payload with what the seat hears in this frame.
    func hear(_ seat: Int, into payload: UnsafeMutableRawBufferPointer, law: G711) {
        let fading = (rows[seat] ^ rowsBefore[seat]) & sounding
        let steady = rows[seat] & sounding & ~fading
        let others = sounding & ~steady
        if steady.nonzeroBitCount > others.nonzeroBitCount {
            for index in sum.indices { sum[index] = total[index] }
            forEach(others) { speaker in add(speaker) { sample, _ in -Int32(sample) } }
        } else {
            for index in sum.indices { sum[index] = 0 }
            forEach(steady) { speaker in add(speaker) { sample, _ in Int32(sample) } }
        }
        forEach(fading) { speaker in
            let rises = rows[seat] & Self.bit(speaker) != 0
            add(speaker) { sample, index in Self.faded(sample, at: index, rises: rises) }
        }
        for index in 0..<min(payload.count, Self.frameSamples) {
            payload[index] = law.encode(Int16(clamping: sum[index]))
        }
    }

    /// The frame is over: what has changed is as it shall be, and who has left is forgotten.
    func settle() {
        let wereHeard = heard(in: rows)
        for row in rows.indices { rowsBefore[row] = rows[row] }
        for seat in voices.indices where voices[seat] != nil && wereHeard & Self.bit(seat) == 0 {
            voices[seat] = nil
        }
        leaving = 0
    }

    /// A sample of a frame that rises from silence, or dies away to it.
    static func faded(_ sample: Int16, at index: Int, rises: Bool) -> Int32 {
        Int32(sample) * Int32(rises ? index : frameSamples - index) / Int32(frameSamples)
    }

    private func add(_ seat: Int, _ amount: (Int16, Int) -> Int32) {
        let start = seat * Self.frameSamples
        frames.withUnsafeBufferPointer { frames in
            sum.withUnsafeMutableBufferPointer { sum in
                for index in 0..<Self.frameSamples { sum[index] += amount(frames[start + index], index) }
            }
        }
    }

    private func forEach(_ seats: UInt64, _ body: (Int) -> Void) {
        var rest = seats
        while rest != 0 {
            body(rest.trailingZeroBitCount)
            rest &= rest - 1
        }
    }
}
