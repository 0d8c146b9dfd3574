import Foundation

/// Telephone sound, 8 kHz, as the model wants it: 16 kHz, with nothing above 4 kHz.
enum Widening {
    private static let reach = 8

    /// Between two samples lies what sixteen around it say by a windowed sinc.
    private static let weights: [Double] = (0..<(2 * reach)).map { index in
        let distance = Double(index - reach) + 0.5
        let window = 0.5 + 0.5 * cos(.pi * distance / (Double(reach) + 0.5))
        return sin(.pi * distance) / (.pi * distance) * window
    }

    static func widen(_ samples: [Int16]) -> [Int16] {
        var wide: [Int16] = []
        wide.reserveCapacity(samples.count * 2)
        for index in samples.indices {
            wide.append(samples[index])
            var sum = 0.0
            for (offset, weight) in weights.enumerated() {
                let place = index + 1 + offset - reach
                if samples.indices.contains(place) { sum += weight * Double(samples[place]) }
            }
            wide.append(Int16(clamping: Int(sum.rounded())))
        }
        return wide
    }
}
