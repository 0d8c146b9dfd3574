import RTP

/// The last seconds of a recording, before they are written: two channels of A-law on one clock, silence where nothing
/// was said. Pieces may come in any order; what is taken out is gone.
struct RecordingMix: Sendable {
    enum Channel: Int, Sendable { case left, right }

    /// How far ahead of what was taken out a piece may lie, in samples; four seconds, a power of two.
    static let window = 32_768

    /// Left and right alternate, as in the file; a ring.
    private var frames: [UInt8]
    /// The clock at the oldest sample held.
    private(set) var position: Int64
    /// How many samples came too late, or too early.
    private(set) var misplaced = 0

    init(startingAt position: Int64) {
        self.position = position
        frames = [UInt8](repeating: G711.aLaw.silence, count: Self.window * 2)
    }

    mutating func add(_ piece: ArraySlice<UInt8>, to channel: Channel, at start: Int64) {
        // What lies within the window, as a range of the piece.
        let first = min(max(position - start, 0), Int64(piece.count))
        let end = min(max(position + Int64(Self.window) - start, first), Int64(piece.count))
        misplaced += piece.count - Int(end - first)
        piece.withUnsafeBufferPointer { piece in
            frames.withUnsafeMutableBufferPointer { frames in
                var slot = Int(start + first) & (Self.window - 1)
                for index in Int(first)..<Int(end) {
                    frames[slot * 2 + channel.rawValue] = piece[index]
                    slot = (slot + 1) & (Self.window - 1)
                }
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
            let range = (slot * 2)..<((slot + run) * 2)
            taken += frames[range]
            frames.withUnsafeMutableBufferPointer { $0[range].update(repeating: G711.aLaw.silence) }
            position += Int64(run)
            count -= run
        }
        return taken
    }
}
