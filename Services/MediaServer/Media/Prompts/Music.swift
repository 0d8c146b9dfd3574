import Foundation
import RTP

/// Sounds that are made, not recorded: nobody's rights are touched.
enum Music {
    private static let rate = 8_000.0

    /// A quiet loop of plucked chords, sixteen seconds, without a seam: notes that ring past its end ring on at its start.
    static func hold() -> PromptClip {
        let beat = 0.5
        // C, A minor, F, G; twice, the second time turned around: notes as half tones from A4.
        let bars: [[Int]] = [
            [-9, -5, -2, 3], [-12, -9, -5, 0], [-16, -12, -9, -4], [-14, -10, -7, -2],
            [-9, -2, 3, 7], [-12, -5, 0, 3], [-16, -9, -4, 0], [-14, -7, -2, 5],
        ]
        let pattern = [0, 1, 2, 3]
        var sound = [Double](repeating: 0, count: Int(Double(bars.count * pattern.count) * beat * rate))
        for (bar, chord) in bars.enumerated() {
            for (place, note) in pattern.enumerated() {
                let start = Int(Double(bar * pattern.count + place) * beat * rate)
                pluck(chord[note], loudness: place == 0 ? 0.11 : 0.08, at: start, in: &sound)
            }
            pluck(chord[0] - 12, loudness: 0.10, at: Int(Double(bar * pattern.count) * beat * rate), in: &sound)
        }
        return clip(sound)
    }

    /// The ring-back tone of the Chinese network: 450 Hz, one second in five.
    static func ringback() -> PromptClip {
        var tone = ToneGenerator([450], amplitude: 0.15)
        let silence = [Int16](repeating: 0, count: Int(4 * rate))
        return PromptClip(law: .aLaw, samples: G711.aLaw.encode(tone.next(Int(rate)) + silence))
    }

    /// A tone that comes and goes.
    static func tone(_ frequencies: [Int], on: Int, off: Int) -> PromptClip {
        let share = 0.15 / Double(max(1, frequencies.count)).squareRoot()
        var tone = ToneGenerator(frequencies.map { Double($0) }, amplitude: share)
        let silence = [Int16](repeating: 0, count: max(0, off) * 8)
        return PromptClip(law: .aLaw, samples: G711.aLaw.encode(tone.next(max(0, on) * 8) + silence))
    }

    /// Adds a note that is struck and dies away, with soft overtones.
    private static func pluck(_ halfTones: Int, loudness: Double, at start: Int, in sound: inout [Double]) {
        let frequency = 440 * pow(2, Double(halfTones) / 12)
        for index in 0..<Int(2.2 * rate) {
            let time = Double(index) / rate
            let attack = min(1, time / 0.008)
            var value = 0.0
            for (overtone, share) in [(1.0, 1.0), (2.0, 0.35), (3.0, 0.12)] {
                value += share * sin(2 * .pi * frequency * overtone * time) * exp(-time * (1.6 + overtone))
            }
            sound[(start + index) % sound.count] += value * attack * loudness
        }
    }

    private static func clip(_ sound: [Double]) -> PromptClip {
        let samples = sound.map { Int16(min(max($0, -1), 1) * Double(Int16.max)) }
        return PromptClip(law: .aLaw, samples: G711.aLaw.encode(samples))
    }
}
