import Codecs
import Contracts
import RTP
import SDP

/// The legs of one room whose sound is mixed, 20 ms at a time: each hears the sum of those that the matrix lets it hear.
///
/// Who talks hears the sum of all less itself, which is one subtraction however many there are. A change of the matrix
/// fades in and out within one frame. Where all speak wide-band codecs it is mixed at 16 kHz, otherwise at 8. It belongs to
/// one media thread; all memory is taken when somebody sits down.
///
///     room.take(seat, header, payload, arrival: now)               // a packet came
///     room.collect()                                               // every 20 ms, then for each seat
///     room.hear(seat, into: samples)
///     room.settle()
final class MixRoom {
    /// What a room is for.
    enum Name: Hashable {
        case call(CallID)
        /// Two in a bridge who speak unlike codecs, by the first of them.
        case pair(LegID)

        var isPair: Bool {
            if case .pair = self { true } else { false }
        }
    }

    private static let maximumFrame = SampleRate.wide.frameSamples
    /// Those who sit, and those who left and still fade out.
    private static let capacity = 64

    let id: Name
    private(set) var rate = SampleRate.narrow
    /// The legs' slots, by seat; nil is free.
    private(set) var slots = [Int?](repeating: nil, count: capacity)
    /// A bit a column, by seat.
    private var rows = [UInt64](repeating: 0, count: capacity)
    /// As they were a frame ago.
    private var rowsBefore = [UInt64](repeating: 0, count: capacity)
    /// What each speaks; nil while it is not known.
    private var codecs = [AudioCodec?](repeating: nil, count: capacity)
    private var voices = [MixVoice?](repeating: nil, count: capacity)
    private var leaving: UInt64 = 0
    /// Who is heard in this frame.
    private var sounding: UInt64 = 0
    private var frames: [Int16] = []
    private var total = [Int32](repeating: 0, count: maximumFrame)
    private var sum = [Int32](repeating: 0, count: maximumFrame)

    init(_ id: Name) { self.id = id }

    var isEmpty: Bool { slots.allSatisfy { $0 == nil } }

    // MARK: Who sits here

    /// - Returns: the seat; nil if none is free.
    func sit(_ slot: Int, _ codec: AudioCodec?) -> Int? {
        if let seat = slots.firstIndex(of: slot) {
            codecs[seat] = codec
            return seat
        }
        guard let seat = slots.indices.first(where: { slots[$0] == nil && leaving & Self.bit($0) == 0 }) else {
            return nil
        }
        slots[seat] = slot
        codecs[seat] = codec
        voices[seat] = nil
        let needed = (seat + 1) * Self.maximumFrame
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
    /// - Parameter heard: pairs of seats that heard each other until now, so that nothing fades in between them.
    func arrange(_ matrix: HearingMatrix, _ seats: [Int], heard: [(Int, Int)] = []) {
        for row in rows.indices { rows[row] = 0 }
        for (row, seat) in seats.enumerated() where row < matrix.count {
            for (column, speaker) in seats.enumerated() where column < matrix.count && matrix.hears(row, column) {
                rows[seat] |= Self.bit(speaker)
            }
        }
        for (first, second) in heard {
            rowsBefore[first] |= rows[first] & Self.bit(second)
            rowsBefore[second] |= rows[second] & Self.bit(first)
        }
        tune(goingOn: heard.reduce(0) { $0 | Self.bit($1.0) | Self.bit($1.1) })
    }

    /// The leg speaks another codec from now on.
    func describe(_ seat: Int, _ codec: AudioCodec?) {
        codecs[seat] = codec
        tune()
    }

    /// Takes the rate that all can follow, and gives a voice to each who is heard.
    private func tune(goingOn: UInt64 = 0) {
        let spoken = slots.indices.compactMap { slots[$0] == nil ? nil : codecs[$0] }
        rate = !spoken.isEmpty && spoken.allSatisfy(\.isWideband) ? .wide : .narrow
        for seat in voices.indices where slots[seat] != nil && isHeard(seat) {
            guard let codec = codecs[seat] else { continue }
            if voices[seat]?.codec != codec { voices[seat] = nil }
            do {
                try voices[seat]?.retune(rate)
                if voices[seat] == nil {
                    voices[seat] = try MixVoice(codec, at: rate, fadesIn: goingOn & Self.bit(seat) == 0)
                }
            } catch {
                // Only what is installed is agreed on; short of memory, the leg is not heard.
                voices[seat] = nil
            }
        }
        // Who has left and still fades cannot follow.
        for seat in voices.indices where slots[seat] == nil && voices[seat]?.rate != rate { voices[seat] = nil }
    }

    private func isHeard(_ seat: Int) -> Bool { (heard(in: rows) | heard(in: rowsBefore)) & Self.bit(seat) != 0 }

    private func heard(in rows: [UInt64]) -> UInt64 { rows.reduce(0) { $0 | $1 } }

    private static func bit(_ seat: Int) -> UInt64 { 1 << UInt64(seat) }

    // MARK: Sound

    /// Takes a packet of a leg's; nothing is done for one that nobody hears.
    func take(_ seat: Int, _ header: RTPHeader, _ payload: UnsafeRawBufferPointer, arrival: UInt32) {
        voices[seat]?.take(header, payload, arrival: arrival)
    }

    /// Takes a packet that says how silent it is.
    func takeNoise(_ seat: Int, _ header: RTPHeader, _ payload: UnsafeRawBufferPointer, arrival: UInt32) {
        voices[seat]?.takeNoise(header, payload, arrival: arrival)
    }

    /// Takes the frame of everybody who is heard, and adds them up.
    func collect() {
        sounding = 0
        let count = rate.frameSamples
        for index in total.indices { total[index] = 0 }
        for seat in voices.indices where voices[seat] != nil {
            let start = seat * Self.maximumFrame
            let sounds = frames.withUnsafeMutableBufferPointer { frames in
                voices[seat]?.next(into: .init(rebasing: frames[start..<(start + count)])) == true
            }
            guard sounds else { continue }
            sounding |= Self.bit(seat)
            for index in 0..<count { total[index] += Int32(frames[start + index]) }
        }
    }

    /// Whether the seat is to be sent anything in this frame.
    func hears(_ seat: Int) -> Bool { rows[seat] | rowsBefore[seat] != 0 }

    /// Whether anybody whom the seat hears is heard in this frame.
    func isSounding(for seat: Int) -> Bool { (rows[seat] | rowsBefore[seat]) & sounding != 0 }

    func hears(_ seat: Int, _ speaker: Int) -> Bool { rows[seat] & Self.bit(speaker) != 0 }

    /// Fills 20 ms with what the seat hears in this frame.
    func hear(_ seat: Int, into samples: UnsafeMutableBufferPointer<Int16>) {
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
            let count = rate.frameSamples
            add(speaker) { sample, index in Self.faded(sample, at: index, of: count, rises: rises) }
        }
        for index in 0..<min(samples.count, rate.frameSamples) { samples[index] = Int16(clamping: sum[index]) }
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
    static func faded(_ sample: Int16, at index: Int, of count: Int, rises: Bool) -> Int32 {
        Int32(sample) * Int32(rises ? index : count - index) / Int32(count)
    }

    private func add(_ seat: Int, _ amount: (Int16, Int) -> Int32) {
        let start = seat * Self.maximumFrame
        let count = rate.frameSamples
        frames.withUnsafeBufferPointer { frames in
            sum.withUnsafeMutableBufferPointer { sum in
                for index in 0..<count { sum[index] += amount(frames[start + index], index) }
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
