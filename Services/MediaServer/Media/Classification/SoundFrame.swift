import Foundation
import RTP

/// What 20 ms of sound are: silence, one or two steady tones, or anything else, as speech.
enum SoundFrame: Equatable, Sendable {
    case silence
    /// In Hz.
    case tone(Double)
    /// The two tones of a North American busy signal, or of its like.
    case pair(Double, Double)
    case sound

    /// Pairs that mean something, in Hz.
    private static let pairs: [(Double, Double)] = [(480, 620), (440, 480), (350, 440)]
    /// So much of the energy is at the tone: what a voice does not reach for long.
    private static let pureShare = 0.85

    /// - Parameters:
    ///   - frame: 160 samples at 8 kHz.
    ///   - threshold: what is softer is silence, as a share of full scale.
    init(_ frame: UnsafeBufferPointer<Int16>, threshold: Double) {
        guard Goertzel.level(of: frame) >= threshold else {
            self = .silence
            return
        }
        if let frequency = Self.frequency(frame), Goertzel.share(of: frequency, in: frame) > Self.pureShare {
            self = .tone(frequency)
            return
        }
        for (low, high) in Self.pairs {
            let shares = (Goertzel.share(of: low, in: frame), Goertzel.share(of: high, in: frame))
            // 20 ms blur what lies less than 50 Hz apart.
            if min(shares.0, shares.1) > 0.25, shares.0 + shares.1 > 0.75 {
                self = .pair(low, high)
                return
            }
        }
        self = .sound
    }

    /// The frequency that a sine would have which follows these samples best: each is the one before it times 2 cos ω, less
    /// the one before that.
    private static func frequency(_ frame: UnsafeBufferPointer<Int16>) -> Double? {
        guard frame.count > 2 else { return nil }
        var product = 0.0
        var energy = 0.0
        for index in 1..<(frame.count - 1) {
            let middle = Double(frame[index])
            product += (Double(frame[index - 1]) + Double(frame[index + 1])) * middle
            energy += 2 * middle * middle
        }
        guard energy > 0, abs(product) < energy else { return nil }
        return acos(product / energy) * 8_000 / (2 * .pi)
    }
}

/// Stretches of frames that are alike: what cadences are made of.
struct ToneRuns: Equatable, Sendable {
    struct Run: Equatable, Sendable {
        /// Rounded to Hz; the lower one of a pair.
        var frequency: Int
        var isPair: Bool
        /// In milliseconds since the beginning.
        var start: Int
        var milliseconds: Int
        /// Since the run before ended.
        var pauseBefore: Int
        var end: Int { start + milliseconds }
    }

    private static let frameMilliseconds = 20
    /// A longer list means nothing more.
    private static let maximumRuns = 16
    /// A frame between tone and silence is neither: it does not end a run.
    private static let tolerated = 1

    private(set) var ended: [Run] = []
    private(set) var current: Run?
    private var sum = 0.0
    private var frames = 0
    private var missed = 0

    init() { ended.reserveCapacity(Self.maximumRuns + 1) }

    /// - Parameter time: when the frame began, in milliseconds.
    /// - Returns: the run that has just ended, if one has.
    mutating func take(_ frame: SoundFrame, at time: Int) -> Run? {
        switch frame {
        case .tone(let frequency): follow(frequency, isPair: false, at: time)
        case .pair(let low, _): follow(low, isPair: true, at: time)
        case .silence, .sound: end(isSilence: frame == .silence)
        }
    }

    private mutating func follow(_ frequency: Double, isPair: Bool, at time: Int) -> Run? {
        if var run = current, run.isPair == isPair, abs(frequency - sum / Double(frames)) < max(12, 0.02 * frequency) {
            sum += frequency
            frames += 1
            run.milliseconds = time + Self.frameMilliseconds - run.start
            run.frequency = Int((sum / Double(frames)).rounded())
            current = run
            missed = 0
            return nil
        }
        let before = finish()
        current = Run(
            frequency: Int(frequency.rounded()), isPair: isPair, start: time, milliseconds: Self.frameMilliseconds,
            pauseBefore: ended.last.map { time - $0.end } ?? time)
        sum = frequency
        frames = 1
        missed = 0
        return before
    }

    private mutating func end(isSilence: Bool) -> Run? {
        guard current != nil else { return nil }
        missed += 1
        return isSilence || missed > Self.tolerated ? finish() : nil
    }

    /// One frame that sounded like a tone is none.
    private mutating func finish() -> Run? {
        guard let run = current else { return nil }
        current = nil
        missed = 0
        guard run.milliseconds > Self.frameMilliseconds * 2 else { return nil }
        ended.append(run)
        if ended.count > Self.maximumRuns { ended.removeFirst() }
        return run
    }
}
