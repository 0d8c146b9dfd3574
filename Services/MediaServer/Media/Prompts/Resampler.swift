import Foundation

/// Brings sound to 8 kHz: a low-pass filter (sinc under a Kaiser window) that takes out what 8 kHz cannot carry, evaluated
/// at each wanted instant.
struct Resampler: Sendable {
    /// Rates with a filter of more phases than this are refused.
    static let maximumPhases = 2_048
    private static let targetRate = 8_000
    /// How many zero crossings of the sinc are kept on each side.
    private static let crossings = 24.0
    /// About 80 dB down in the stop band.
    private static let beta = 8.0

    /// For each phase the weights of the input samples around it.
    private let phases: [[Float]]
    private let step: Int
    private let halfWidth: Int

    /// Nil for a rate that is not in a simple enough proportion to 8 kHz.
    init?(from rate: Int) {
        guard rate > 0 else { return nil }
        let divisor = Self.greatestDivisor(rate, Self.targetRate)
        let phaseCount = Self.targetRate / divisor
        guard phaseCount <= Self.maximumPhases, rate <= 192_000 else { return nil }
        step = rate / divisor
        // Just under half of the lower rate, as a share of the input's.
        let cutoff = 0.46 * Double(min(rate, Self.targetRate)) / Double(rate)
        let width = Self.crossings / (2 * cutoff)
        halfWidth = Int(width.rounded(.up))
        let half = halfWidth
        phases = (0..<phaseCount).map { phase in
            let offset = Double(phase) / Double(phaseCount)
            let weights = (-half + 1...half).map { Self.weight(Double($0) - offset, cutoff: cutoff, width: width) }
            let sum = weights.reduce(0, +)
            return weights.map { Float($0 / sum) }
        }
    }

    /// The same sound at 8 kHz.
    func callAsFunction(_ samples: [Int16]) -> [Int16] {
        let phaseCount = phases.count
        guard step != phaseCount else { return samples }
        let count = samples.count * phaseCount / step
        return (0..<count).map { index in
            let instant = index * step
            let first = instant / phaseCount - halfWidth + 1
            let weights = phases[instant % phaseCount]
            var sum: Float = 0
            let lower = max(0, -first)
            let upper = min(weights.count, samples.count - first)
            if lower < upper {
                for tap in lower..<upper { sum += weights[tap] * Float(samples[first + tap]) }
            }
            return Int16(min(max(sum.rounded(), Float(Int16.min)), Float(Int16.max)))
        }
    }

    private static func weight(_ distance: Double, cutoff: Double, width: Double) -> Double {
        guard abs(distance) < width else { return 0 }
        let angle = 2 * .pi * cutoff * distance
        let sinc = angle == 0 ? 1 : sin(angle) / angle
        let relative = distance / width
        return sinc * bessel(beta * (1 - relative * relative).squareRoot())
    }

    /// The modified Bessel function of the first kind, order 0.
    private static func bessel(_ x: Double) -> Double {
        var sum = 1.0
        var term = 1.0
        for index in 1...30 {
            term *= (x / (2 * Double(index))) * (x / (2 * Double(index)))
            sum += term
        }
        return sum
    }

    private static func greatestDivisor(_ first: Int, _ second: Int) -> Int {
        second == 0 ? first : greatestDivisor(second, first % second)
    }
}
