import RTP

/// The last seconds of a recording, before they are written: two channels of A-law on one clock, silence where nothing
/// was said. Pieces may come in any order; what is taken out is gone. Several who speak on one channel have a lane each,
/// and their sum is written.
struct RecordingMix: Sendable {
    enum Channel: Int, Sendable { case left, right }

    static let maximumLanes = 8

    /// How far ahead of what was taken out a piece may lie, in samples; two seconds, a power of two.
    static let window = 16_384

    /// Left and right alternate, as in the file; a ring.
    private var frames: [UInt8]
    /// What those beyond the first say on the right, a ring each.
    private var lanes: [[UInt8]] = []
    /// The clock at the oldest sample held.
    private(set) var position: Int64
    /// How many samples came too late, or too early.
    private(set) var misplaced = 0

    init(startingAt position: Int64) {
        self.position = position
        frames = [UInt8](repeating: G711.aLaw.silence, count: Self.window * 2)
    }

    /// - Parameter lane: below ``maximumLanes``; on the left there is one.
    mutating func add(_ piece: ArraySlice<UInt8>, to channel: Channel, lane: Int = 0, at start: Int64) {
        // What lies within the window, as a range of the piece.
        let first = min(max(position - start, 0), Int64(piece.count))
        let end = min(max(position + Int64(Self.window) - start, first), Int64(piece.count))
        misplaced += piece.count - Int(end - first)
        let range = Int(first)..<Int(end)
        if lane == 0 || channel == .left {
            Self.copy(piece, range, to: &frames, from: start, stride: 2, offset: channel.rawValue)
        } else {
            while lanes.count < min(lane, Self.maximumLanes - 1) {
                lanes.append([UInt8](repeating: G711.aLaw.silence, count: Self.window))
            }
            Self.copy(
                piece, range, to: &lanes[min(lane, Self.maximumLanes - 1) - 1], from: start, stride: 1, offset: 0)
        }
    }

    private static func copy(
        _ piece: ArraySlice<UInt8>, _ range: Range<Int>, to ring: inout [UInt8], from start: Int64, stride: Int,
        offset: Int
    ) {
        piece.withUnsafeBufferPointer { piece in
            ring.withUnsafeMutableBufferPointer { ring in
                var slot = Int(start + Int64(range.lowerBound)) & (window - 1)
                for index in range {
                    ring[slot * stride + offset] = piece[index]
                    slot = (slot + 1) & (window - 1)
                }
            }
        }
    }

    /// Adds the lanes to the right channel, and empties them.
    private mutating func sumUp(_ slots: Range<Int>) {
        for lane in lanes.indices {
            for slot in slots where lanes[lane][slot] != G711.aLaw.silence {
                let sum =
                    Int32(G711.aLaw.decode(frames[slot * 2 + 1])) + Int32(G711.aLaw.decode(lanes[lane][slot]))
                frames[slot * 2 + 1] = G711.aLaw.encode(Int16(clamping: sum))
                lanes[lane][slot] = G711.aLaw.silence
            }
        }
    }

    /// Takes out both channels interleaved, up to a clock time but no more than the window.
    mutating func take(upTo end: Int64) -> [UInt8] {
        var count = Int(min(max(end - position, 0), Int64(Self.window)))
        var taken: [UInt8] = []
        taken.reserveCapacity(count * 2)
        while count > 0 {
            let slot = Int(position) & (Self.window - 1)
            let run = min(count, Self.window - slot)
            sumUp(slot..<(slot + run))
            let range = (slot * 2)..<((slot + run) * 2)
            taken += frames[range]
            frames.withUnsafeMutableBufferPointer { $0[range].update(repeating: G711.aLaw.silence) }
            position += Int64(run)
            count -= run
        }
        return taken
    }
}
