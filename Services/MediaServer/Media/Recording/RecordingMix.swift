import RTP

/// The last seconds of a recording, before they are written: two channels of A-law on one clock, silence where nothing
/// was said. Pieces may come in any order; what is taken out is gone.
struct RecordingMix: Sendable {
    enum Channel: Int, Sendable { case left, right }

    /// How far ahead of what was taken out a piece may lie, in samples; four seconds, a power of two.
    static let window = 32_768

    private var samples: [[UInt8]]
    /// The clock at the oldest sample held.
    private(set) var position: Int64
    /// How many samples came too late, or too early.
    private(set) var misplaced = 0

    init(startingAt position: Int64) {
        self.position = position
        let silence = [UInt8](repeating: G711.aLaw.silence, count: Self.window)
        samples = [silence, silence]
    }

    mutating func add(_ piece: ArraySlice<UInt8>, to channel: Channel, at start: Int64) {
        for (index, sample) in piece.enumerated() {
            let place = start + Int64(index)
            guard place >= position, place < position + Int64(Self.window) else {
                misplaced += 1
                continue
            }
            samples[channel.rawValue][Int(place) & (Self.window - 1)] = sample
        }
    }

    /// Takes out both channels interleaved, up to a clock time but no more than the window.
    mutating func take(upTo end: Int64) -> [UInt8] {
        let count = Int(min(max(end - position, 0), Int64(Self.window)))
        var frames: [UInt8] = []
        frames.reserveCapacity(count * 2)
        for _ in 0..<count {
            let slot = Int(position) & (Self.window - 1)
            for channel in samples.indices {
                frames.append(samples[channel][slot])
                samples[channel][slot] = G711.aLaw.silence
            }
            position += 1
        }
        return frames
    }
}
