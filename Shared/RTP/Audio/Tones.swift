import Foundation

/// Makes the sum of steady tones, sample by sample.
public struct ToneGenerator: Sendable {
    private let steps: [Double]
    private let amplitude: Double
    private var position = 0.0

    /// - Parameter amplitude: of each tone, where 1 is as loud as sixteen bits can be.
    public init(_ frequencies: [Double], amplitude: Double = 0.25, sampleRate: Double = 8_000) {
        steps = frequencies.map { 2 * .pi * $0 / sampleRate }
        self.amplitude = amplitude * Double(Int16.max)
    }

    public mutating func next() -> Int16 {
        let sum = steps.reduce(0.0) { $0 + sin($1 * position) }
        position += 1
        return Int16(min(max(sum * amplitude, Double(Int16.min)), Double(Int16.max)))
    }

    public mutating func next(_ count: Int) -> [Int16] { (0..<max(count, 0)).map { _ in next() } }
}

extension Digit {
    /// The two tones of a key (ITU-T Q.23); nil for what is not a key.
    public static func tones(of character: Character) -> [Double]? {
        let rows: [Double] = [697, 770, 852, 941]
        let columns: [Double] = [1_209, 1_336, 1_477, 1_633]
        let keys = Array("123A456B789C*0#D")
        guard let index = keys.firstIndex(of: Character(character.uppercased())) else { return nil }
        return [rows[index / 4], columns[index % 4]]
    }
}

/// Tells how much of a sound is at one frequency.
public enum Goertzel {
    /// The share of the sound's energy that is at the frequency, 0…1; 0 for silence.
    public static func share(of frequency: Double, in samples: some Collection<Int16>, sampleRate: Double = 8_000)
        -> Double
    {
        let energy = samples.reduce(0.0) { $0 + Double($1) * Double($1) }
        guard energy > 0 else { return 0 }
        let coefficient = 2 * cos(2 * .pi * frequency / sampleRate)
        var last = 0.0
        var beforeLast = 0.0
        for sample in samples {
            (last, beforeLast) = (Double(sample) + coefficient * last - beforeLast, last)
        }
        let power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast
        return min(1, 2 * power / (energy * Double(samples.count)))
    }

    /// The root mean square of a sound, where 1 is as loud as sixteen bits can be.
    public static func level(of samples: some Collection<Int16>) -> Double {
        guard !samples.isEmpty else { return 0 }
        let energy = samples.reduce(0.0) { $0 + Double($1) * Double($1) }
        return (energy / Double(samples.count)).squareRoot() / Double(Int16.max)
    }
}
