import RTP

/// What a side of a call sounds like.
enum Sound: Hashable, Sendable {
    case silence
    /// A steady tone, in hertz.
    case tone(Int)
    /// Four notes, over and over: a person who talks.
    case melody
    /// Bursts as of speech, a 1 kHz beep, then silence: an answering machine.
    case machine

    private static let samplesPerFrame = SoundFrames.bytesPerFrame

    fileprivate var samples: [Int16] {
        switch self {
        case .silence: return [Int16](repeating: 0, count: Self.samplesPerFrame)
        case .tone(let frequency): return Self.note(Double(frequency), frames: 50)
        case .melody: return [520.0, 660, 780, 1_040].flatMap { Self.note($0, frames: 13) }
        case .machine:
            let pause = [Int16](repeating: 0, count: Self.samplesPerFrame * 8)
            let words = [300.0, 500, 340, 620, 400, 560].flatMap { Self.note($0, frames: 14) + pause }
            return words + pause + pause + Self.note(1_000, frames: 25) + pause
        }
    }

    fileprivate var repeats: Bool { self != .machine }

    private static func note(_ frequency: Double, frames: Int) -> [Int16] {
        var generator = ToneGenerator([frequency])
        return generator.next(frames * samplesPerFrame)
    }
}

/// A sound as ready payloads of 20 ms, made once and shared by every stream that plays it.
struct SoundFrames: Sendable {
    static let bytesPerFrame = 160

    let bytes: [UInt8]
    let repeats: Bool

    init(_ sound: Sound, _ law: G711) {
        bytes = law.encode(sound.samples)
        repeats = sound.repeats
    }

    /// The bytes of a frame; nil behind the end of a sound that does not repeat.
    func frame(_ number: Int) -> ArraySlice<UInt8>? {
        let count = bytes.count / Self.bytesPerFrame
        guard count > 0, repeats || number < count else { return nil }
        let start = number % count * Self.bytesPerFrame
        return bytes[start..<(start + Self.bytesPerFrame)]
    }
}
